/*
 * Tracing: one process looks into threads of others and has them stop. All of it is guarded by the
 * kernel lock. A traced thread stops itself, on its way to user mode or into a system call, and
 * sleeps until its tracer says how to go on:
 *
 *   tracee, with the kernel lock         tracer, with the kernel lock, on any CPU
 *   record says `stopped`, SIGCHLD       wait4() finds the record
 *   leaves its CPU: registers and FPU    looks at them and at its memory, changes them
 *   stand in struct thread               record says how to go on; wakes it
 *
 * Whoever is not traced pays nothing: a traced thread's system calls are watched
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

/* The option of an event is the bit of its number. */
#define TRACE_SYSGOOD  BIT(0)
#define TRACE_EXITKILL BIT(20)
#define TRACE_OPTIONS  (TRACE_EXITKILL | 0xff)

enum trace_resume {
	TRACE_CONT,
	TRACE_SYSCALL, /* until the next system call begins or ends */
	TRACE_STEP,    /* for one instruction */
};

/* Where in a system call it stopped. */
enum trace_call {
	TRACE_NO_CALL,
	TRACE_ENTRY,
	TRACE_EXIT,
	TRACE_SECCOMP,
};

/* A traced thread, and for a while after its end what its tracer is to hear. */
struct trace {
	struct list link;
	struct thread *thread;	 /* NULL: it has ended, or is no longer traced */
	struct process *process; /* the thread's; NULL when that is no longer of interest */
	struct process *tracer;
	int tid;
	uint32_t options;
	bool seized;
	/* It sleeps in a stop, which says `code` (wait4()'s status >> 8); `told`: wait4() did. */
	bool stopped, told, inside;
	/* It is in no list any more, and is freed when its last user is done. */
	bool gone;
	uint32_t users;
	int code;
	/* Of the job's stop: what ends it wakes it (PTRACE_LISTEN). */
	bool group, listening;
	/* To stop as soon as it can: it was asked to, or the job goes on. */
	bool asked;
	bool has_info;
	struct signal_info info;
	uint64_t message;
	enum trace_call call;
	/* How it goes on: and with which signal, or 0. */
	enum trace_resume how;
	int inject;
	bool step_forced;
	/* What its system call made, to be told: a process or a thread, or 0. */
	int child, child_event;
	uint64_t vfork_serial;
	/* Ended: its status; its process waits for the tracer before the parent hears of it. */
	bool ended, held;
	int status;
	struct waiter process_ends;
	/* Its debug registers, if thread.arch.debug says so. */
	struct arch_debug debug;
};

/* The caller's tracee with that number, or NULL. */
struct trace *trace_find(int tid);
/* Makes the caller, or with `tracer` its process, trace `t`. 0, -EPERM, -ENOMEM. */
int trace_attach(struct thread *t, struct process *tracer, bool seize, uint32_t options);
/* Whether its calls are looked at, of who may not be traced any more. */
static inline void trace_watch_calls(const struct thread *t)
{
	arch_thread_trace_calls(&t->arch, t->trace || t->seccomp_mode || t->dispatch);
}

/* Frees it, if it is gone and not in use. */
void trace_put(struct trace *tr);
/* Lets a stopped one go on. */
void trace_continue(struct trace *tr, enum trace_resume how, int signo);
/* Sets a debug register: arch_debug_set_break(). */
int trace_set_break(struct trace *tr, unsigned int i, uint64_t v);
/* Ends the tracing; a stopped thread goes on. */
void trace_detach(struct trace *tr, int signo);
/* Has it stop soon, unless it has stopped. */
void trace_interrupt(struct trace *tr);
/* It stays in the job's stop, and stops anew when that ends. -EIO: it is in none. */
int trace_listen(struct trace *tr);

/* Like process_wait(), of what `p` traces: *any says whether there is something to wait for. */
int trace_wait(struct process *p, int id, unsigned int options, int *status, bool *any);

/* Whether exec must not raise the rights of `t`, because its tracer lacks them. */
bool trace_restricts_exec(const struct thread *t);
/* The pid of the tracer of `t`, or 0; whether `t` is stopped for its tracer. */
int trace_tracer(const struct thread *t);
bool trace_is_stopped(const struct thread *t);

/*
 * For the rest of proc, on behalf of the current thread. trace_group_stops(): the process has been
 * stopped; true: its parent hears of it as its tracer. trace_group_stop(): one of its threads comes
 * by; false: it is not traced. trace_signal(): false: the signal is not delivered.
 */
bool trace_group_stops(struct process *p);
bool trace_group_stop(void);
/* The job of `p` goes on. */
void trace_continued(struct process *p);
bool trace_signal(struct signal_info *info);
/* A handler was entered. */
void trace_handler_entered(void);
void trace_handle_work(void);

/* Around a system call. False: it is not made. */
bool trace_syscall_enter(struct regs *r);
void trace_syscall_exit(struct regs *r, uint32_t nr);
/* seccomp wants the tracer to decide. False: no tracer asked for that. */
bool trace_seccomp(uint32_t data);

/* A new thread of the current one; false: who waits for its space is not process_fork(). */
void trace_inherit(struct thread *t, struct fork_request *r);
/* The current thread is about to end, with that status. */
void trace_exit_event(int status);
/* `t`, which is unusual, ends. */
void trace_thread_exit(struct thread *t, int status);

/* stop.c, for trace.c. */
void trace_notify(struct trace *tr, int code, int status);
/* It has taken over its leader's number: the leader's record goes. */
void trace_renumber(struct trace *tr);
