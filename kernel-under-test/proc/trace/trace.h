/*
 * ptrace: one process inspects threads of others and has them stop. Guarded by the kernel lock. A
 * traced thread stops itself, on its way to user mode or into a system call, and sleeps until its
 * tracer resumes it:
 *
 *   tracee, with the kernel lock         tracer, with the kernel lock, on any CPU
 *   record says `stopped`, SIGCHLD       wait4() finds the record
 *   leaves its CPU: registers and FPU    reads and writes them and its memory
 *   are in struct thread                 record says how to resume; wakes it
 *
 * Untraced threads pay nothing: a traced thread's system calls take another entry
 * (arch_thread_trace_calls), and it is `unusual`.
 */
#pragma once

#include "arch/debug.h"
#include "proc/process.h"
#include "proc/signal/signal.h"

#define TRACE_EVENT_FORK       1
#define TRACE_EVENT_VFORK      2
#define TRACE_EVENT_CLONE      3
#define TRACE_EVENT_EXEC       4
#define TRACE_EVENT_VFORK_DONE 5
#define TRACE_EVENT_EXIT       6
#define TRACE_EVENT_SECCOMP    7
#define TRACE_EVENT_STOP       128

/* The option for an event is the bit of its number. */
#define TRACE_SYSGOOD  BIT(0)
#define TRACE_EXITKILL BIT(20)
/* Seccomp does not look at its calls meanwhile. */
#define TRACE_SUSPEND_SECCOMP BIT(21)
#define TRACE_OPTIONS	      (TRACE_EXITKILL | TRACE_SUSPEND_SECCOMP | 0xff)

enum trace_resume {
	TRACE_CONT,
	TRACE_SYSCALL, /* until the next system call entry or exit */
	TRACE_STEP,    /* one instruction */
};

/* Where in a system call it stopped. */
enum trace_call {
	TRACE_NO_CALL,
	TRACE_ENTRY,
	TRACE_EXIT,
	TRACE_SECCOMP,
};

/* A traced thread; after its end, until the tracer was told. */
struct trace {
	struct list link;
	struct thread *thread;	 /* NULL: ended or detached */
	struct process *process; /* NULL: no longer relevant */
	struct process *tracer;
	int tid;
	uint32_t options;
	bool seized;
	/*
	 * `stopped`: sleeps in a stop; `code` is the wait4() status >> 8. `reported`: wait4() has
	 * reported it. `inside`: still on trace_stop()'s stack.
	 */
	bool stopped, reported, inside;
	/* Off all lists; freed by the last user. */
	bool unlinked;
	uint32_t users;
	int code;
	/* In a group stop; `listening`: PTRACE_LISTEN, woken when that ends. */
	bool group, listening;
	/* Must stop as soon as it can: PTRACE_INTERRUPT, or the end of a group stop. */
	bool stop_requested;
	bool has_info;
	struct signal_info info;
	uint64_t message;
	enum trace_call call;
	/* How to resume, and with which signal (0: none). */
	enum trace_resume resume;
	int inject;
	bool step_forced;
	/* The process or thread that its system call created, to be reported; 0: none. */
	int child, child_event;
	uint64_t vfork_serial;
	/*
	 * Ended with `status`. `held`: the process waits for the tracer before its parent is told.
	 */
	bool ended, held;
	int status;
	struct waiter exit_waiter;
	/* Debug registers, in use if thread.arch.debug points here. */
	struct arch_debug debug;
};

/* The caller's tracee with that tid, or NULL. */
struct trace *trace_find(int tid);
/* Makes `tracer`, the caller or its parent, trace `t`. 0, -EPERM, -ENOMEM. */
int trace_attach(struct thread *t, struct process *tracer, bool seize, uint32_t options);
/* Recomputes whether system calls of `t` must be intercepted. */
static inline void trace_watch_calls(const struct thread *t)
{
	arch_thread_trace_calls(&t->arch, t->trace || t->seccomp_mode || t->dispatch);
}

/* Frees the record if it is off all lists and unused. */
void trace_put(struct trace *tr);
/* Resumes a stopped tracee. */
void trace_continue(struct trace *tr, enum trace_resume how, int signo);
/* Sets a debug register: see arch_debug_set_break(). */
int trace_set_break(struct trace *tr, unsigned int i, uint64_t v);
/* Ends tracing; a stopped tracee continues, with signal `signo` (0: none). */
void trace_detach(struct trace *tr, int signo);
/* PTRACE_INTERRUPT: stops it soon, unless it is stopped. */
void trace_interrupt(struct trace *tr);
/* PTRACE_LISTEN: stays in the group stop, and stops again when that ends. -EIO: in none. */
int trace_listen(struct trace *tr);

/* Like process_wait(), for tracees of `p`. *any: there is something to wait for. */
int trace_wait(struct process *p, int id, unsigned int options, int *status, bool *any);

/* Whether execve() by `t` must not gain privileges, since its tracer lacks CAP_SYS_PTRACE. */
bool trace_restricts_exec(const struct thread *t);
/* The tracer's pid, or 0; whether `t` is in a trace stop. */
int trace_tracer(const struct thread *t);
bool trace_is_stopped(const struct thread *t);

/*
 * For the rest of proc, on behalf of the current thread. trace_group_stops(): its process was
 * stopped; true: the parent is a tracer, and told as such. trace_group_stop(): stops the current
 * thread; false: not traced. trace_signal(): false: do not deliver it.
 */
bool trace_group_stops(struct process *p);
bool trace_group_stop(void);
/* The process of `p` was continued. */
void trace_continued(struct process *p);
bool trace_signal(struct signal_info *info);
/* A signal handler was entered. */
void trace_handler_entered(void);
void trace_handle_work(void);

/* Around a system call. trace_syscall_enter(), false: do not make it. */
bool trace_syscall_enter(struct regs *r);
void trace_syscall_exit(struct regs *r, uint32_t nr);
/* SECCOMP_RET_TRACE: stops for the tracer to decide. False: no tracer asked for these. */
bool trace_seccomp(uint32_t data);

/* A new thread of the current one; clears r->wait if trace_syscall_exit() does the vfork() wait. */
void trace_inherit(struct thread *t, struct fork_request *r);
/* The current thread is about to end with `status`. */
void trace_exit_event(int status);
/* `t`, which is unusual, ends. */
void trace_thread_exit(struct thread *t, int status);

/* stop.c, for trace.c. */
void trace_notify(struct trace *tr, int code, int status);
/* execve() gave the thread its leader's tid: drops the leader's record. */
void trace_renumber(struct trace *tr);
