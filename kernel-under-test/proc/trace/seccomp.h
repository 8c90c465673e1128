/*
 * seccomp: restricts the system calls of a thread. Strict mode allows four; in filter mode BPF
 * programs (lib/bpf.h) decide: all that were attached or inherited run, and the strictest result
 * counts.
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

/* A filter's result: the action in the upper half, its data in the lower. */
#define SECCOMP_RET_KILL_PROCESS 0x80000000u
#define SECCOMP_RET_KILL_THREAD	 0x00000000u
#define SECCOMP_RET_TRAP	 0x00030000u
#define SECCOMP_RET_ERRNO	 0x00050000u
#define SECCOMP_RET_USER_NOTIF	 0x7fc00000u
#define SECCOMP_RET_TRACE	 0x7ff00000u
#define SECCOMP_RET_LOG		 0x7ffc0000u
#define SECCOMP_RET_ALLOW	 0x7fff0000u
#define SECCOMP_RET_ACTION	 0xffff0000u
#define SECCOMP_RET_DATA	 0x0000ffffu

/* Flags of SECCOMP_SET_MODE_FILTER. */
#define SECCOMP_TSYNC	      BIT(0) /* for all threads of the process */
#define SECCOMP_LOG	      BIT(1)
#define SECCOMP_SPEC_ALLOW    BIT(2)
#define SECCOMP_NEW_LISTENER  BIT(3) /* proc/trace/notify.h */
#define SECCOMP_TSYNC_ESRCH   BIT(4)
#define SECCOMP_WAIT_KILLABLE BIT(5)

/* struct seccomp_data of the Linux ABI. */
struct seccomp_call {
	int32_t nr;
	uint32_t arch;
	uint64_t rip, args[6];
};

/* 0; -EINVAL: the calling thread is in filter mode. */
int seccomp_set_strict(void);

/*
 * Adds a filter of `n` instructions to the calling thread or its process. 0, or a listener's
 * descriptor; -EINVAL: no valid filter, or strict mode; -EBUSY: one has a listener already;
 * -ENOMEM, -EMFILE. With SECCOMP_TSYNC, the number of a thread whose filters are not among the
 * caller's.
 */
long seccomp_add_filter(const struct bpf_insn *code, size_t n, uint64_t flags);
/* Whether the caller may add a filter of `n` instructions: 0, -EINVAL, -EACCES. */
int seccomp_may_filter(size_t n);

/* The number of filters of `t`. */
unsigned int seccomp_filter_count(const struct thread *t);
/* The program of the i-th, counted from the oldest, or NULL; valid until the caller sleeps. */
const struct bpf_insn *seccomp_filter_at(const struct thread *t, uint64_t i, uint32_t *length,
					 bool *log);

/*
 * Checks the system call in the current thread's registers. False: it is not made, and the
 * registers hold its result. With the kernel lock; may sleep; may not return.
 */
bool seccomp_allows(struct regs *r);

/* Undoes the entry into the call and raises SIGSYS. */
void seccomp_signal(struct regs *r, int code, uint32_t data);

/* For threads in a seccomp mode: `to`, created by the current one, inherits; `t` ends. */
void seccomp_inherit(struct thread *to);
void seccomp_release(struct thread *t);
