/* A thread: what runs. What it works on (memory, files) belongs to its process. */
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

/* Reasons to take a look before going back to user mode. */
#define WORK_RESCHED BIT(0)
#define WORK_SIGNAL  BIT(1)
/* The registers were replaced: the way back must load every one of them. */
#define WORK_RESTORE BIT(2)
/* Its tracer wants it to stop: proc/trace/trace.h. */
#define WORK_TRACE BIT(4)
/* All registers are to be loaded, not those alone that a call keeps. */
#define WORK_REGS BIT(5)
/* What ends a sleep that may be ended. */
#define WORK_INTERRUPT (WORK_SIGNAL | WORK_TRACE)
/* The thread may run on its CPU no more. */
#define WORK_MOVE  BIT(3)
#define WORK_YIELD (WORK_RESCHED | WORK_MOVE)
/* It has been off its CPU, and wants to know: thread_disturb(). */
#define WORK_NOTIFY_RESUME BIT(6)

/* What it starts is served as usual (SCHED_RESET_ON_FORK). */
#define UNUSUAL_PLAIN_CHILDREN BIT(0)
/* It has a mode of seccomp, and so has what it starts. */
#define UNUSUAL_SECCOMP BIT(1)
/* It is traced, or one of its process was, or traces. */
#define UNUSUAL_TRACE BIT(2)
/* It has a real-time priority, and so has what it starts. */
#define UNUSUAL_URGENT BIT(3)
/* It had restartable sequences, or debug registers: WORK_NOTIFY_RESUME is for it. */
#define UNUSUAL_RSEQ  BIT(4)
#define UNUSUAL_DEBUG BIT(5)
/* It hears of its own calls: proc/trace/dispatch.h. */
#define UNUSUAL_DISPATCH BIT(6)

enum thread_state {
	THREAD_RUNNING, /* on a CPU, or queued for one */
	THREAD_BLOCKED,
};

/*
 * Guarded by the kernel lock, but for what sched/queue.h guards. `work` may be changed by others at
 * any time, who then call sched_poke(), so all do that atomically; `tid`, `process` and `space`
 * only the thread itself changes.
 */
#define COMM_MAX 16

/* How a call goes on that a stop or the like ended, and no handler: `call` may be NULL. */
struct restart {
	long (*call)(const struct restart *r);
	uint64_t deadline, args[2];
};

/* User and system time that somebody was told, in nanoseconds: proc/usage.h. */
struct usage_told {
	uint64_t user, system;
};

struct thread {
	uint32_t work; /* entry.S reads it */
	enum thread_state state;
	/* A signal may end this wait; the last one was ended by a signal or an alarm. */
	bool interruptible, cut_short;
	/* Permission bits of files count: fs/credentials.h. */
	bool confined;
	/* How it is to be served: `slice_ns` is 0 for the usual. */
	int8_t nice;
	uint8_t policy, rt_priority;
	/* Its own priority, or that of one who waits for it: sched_set_urgency(). */
	uint8_t urgency;
	/* What makes its forks and its end other than usual: UNUSUAL_*, all looked at in one. */
	uint8_t unusual;
	uint8_t seccomp_mode; /* enum seccomp_mode */
	uint16_t io_priority;
	uint32_t slice_ns;
	/* prctl(PR_SET_TIMERSLACK); 0: as usual. */
	uint64_t timer_slack_ns, first_slack_ns;
	int tid;
	struct space *space; /* NULL: kernel only */
	struct list run;     /* in the run queue of `cpu` */
	/* Where it runs, waits to run or ran last; where it may, one bit a CPU. */
	uint32_t cpu, allowed;
	/* Ticks on the CPU: all of them until `since`, when it was last given the CPU. */
	uint64_t cpu_ticks, since;
	/* CPU time when its turn among equals began, in nanoseconds. */
	uint64_t turn_began;
	/* Where ends of slices found it: in user code, or in a call; they go on if looked_at. */
	uint32_t looks[2];
	bool looked_at;
	/* How often it gave the CPU away to wait, and to others. */
	uint32_t waited_count, preempted_count;
	/* Programs that decide on its calls: proc's, but here there is room. */
	struct seccomp_filter *filter;
	struct dispatch *dispatch;
	/* Who looks on, or NULL: proc/trace/trace.h. */
	struct trace *trace;
	struct arch_thread arch;

	/* What follows is proc's. */
	struct process *process;
	struct credentials *cred;
	struct list sibling; /* in process.threads */
	struct list by_tid;
	/* Signals, one bit each, bit 0 is signal 1: sent to this thread; not taken now. */
	struct list signals;
	uint64_t pending, blocked;
	/* Blocked, but for the time of sigtimedwait(): kept even if ignored. */
	uint64_t waited;
	/* What sigsuspend() and the like put aside for the time of their sleep. */
	uint64_t saved_blocked;
	bool restore_blocked;
	struct signal_stack alt_stack;
	/* Its name, ended by a zero (PR_SET_NAME). */
	char comm[COMM_MAX];
	/* Where to write 0 at exit (set_tid_address), 0: nowhere; locks held (set_robust_list). */
	uint64_t clear_tid, robust_list;
	/* Its memory for restartable sequences, or 0: proc/rseq.h. */
	uint64_t rseq;
	uint32_t rseq_signature;
	struct usage_told told;
	/* Of the last call that gave ERESTART_RESTARTBLOCK. */
	struct restart restart;
};

_Static_assert(offsetof(struct thread, work) == THREAD_WORK, "entry.S");

static inline struct thread *thread_current(void)
{
	return arch_current();
}

/* The thread of that number, or NULL. Given by proc. */
struct thread *thread_find(int tid);

static inline void thread_add_work(struct thread *t, uint32_t work)
{
	__atomic_fetch_or(&t->work, work, __ATOMIC_SEQ_CST);
}

static inline void thread_clear_work(struct thread *t, uint32_t work)
{
	__atomic_fetch_and(&t->work, ~work, __ATOMIC_SEQ_CST);
}

/* It was given another CPU, or may have been off its own in the midst of user code. */
static inline void thread_disturb(struct thread *t)
{
	if (unlikely(t->unusual & (UNUSUAL_RSEQ | UNUSUAL_DEBUG)))
		thread_add_work(t, WORK_NOTIFY_RESUME);
}

/* Nanoseconds that `t` has had the CPU. */
uint64_t thread_cpu_ns(const struct thread *t);

/*
 * A new thread with a kernel stack, blocked; it returns to user mode with the registers that the
 * caller puts in place. NULL without memory.
 */
struct thread *thread_create(void);
/* Of one that never ran, or of the caller, which keeps the kernel lock until it has left. */
void thread_free(struct thread *t);
