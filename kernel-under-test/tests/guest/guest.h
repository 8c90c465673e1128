/*
 * Programs that check the kernel they run on, as any Linux program would see it. One line a check:
 *
 *     ok <suite>: <name>
 *     not ok <suite>: <name>: expected <n> got <n>
 *
 * What is expected is what Linux does; the same ELF runs there too, and must say the same.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
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
};

extern const struct suite memory_suite, mapping_suite, process_suite, exec_suite, pipe_suite,
	file_suite, descriptor_suite, path_suite, name_suite, time_suite, fault_suite, cpu_suite,
	line_suite, smp_suite, shootdown_suite, pressure_suite, reopen_suite, message_suite, timer_suite,
	user_suite, more_suite, vdso_suite, sysv_suite, family_suite, newer_suite,
	pi_suite, packet_suite, nested_suite, wish_suite,
	netlink_suite, raw_suite, told_suite, urgent_suite,
	pty_suite, network_suite, limit_suite, mount_suite, mqueue_suite, inotify_suite,
	resolve_suite, birth_suite, seccomp_suite, trace_suite, tracing_suite, share_suite, look_suite, proc_suite,
	async_suite, core_suite, small_suite, races_suite, claims_suite, network6_suite,
	endings_suite, attribute_suite, system_suite, moved_suite, lease_suite, many_suite,
	resume_suite, usage_suite, realtime_suite, walks_suite;

/* What this program does when another part of it runs it with a word; -1: not such a word. */
int exec_role(int argc, char **argv);
