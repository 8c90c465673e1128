/*
 * Programs that check the kernel they run on through its Linux ABI. One line for each check:
 *
 *     ok <suite>: <name>
 *     not ok <suite>: <name>: expected <n> got <n>
 *
 * The expected values are Linux's: the same ELF runs there too, and must print the same.
 */
#pragma once

/* Used by most suites. */
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

/* A system call's raw result: a value or -errno. */
#define RAW(...)                                                                                   \
	({                                                                                         \
		long raw_ = syscall(__VA_ARGS__);                                                  \
		raw_ < 0 ? -(long)errno : raw_;                                                    \
	})

void same_(const char *name, long got, long expected);
#define same(name, got, expected) same_(name, (long)(got), (long)(expected))
#define holds(name, cond)	  same_(name, (cond) ? 1 : 0, 1)

/* Runs fn in a child. Returns its wait4() status; a child that returns exits with 0. */
int status_of(void (*fn)(void));

/* In a child: exits with the line number unless `cond` holds. */
#define child_needs(cond)                                                                          \
	do {                                                                                       \
		if (!(cond))                                                                       \
			_exit(__LINE__ % 255 + 1);                                                 \
	} while (0)

/* Writes `text` to a file. Ends the suite if that fails. */
void put_file(const char *path, const char *text);

/* This program's path, to be run again with a word as argv[1]. */
#define SELF "/init"

/* How long to search for rare events: `effort=N` on the command line, else 1. */
extern int effort;

struct suite {
	const char *name;
	void (*run)(void);
	/* mount /proc for the suite */
	bool needs_proc;
};

/* All suites, in order. Each is `const struct suite NAME_suite` in NAME.c. */
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

/* What this program does when run with a word as argv[1]; -1: not such a word. */
int exec_role(int argc, char **argv);
