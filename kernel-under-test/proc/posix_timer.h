/* Timers of a process that send signals: timer_create(2), and setitimer(2)'s on CPU time. */
#pragma once

#include "proc/process.h"
#include "proc/signal/signal.h"

/* What a timer counts: nanoseconds as arch_time_ns(), or CPU time of its process or a thread. */
enum timer_clock {
	TIMER_TIME,
	TIMER_PROCESS,
	TIMER_USER, /* the process's user time */
	TIMER_THREAD,
};

struct posix_timer {
	struct process *process;
	int id; /* below 0: setitimer()'s */
	enum timer_clock clock;
	int clock_tid;	    /* whose time it is: TIMER_THREAD */
	bool is_real;	    /* users count it from 1970 */
	bool follows_clock; /* its deadline is a time on the wall */
	/* Whom to signal: a thread, 0: the process. signo 0: nobody. */
	int tid, signo;
	uint64_t value;
	struct timer timer;
	uint64_t deadline, interval;
	/* A signal is pending; how often the timer has gone off since. */
	bool sent;
	uint32_t overrun, last_overrun;
};

/* What a process has. */
struct posix_timers {
	/* setitimer()'s, by their negated ids. */
	struct posix_timer *own[3];
	/* The others by id. Free places are a list: the next one's number, or -1, and a bit set. */
	uintptr_t *by_id;
	uint32_t capacity, count;
	int free;
};

/*
 * A new one, not running, with id `id` if that is below 0, else with a free one. NULL: out of
 * memory, or RLIMIT_SIGPENDING.
 */
struct posix_timer *posix_timer_create(struct process *p, int id);
/* By id, or NULL. */
struct posix_timer *posix_timer_find(struct process *p, int id);
void posix_timer_delete(struct posix_timer *t);
void posix_timers_delete_all(struct process *p, bool itimers_too);

/* What its clock shows. */
uint64_t posix_timer_now(const struct posix_timer *t);
/* Goes off at `deadline` of its clock (0: never), then each `interval` (0: not again). */
void posix_timer_set(struct posix_timer *t, uint64_t deadline, uint64_t interval);
/* The clock on the wall was set forward by that much. */
void posix_timers_clock_set(int64_t by);
/* Nanoseconds until it goes off; 0: it won't. */
uint64_t posix_timer_remaining(const struct posix_timer *t);

/* The signal of a timer of `p` was taken or dropped: the timer runs on. Fills in the overrun. */
void posix_timer_rearm(struct process *p, struct signal_info *info);
