/* Threads, the unit of scheduling. Memory, files and the like belong to the process. */
#pragma once

#include "arch/cpu.h"
#include "arch/signal.h"
#include "arch/thread.h"
#include "lib/list.h"
#include "lib/types.h"
#include "mm/space.h"

struct credentials;
struct dispatch;
struct process;
struct seccomp_filter;
struct trace;

/* Bits of `work`: what to do before returning to user mode. */
#define WORK_RESCHED BIT(0)
#define WORK_SIGNAL  BIT(1)
/* The registers were replaced: all must be restored on the way out. */
#define WORK_RESTORE BIT(2)
/* Its tracer wants it to stop: proc/trace/trace.h. */
#define WORK_TRACE BIT(4)
/* All registers must be loaded, not just those that system calls preserve. */
#define WORK_REGS BIT(5)
/* What ends an interruptible sleep. */
#define WORK_INTERRUPT (WORK_SIGNAL | WORK_TRACE)
/* The thread may no longer run on its CPU. */
#define WORK_MOVE  BIT(3)
#define WORK_YIELD (WORK_RESCHED | WORK_MOVE)
/* It has been off its CPU and must be notified: thread_notify_resume(). */
#define WORK_NOTIFY_RESUME BIT(6)

/* Bits of `unusual`. Children are scheduled as usual (SCHED_RESET_ON_FORK). */
#define UNUSUAL_PLAIN_CHILDREN BIT(0)
/* It has a seccomp mode, inherited by children. */
#define UNUSUAL_SECCOMP BIT(1)
/* It is traced, its process has traced threads, or it traces. */
#define UNUSUAL_TRACE BIT(2)
/* It has a real-time priority, inherited by children. */
#define UNUSUAL_RT BIT(3)
/* It has used restartable sequences, or debug registers: needs WORK_NOTIFY_RESUME. */
#define UNUSUAL_RSEQ  BIT(4)
#define UNUSUAL_DEBUG BIT(5)
/* It has syscall user dispatch: proc/trace/dispatch.h. */
#define UNUSUAL_DISPATCH BIT(6)

enum thread_state {
	THREAD_RUNNING, /* on a CPU, or queued for one */
	THREAD_BLOCKED,
};

/*
 * Guarded by the kernel lock, except for what sched/queue.h guards. `work` is atomic: others set
 * bits at any time and then call sched_kick(). `tid`, `process` and `space` are only changed by the
 * thread itself.
 */
#define COMM_MAX 16

/* How to resume a call that returned ERESTART_RESTARTBLOCK; `call` may be NULL. */
struct restart {
	long (*call)(const struct restart *r);
	uint64_t deadline, args[2];
};

/* User and system time last reported, in nanoseconds: proc/usage.h. */
struct usage_reported {
	uint64_t user, system;
};

struct thread {
	uint32_t work; /* read by entry.S */
	enum thread_state state;
	/* A signal may end this sleep; the last sleep was ended by a signal or a timeout. */
	bool interruptible, interrupted;
	/* A wake-up came while it was running: cleared and read by futex_wait_any() alone. */
	bool wake_missed;
	/* Only SIGKILL interrupts its sleep: shown in /proc. */
	bool killable;
	/* File permission bits apply to it: fs/credentials.h. */
	bool confined;
	/* Scheduling parameters; `slice_ns` is 0 for the default. */
	int8_t nice;
	uint8_t policy, rt_priority;
	/*
	 * The effective real-time priority, its own or inherited from a waiter:
	 * sched_set_eff_priority().
	 */
	uint8_t eff_priority;
	/* What makes fork, exec or exit take a slow path: UNUSUAL_*, tested all at once. */
	uint8_t unusual;
	uint8_t seccomp_mode; /* enum seccomp_mode */
	uint16_t io_priority;
	uint32_t slice_ns;
	/* prctl(PR_SET_TIMERSLACK), current and default; 0: the system default. */
	uint64_t timer_slack_ns, default_slack_ns;
	int tid;
	struct space *space; /* NULL: kernel only */
	struct list run;     /* in the run queue of `cpu` */
	/* The CPU it runs, waits or ran last on; the CPUs it may run on, a bit each. */
	uint32_t cpu, allowed;
	/* CPU time in ticks up to `since`, when it was last scheduled. */
	uint64_t cpu_ticks, scheduled_at;
	/* Its CPU time when its SCHED_RR turn began, in nanoseconds. */
	uint64_t rr_slice_start_ns;
	/* Where slice ends found it, in user mode or in a call; sampled only if sampled. */
	uint32_t tick_samples[2];
	bool sampled;
	/* Voluntary and involuntary context switches. */
	uint32_t voluntary_switches, involuntary_switches;
	/* Owned by proc: seccomp filters and syscall user dispatch. */
	struct seccomp_filter *filter;
	struct dispatch *dispatch;
	/* Its tracer, or NULL: proc/trace/trace.h. */
	struct trace *trace;
	struct arch_thread arch;

	/* What follows belongs to proc. */
	struct process *process;
	struct credentials *cred;
	struct list sibling; /* in process.threads */
	struct list by_tid;
	/* Signals queued for this thread; sets of pending and blocked ones, bit 0 for signal 1. */
	struct list signals;
	uint64_t pending, blocked;
	/* Signals sigtimedwait() waits for: not discarded even if ignored. */
	uint64_t waited;
	/* The mask to restore after sigsuspend() and the like. */
	uint64_t saved_blocked;
	bool restore_blocked;
	struct signal_stack alt_stack;
	/* Its name, NUL terminated (PR_SET_NAME). */
	char comm[COMM_MAX];
	/* User addresses from set_tid_address (zeroed on exit; 0: none) and set_robust_list. */
	uint64_t clear_tid, robust_list;
	/* Its rseq area, or 0: proc/rseq.h. */
	uint64_t rseq;
	uint32_t rseq_signature;
	struct usage_reported reported;
	/* Set by the last call that returned ERESTART_RESTARTBLOCK. */
	struct restart restart;
};

_Static_assert(offsetof(struct thread, work) == THREAD_WORK, "entry.S");

static inline struct thread *thread_current(void)
{
	return arch_current();
}

/* Implemented by proc: the thread with that id, or NULL. */
struct thread *thread_find(int tid);

static inline void thread_add_work(struct thread *t, uint32_t work)
{
	__atomic_fetch_or(&t->work, work, __ATOMIC_SEQ_CST);
}

static inline void thread_clear_work(struct thread *t, uint32_t work)
{
	__atomic_fetch_and(&t->work, ~work, __ATOMIC_SEQ_CST);
}

/* The thread moved to another CPU, or may have been preempted in user mode. */
static inline void thread_notify_resume(struct thread *t)
{
	if (unlikely(t->unusual & (UNUSUAL_RSEQ | UNUSUAL_DEBUG)))
		thread_add_work(t, WORK_NOTIFY_RESUME);
}

/* CPU time of `t` in nanoseconds. */
uint64_t thread_cpu_ns(const struct thread *t);

/*
 * Creates a blocked thread with a kernel stack; it returns to user mode with the registers that the
 * caller sets. NULL if out of memory.
 */
struct thread *thread_create(void);
/* Frees a thread that never ran, or the caller, which keeps the kernel lock until off its stack. */
void thread_free(struct thread *t);
