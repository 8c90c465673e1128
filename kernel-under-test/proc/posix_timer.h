/* POSIX timers: timer_create(2), and the CPU-time timers of setitimer(2). */
#pragma once

#include "proc/process.h"
#include "proc/signal/signal.h"

/* The clock of a timer: arch_time_ns(), or CPU time of its process or of one thread. */
enum timer_clock {
	TIMER_TIME,
	TIMER_PROCESS,
	TIMER_USER, /* user time of the process */
	TIMER_THREAD,
};

struct posix_timer {
	struct process *process;
	int id; /* below 0: setitimer()'s */
	enum timer_clock clock;
	int clock_tid;	    /* TIMER_THREAD: whose time it counts */
	bool is_real;	    /* its clock is the wall clock */
	bool follows_clock; /* its deadline is an absolute wall clock time */
	/* Whom to signal: a thread; 0: the process. signo 0: nobody. */
	int tid, signo;
	uint64_t value;
	struct timer timer;
	uint64_t deadline, interval;
	/* Its signal is pending; expirations since then. */
	bool sent;
	uint32_t overrun, last_overrun;
};

/* The timers of a process. */
struct posix_timers {
	/* setitimer()'s, by negated id. */
	struct posix_timer *own[3];
	/*
	 * The others by id. Free slots form a list: the next free id (-1: none) shifted left, and
	 * bit 0 set.
	 */
	uintptr_t *by_id;
	uint32_t capacity, count;
	int free;
};

/*
 * A disarmed timer with id `id` if that is negative, else with a free one. NULL: no memory, or
 * RLIMIT_SIGPENDING reached.
 */
struct posix_timer *posix_timer_create(struct process *p, int id);
/* NULL: no such timer. */
struct posix_timer *posix_timer_find(struct process *p, int id);
void posix_timer_delete(struct posix_timer *t);
void posix_timers_delete_all(struct process *p, bool itimers_too);

/* The current time of its clock. */
uint64_t posix_timer_now(const struct posix_timer *t);
/* Expires at `deadline` of its clock (0: disarmed), then every `interval` (0: once). */
void posix_timer_set(struct posix_timer *t, uint64_t deadline, uint64_t interval);
/* The wall clock was set forward by `by` ns: absolute timers follow. */
void posix_timers_clock_set(int64_t by);
/* Nanoseconds to the next expiration; 0: disarmed. */
uint64_t posix_timer_remaining(const struct posix_timer *t);

/*
 * The signal of a timer of `p` was delivered or dropped: fills in the overrun count, and rearms a
 * periodic timer.
 */
void posix_timer_rearm(struct process *p, struct signal_info *info);
