/* Signals: sending, queueing, dispositions. */
#pragma once

#include "proc/process.h"

#define SIGHUP	  1
#define SIGINT	  2
#define SIGQUIT	  3
#define SIGILL	  4
#define SIGTRAP	  5
#define SIGABRT	  6
#define SIGBUS	  7
#define SIGFPE	  8
#define SIGKILL	  9
#define SIGSEGV	  11
#define SIGPIPE	  13
#define SIGALRM	  14
#define SIGSTKFLT 16
#define SIGCHLD	  17
#define SIGCONT	  18
#define SIGSTOP	  19
#define SIGTSTP	  20
#define SIGTTIN	  21
#define SIGTTOU	  22
#define SIGURG	  23
#define SIGXCPU	  24
#define SIGXFSZ	  25
#define SIGVTALRM 26
#define SIGPROF	  27
#define SIGWINCH  28
#define SIGIO	  29
#define SIGSYS	  31
/* Real-time signals are queued: each one sent is delivered, with its data. */
#define SIGRTMIN 32

#define SIGNAL_BIT(n)	    BIT((n)-1)
#define SIGNALS_UNBLOCKABLE (SIGNAL_BIT(SIGKILL) | SIGNAL_BIT(SIGSTOP))
#define SIGNALS_STOP                                                                               \
	(SIGNAL_BIT(SIGSTOP) | SIGNAL_BIT(SIGTSTP) | SIGNAL_BIT(SIGTTIN) | SIGNAL_BIT(SIGTTOU))

#define SIG_DFL 0
#define SIG_IGN 1

#define SA_NOCLDSTOP 0x00000001ull
#define SA_NOCLDWAIT 0x00000002ull
#define SA_SIGINFO   0x00000004ull
#define SA_RESTORER  0x04000000ull
#define SA_ONSTACK   0x08000000ull
#define SA_RESTART   0x10000000ull
#define SA_NODEFER   0x40000000ull
#define SA_RESETHAND 0x80000000ull

/* Values of si_code. */
#define SI_USER	      0
#define SI_KERNEL     0x80
#define SI_QUEUE      (-1)
#define SI_TIMER      (-2)
#define SI_MESGQ      (-3)
#define SI_TKILL      (-6)
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

/* siginfo_t of the x86_64 ABI, as far as it is filled in. */
struct signal_info {
	int32_t signo, error, code, pad;
	union {
		struct {
			int32_t pid;
			uint32_t uid;
			union {
				int32_t status; /* SIGCHLD */
				uint64_t value; /* sigqueue */
			};
		};
		uint64_t addr; /* faults */
		struct {       /* SIGSYS */
			uint64_t call_addr;
			int32_t call;
			uint32_t call_arch;
		};
		struct {
			int64_t band; /* POLL_*; SIGIO and signals set by F_SETSIG */
			int32_t fd;
		};
	};
	uint64_t rest[12];
};

_Static_assert(sizeof(struct signal_info) == 128, "x86_64 ABI");

/* With the caller as the sender, for kill() and the like. */
struct signal_info signal_info_user(int signo, int code);

/* To a process or a thread. `info->signo`: 1 to SIGNALS_MAX. */
/* False: it is ignored, and was discarded. */
bool signal_send(struct process *p, const struct signal_info *info);
bool signal_send_thread(struct thread *t, const struct signal_info *info);
/* From the kernel, without details. */
void signal_raise(struct process *p, int signo);
/* To the calling thread, caused by its own call. */
static inline void signal_raise_current(int signo)
{
	struct signal_info info = signal_info_user(signo, SI_USER);

	signal_send_thread(thread_current(), &info);
}
/* To the calling thread, which dies of it if it ignores or blocks the signal. */
void signal_force(const struct signal_info *info);
/* SIGCHLD to the parent of `p`, which ended, stopped or continued. */
void signal_send_child(struct process *p);

/*
 * To the calling thread, at the end of a successful system call without the kernel lock: enters the
 * handler. False: take the slow path.
 */
bool signal_send_self(const struct signal_info *info);

/* kill(2): to a process, a group or all; signo 0 only checks. 0, -ESRCH, -EINVAL, -EPERM. */
int signal_kill(int pid, const struct signal_info *info);

/* Whether the caller may send the signal to `p`. */
bool signal_may_send(const struct process *p, int signo);

/*
 * Sets the blocked set of the calling thread, with or without the kernel lock. Signals pending for
 * the process that it blocks now are offered to the other threads.
 */
void signal_set_blocked(uint64_t blocked);
void signal_set_blocked_unlocked(uint64_t blocked);
/* For the duration of the current system call: sigsuspend(), ppoll() and the like. */
void signal_set_blocked_for_sleep(uint64_t blocked);

/* A thread of `p` that does not block it, or NULL. */
static inline struct thread *signal_find_taker(const struct process *p, uint64_t bit)
{
	struct thread *t;

	list_for_each (t, &p->threads, sibling)
		if (!(READ_ONCE(t->blocked) & bit))
			return t;
	return NULL;
}

/* Kicks such a thread for each signal of `set` that is pending for the process. */
void signal_retarget(const struct process *p, uint64_t set);

/* SIGKILL is coming, or the process ends: nothing holds `t` up. */
static inline bool signal_kills(const struct thread *t)
{
	return t->process->exiting || ((t->pending | t->process->pending) & SIGNAL_BIT(SIGKILL));
}

/* Installs an action; what it ignores is dropped. */
void signal_set_action(struct process *p, int signo, const struct signal_action *a);
/* After execve(): handlers are gone with the program. */
void signal_reset_actions(struct process *p);

/* Takes the next pending signal out of `set`; false when there is none. */
bool signal_dequeue(struct thread *t, uint64_t set, struct signal_info *out);

/* Woken when a signal becomes pending, as long as `signal_watched` is not 0. */
extern struct wait_queue signal_watchers;
extern uint32_t signal_watched;

/* Ends a thread's sleep, if that is interruptible, and has it look for signals. */
void signal_wake(struct thread *t);
/* Sets or clears the thread's reason to look. */
void signal_recalc_pending(struct thread *t);

void signal_flush(struct process *p, struct list *signals);

/* Whether one more can be queued for `p` with its data; otherwise sigqueue() fails with EAGAIN. */
bool signal_has_room(const struct process *p, int signo);

/* The process may have used up its CPU limit. */
void signal_cpu_limit_expired(struct timer *t);

/* The process's ITIMER_REAL has gone off. */
void signal_alarm_expired(struct timer *t);
