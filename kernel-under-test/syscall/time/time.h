/* What system calls on time share. */
#pragma once

#include "arch/time.h"
#include "lib/types.h"

#define CLOCK_REALTIME	       0
#define CLOCK_MONOTONIC	       1
#define CLOCK_PROCESS_CPUTIME  2
#define CLOCK_THREAD_CPUTIME   3
#define CLOCK_MONOTONIC_RAW    4
#define CLOCK_REALTIME_COARSE  5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME	       7
#define CLOCK_REALTIME_ALARM   8
#define CLOCK_BOOTTIME_ALARM   9
#define CLOCK_DYNAMIC	       10
#define CLOCK_TAI	       11

#define TIMER_ABSTIME 1

/* struct timespec of the ABI, whose `part` is nanoseconds, or timeval: microseconds. */
struct user_time {
	int64_t sec, part;
};

/* struct itimerspec, or itimerval. */
struct user_timer {
	struct user_time interval, value;
};

static inline struct user_time time_spec(uint64_t ns)
{
	return (struct user_time){(int64_t)(ns / NS_PER_SEC), (int64_t)(ns % NS_PER_SEC)};
}

static inline struct user_time time_val(uint64_t ns)
{
	return (struct user_time){(int64_t)(ns / NS_PER_SEC),
				  (int64_t)(ns % NS_PER_SEC / NS_PER_US)};
}

/* Until `deadline`, by the clock that arch_time_ns() is. */
static inline struct user_time time_left(uint64_t deadline)
{
	uint64_t now = arch_time_ns();

	return time_spec(deadline > now ? deadline - now : 0);
}

static inline bool clock_is_real(uint64_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

/* Reads the battery clock; call once. */
void time_init(void);

/* Nanoseconds since 1970 when the clocks began to count. */
uint64_t time_epoch_ns(void);
void time_set_epoch_ns(uint64_t ns);
/* The same now. */
uint64_t time_real_ns(void);

/* Nanoseconds of a user's timespec, held below what a sum could overflow. -EFAULT, -EINVAL. */
int time_get_user(uint64_t from, uint64_t *ns);
