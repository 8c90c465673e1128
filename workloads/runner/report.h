#pragma once

#include "plan.h"
#include "port.h"
#include "settle.h"

/* The runner's records (docs/protocol.md), in the order they are sent. `number` is a stream id. */
void report_hello(const struct plan *plan);
void report_clock(void);
void report_settle(const struct settle *settled);
void report_begin(uint64_t number, const char *line);
/* On the workload's own stream, for one that could not be started. `error` is -errno. */
void report_absent(uint64_t number, const char *what, long error);
void report_end(uint64_t number, const struct port_wait_status *status);
void report_bye(uint64_t ran);

/*
 * Writes a line that is not a record, `ringside: <where>: <what> (<key> <number>); expected:
 * <expected>`: without a valid plan there is no stream to report on.
 */
void report_error(const char *where, const char *what, const char *key, uint64_t number,
		  const char *expected);
