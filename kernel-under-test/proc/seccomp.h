/*
 * Seccomp: what system calls a thread may make. In strict mode four; else programs decide
 * (lib/bpf.h), each thread's own and those it had before, and the strictest answer counts.
 */
#pragma once

#include "arch/thread.h"
#include "lib/bpf.h"
#include "sched/thread.h"

enum seccomp_mode {
	SECCOMP_DISABLED,
	SECCOMP_STRICT,
	SECCOMP_FILTER,
};

/* What a program answers: the action in the upper half, a number for it in the lower. */
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_KILL_THREAD	 0x00000000u
#define SECCOMP_RET_TRAP	 0x00030000u
#define SECCOMP_RET_ERRNO	 0x00050000u
#define SECCOMP_RET_TRACE	 0x7ff00000u
#define SECCOMP_RET_LOG		 0x7ffc0000u
#define SECCOMP_RET_ALLOW	 0x7fff0000u
#define SECCOMP_RET_ACTION	 0xffff0000u
#define SECCOMP_RET_DATA	 0x0000ffffu

/* The calling thread's, from now on. 0, -EINVAL: it has another mode. */
int seccomp_set_strict(void);

/*
 * One more program of `n` instructions for the calling thread and, with `all`, for the others of
 * its process. 0; -EINVAL: it is none, or the mode is another; -EACCES: the caller could gain
 * rights; -ENOMEM. The number of a thread that has programs of its own, when all were meant.
 */
long seccomp_add_filter(const struct bpf_insn *code, size_t n, bool all);
/* Whether the caller may have one of so many instructions: 0, -EINVAL, -EACCES. */
int seccomp_may_filter(size_t n);

/* How many programs `t` has. */
unsigned int seccomp_filters(const struct thread *t);

/*
 * The system call that the current thread is about to make, as its registers say. False: it is not
 * made, and its result is in the registers. May not return. With the kernel lock; may sleep.
 */
bool seccomp_allows(struct regs *r);

/* `to` is a new thread of the current one's, or `t` ends: of threads that have a mode. */
void seccomp_inherit(struct thread *to);
void seccomp_leave(struct thread *t);
