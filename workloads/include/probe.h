#pragma once

#include <stddef.h>
#include <stdint.h>

#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "bench.h"
#include "port.h"

/*
 * A probe is one file, probes/<family>/<name>.c, that tests one feature of the system by using it:
 *
 *	void probe(void)
 *	{
 *		long fd = probe_require("epoll_create1", sys(epoll_create1, 0));
 *		...
 *		probe_check("events", 1, sys(epoll_wait, fd, events, 1, 0));
 *	}
 *
 *	PROBE_CHECKS("epoll reports a descriptor that became readable");
 *
 * If probe() returns, the feature works. Probes make Linux system calls directly, sys(name, ...),
 * since these are what a kernel implements or not; ports of other ABIs do not build them.
 */
void probe(void);

/* The statement that holds if the probe succeeds. Required; texts as in BENCH_FACT(). */
#define PROBE_CHECKS(text)                                                                         \
	BENCH_FACT("op", text);                                                                    \
	const char probe_family[] = BENCH_GROUP, probe_name[] = BENCH_NAME
extern const char probe_family[], probe_name[];

/*
 * The other two results; neither function returns. probe_wrong(): the system has the call but it
 * misbehaves. probe_absent(): the system reports that it does not support it.
 */
_Noreturn void probe_wrong(const char *what, int64_t expected, int64_t got);
_Noreturn void probe_absent(const char *what, long error);

/* Ends the probe with probe_wrong() unless `got` is `expected`. */
static inline void probe_check(const char *what, int64_t expected, int64_t got)
{
	if (got != expected)
		probe_wrong(what, expected, got);
}

/*
 * Checks a call that the feature depends on and returns its result if that is no error. An error
 * that means "not supported" ends the probe as absent, any other as wrong.
 */
long probe_require(const char *what, long result);

/*
 * Runs child() in a forked process and returns its exit status, or 128 plus the signal that killed
 * it. A failed check in the child exits with PROBE_CHILD_FAILED.
 */
#define PROBE_CHILD_FAILED 113
int probe_child(int (*child)(void));
/* The same in two steps: fork, and wait for the result. */
long probe_fork(int (*child)(void));
int probe_join(long pid);

/* The path of this ELF, and of another program in its directory. */
const char *probe_path(void);
const char *probe_sibling_path(const char *name);

/* The path of a file that only this probe uses. */
#define PROBE_FILE "/tmp/probe-" BENCH_GROUP "-" BENCH_NAME

/* Creates or replaces PROBE_FILE with the contents `text`; open for reading and writing. */
int probe_file(const char *text);

/* Sleeps, so that other processes run. */
void probe_sleep_ms(unsigned int ms);

/* For children that are to be killed: asleep, or busy without system calls. */
_Noreturn void probe_sleep_forever(void);
_Noreturn void probe_spin_forever(void);
