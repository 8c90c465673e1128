/*
 * Programs that check the kernel they run on, as any Linux program would see it. One line a check:
 *
 *     ok <suite>: <name>
 *     not ok <suite>: <name>: expected <n> got <n>
 *
 * What is expected is what Linux does; the same ELF runs there too, and must say the same.
 */
#pragma once

/* What most suites use. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A system call as the kernel answers it: the result, or -errno. */
#define RAW(...)                                                                                   \
	({                                                                                         \
		long raw_ = syscall(__VA_ARGS__);                                                  \
		raw_ < 0 ? -(long)errno : raw_;                                                    \
	})

void same_(const char *name, long got, long expected);
#define same(name, got, expected) same_(name, (long)(got), (long)(expected))
#define holds(name, cond)	  same_(name, (cond) ? 1 : 0, 1)

/* Runs fn in a child and returns how that ended, as wait4() says it; a child that returns exits 0.
 */
int status_of(void (*fn)(void));

/* Ends a child with status 0 if `cond`, else with the number of the line. */
#define child_needs(cond)                                                                          \
	do {                                                                                       \
		if (!(cond))                                                                       \
			_exit(__LINE__ % 255 + 1);                                                 \
	} while (0)

/* A file at `path` that holds `text`. Stops the suite when that can't be had. */
void put_file(const char *path, const char *text);

/* The program's own path, to be run again with a word as argv[1]. */
#define SELF "/init"

/* How long to look for what seldom happens: `effort=N` on the command line, else 1. */
extern int effort;

struct suite {
	const char *name;
	void (*run)(void);
	/* /proc is mounted meanwhile. */
	bool needs_proc;
};

/* All of them, in the order they run in. Each is `const struct suite NAME_suite` in NAME.c. */
#define SUITES(X)                                                                                  \
	X(cpu) X(fault) X(process) X(exec) X(pipe) X(file) X(descriptor) X(path) X(name)           \
	X(memory) X(mapping) X(time) X(smp) X(shootdown) X(pressure) X(tty) X(reopen) X(message)   \
	X(timer) X(user) X(more) X(vdso) X(sysv) X(family) X(pi) X(packet) X(nested) X(madvise)    \
	X(aio) X(netlink) X(raw) X(cmsg) X(urgent) X(newer) X(pty) X(network) X(limit) X(mount)    \
	X(mqueue) X(inotify) X(resolve) X(birth) X(seccomp) X(notify) X(trace) X(tracing) X(share) \
	X(procvm) X(proc) X(async) X(core) X(small) X(races) X(claims) X(network6) X(endings)      \
	X(attribute) X(system) X(clock) X(lease) X(many) X(resume) X(usage) X(realtime) X(walks)   \
	X(accessed) X(rseq) X(watched) X(seldom) X(pairs) X(option) X(futex) \
	X(sets) X(inspect) X(multicast)

#define SUITE_DECLARATION(name) extern const struct suite name##_suite;
SUITES(SUITE_DECLARATION)

/* What this program does when another part of it runs it with a word; -1: not such a word. */
int exec_role(int argc, char **argv);
