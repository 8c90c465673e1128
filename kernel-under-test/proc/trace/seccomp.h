/*
 * Seccomp: what system calls a thread may make. Strict mode allows four; otherwise filters decide
 * (lib/bpf.h): all that the thread was given or inherited, and the strictest answer counts.
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

/* What a filter returns: the action in the upper half, data for it in the lower. */
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_KILL_THREAD	 0x00000000u
#define SECCOMP_RET_TRAP	 0x00030000u
#define SECCOMP_RET_ERRNO	 0x00050000u
#define SECCOMP_RET_TRACE	 0x7ff00000u
#define SECCOMP_RET_LOG		 0x7ffc0000u
#define SECCOMP_RET_ALLOW	 0x7fff0000u
#define SECCOMP_RET_ACTION	 0xffff0000u
#define SECCOMP_RET_DATA	 0x0000ffffu

/* Puts the calling thread in strict mode. 0; -EINVAL: it is in filter mode. */
int seccomp_set_strict(void);

/*
 * Adds a filter of `n` instructions to the calling thread or, with `all`, to every thread of its
 * process. 0; -EINVAL: no valid filter, or strict mode; -EACCES: the caller could gain rights;
 * -ENOMEM. With `all`, the number of a thread whose filters are not among the caller's.
 */
long seccomp_add_filter(const struct bpf_insn *code, size_t n, bool all);
/* Whether the caller may add a filter of `n` instructions: 0, -EINVAL, -EACCES. */
int seccomp_may_filter(size_t n);

/* How many filters `t` has. */
unsigned int seccomp_filters(const struct thread *t);

/*
 * The system call that the current thread is about to make, as its registers say. False: it is not
 * made, and its result is in the registers. May not return. With the kernel lock; may sleep.
 */
bool seccomp_allows(struct regs *r);

/* As if the call had not been made, but for SIGSYS. */
void seccomp_signal(struct regs *r, int code, uint32_t data);

/* For threads in some mode: `to` is a new one made by the current one; `t` ends. */
void seccomp_inherit(struct thread *to);
void seccomp_leave(struct thread *t);
