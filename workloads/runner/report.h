#pragma once

#include "plan.h"
#include "port.h"
#include "settle.h"

/* The runner's own records (docs/protocol.md), in the order they are sent. `number` is a stream. */
void report_hello(const struct plan *plan);
void report_clock(void);
void report_settle(const struct settle *settled);
void report_begin(uint64_t number, const char *line);
/* On the workload's own stream, for one that never ran. `error` is -errno. */
void report_absent(uint64_t number, const char *what, long error);
void report_end(uint64_t number, const struct port_end *end);
void report_bye(uint64_t ran);

/*
 * One line for people, `ringside: <where>: <what> (<key> <number>); expected: <expected>`: a broken
 * plan leaves no records to tell it with.
 */
void report_complaint(const char *where, const char *what, const char *key, uint64_t number,
		      const char *expected);
