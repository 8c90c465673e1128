/* Shared by system calls on time. */
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

/* struct timespec, with nanoseconds in `part`, or timeval: microseconds. */
struct user_time {
	int64_t sec, part;
};

/* struct itimerspec or itimerval. */
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

/* Time until `deadline` of the monotonic clock. */
static inline struct user_time time_left(uint64_t deadline)
{
	uint64_t now = arch_time_ns();

	return time_spec(deadline > now ? deadline - now : 0);
}

static inline bool clock_is_real(uint64_t clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM || clock == CLOCK_TAI;
}

/* Reads the hardware clock; call once. */
void time_init(void);

/* The wall clock at boot: ns since the epoch. */
uint64_t time_epoch_ns(void);
void time_set_epoch_ns(uint64_t ns);
/* struct timezone: minutes west in the lower half. The kernel itself does not use it. */
extern uint64_t time_zone;
/* The wall clock now. */
uint64_t time_real_ns(void);

/* A timespec in user memory, in ns, clamped so that sums do not overflow. -EFAULT, -EINVAL. */
int time_get_user(uint64_t from, uint64_t *ns);
