#pragma once

#include <stddef.h>
#include <stdint.h>

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "bench.h"
#include "port.h"

/*
 * A probe is one file, probes/<family>/<name>.c, that asks the system one question, by trying:
 *
 *	void probe(void)
 *	{
 *		long fd = probe_need("epoll_create1", sys(epoll_create1, 0));
 *		...
 *		probe_check("events", 1, sys(epoll_wait, fd, events, 1, 0));
 *	}
 *
 *	PROBE_ASKS("epoll reports a descriptor that became readable");
 *
 * Coming back from probe() says that it works. Probes speak Linux's own system calls, sys(name,
 * ...), since it is these that a kernel has or lacks; a port of another ABI leaves them out.
 */
void probe(void);

/* What works when the probe says so, in words. Every probe says it. */
#define PROBE_ASKS(text)                                                                           \
	BENCH_FACT("op", text);                                                                    \
	const char probe_family[] = BENCH_GROUP, probe_name[] = BENCH_NAME
extern const char probe_family[], probe_name[];

/*
 * The other two answers; neither returns. probe_wrong() is for a system that has the call and does
 * something else, probe_absent() for one that says that it has no such thing.
 */
_Noreturn void probe_wrong(const char *what, int64_t expected, int64_t got);
_Noreturn void probe_absent(const char *what, long error);

/* `got` must be `expected`. */
static inline void probe_check(const char *what, int64_t expected, int64_t got)
{
	if (got != expected)
		probe_wrong(what, expected, got);
}

/*
 * For a call without which there is nothing to ask. Passes its result on when it is no error. An
 * error that means "I don't have this" makes the answer absent, any other wrong.
 */
long probe_need(const char *what, long result);

/*
 * Runs `child` in a forked process: its exit status, or 128 and the signal that ended it. A check
 * that fails in there ends it with PROBE_CHILD_FAILED.
 */
#define PROBE_CHILD_FAILED 113
int probe_child(int (*child)(void));
/* The same in two steps. */
long probe_fork(int (*child)(void));
int probe_join(long pid);

/* The path this ELF was started by, and that of a program of its folder. */
const char *probe_path(void);
const char *probe_beside(const char *name);

/* A file of the probe's own. */
#define PROBE_FILE "/tmp/probe-" BENCH_GROUP "-" BENCH_NAME

/* Makes PROBE_FILE anew with `text` in it and opens it for both. */
int probe_file(const char *text);

/* Milliseconds that other processes may run. */
void probe_pause(unsigned int ms);

/* For children that another one ends: asleep, and busy without a call to the kernel. */
_Noreturn void probe_sleep(void);
_Noreturn void probe_spin(void);
