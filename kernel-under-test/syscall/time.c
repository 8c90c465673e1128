/* System calls on time. */
#include "arch/spin.h"
#include "arch/time.h"
#include "sched/wait.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define CLOCK_REALTIME	       0
#define CLOCK_MONOTONIC	       1
#define CLOCK_PROCESS_CPUTIME  2
#define CLOCK_THREAD_CPUTIME   3
#define CLOCK_MONOTONIC_RAW    4
#define CLOCK_REALTIME_COARSE  5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME	       7

#define TIMER_ABSTIME 1
#define NS_PER_SEC    1000000000ull

struct user_timespec {
	int64_t sec;
	int64_t nsec;
};

static uint64_t epoch;

void time_init(void)
{
	epoch = arch_boot_epoch();
}

uint64_t time_epoch(void)
{
	return epoch;
}

/* Without the kernel lock, as the calls that only ask for the time are. */
static int clock_now(uint64_t clock, struct user_timespec *out)
{
	uint64_t ns = arch_time_ns();

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		out->sec = (int64_t)(epoch + ns / NS_PER_SEC);
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		out->sec = (int64_t)(ns / NS_PER_SEC);
		break;
	case CLOCK_PROCESS_CPUTIME:
	case CLOCK_THREAD_CPUTIME:
		kernel_lock();
		ns = clock == CLOCK_PROCESS_CPUTIME ? process_cpu_ns(process_current())
						    : thread_cpu_ns(thread_current());
		kernel_unlock();
		out->sec = (int64_t)(ns / NS_PER_SEC);
		break;
	default:
		return -EINVAL;
	}
	out->nsec = (int64_t)(ns % NS_PER_SEC);
	return 0;
}

long sys_clock_gettime(uint64_t clock, uint64_t out)
{
	struct user_timespec ts;
	int err = clock_now(clock, &ts);

	return err ? err : copy_to_user(out, &ts, sizeof(ts));
}

long sys_clock_getres(uint64_t clock, uint64_t out)
{
	struct user_timespec ts;
	int err = clock_now(clock, &ts);

	if (err || !out)
		return err;
	ts = (struct user_timespec){0, 1};
	return copy_to_user(out, &ts, sizeof(ts));
}

long sys_gettimeofday(uint64_t tv_out, uint64_t tz_out)
{
	struct user_timespec ts;

	clock_now(CLOCK_REALTIME, &ts);
	ts.nsec /= 1000;
	if (tv_out && copy_to_user(tv_out, &ts, sizeof(ts)) < 0)
		return -EFAULT;
	return tz_out ? clear_user(tz_out, 8) : 0;
}

long sys_time(uint64_t out)
{
	struct user_timespec ts;

	clock_now(CLOCK_REALTIME, &ts);
	if (out && copy_to_user(out, &ts.sec, sizeof(ts.sec)) < 0)
		return -EFAULT;
	return ts.sec;
}

/* Sleeps until the monotonic clock shows `deadline`; what was left goes to `left_out`. */
static long sleep_until(uint64_t deadline, uint64_t left_out)
{
	struct user_timespec left;
	uint64_t now;
	int err;

	do {
		if (arch_time_ns() >= deadline)
			return 0;
		err = wait_sleep_until(NULL, WAIT_INTERRUPTIBLE, deadline);
	} while (err != -ERESTARTSYS);

	now = arch_time_ns();
	now = deadline > now ? deadline - now : 0;
	left = (struct user_timespec){(int64_t)(now / NS_PER_SEC), (int64_t)(now % NS_PER_SEC)};
	if (left_out && copy_to_user(left_out, &left, sizeof(left)) < 0)
		return -EFAULT;
	return -EINTR;
}

int time_get_user(uint64_t from, uint64_t *ns)
{
	struct user_timespec ts;

	if (copy_from_user(&ts, from, sizeof(ts)) < 0)
		return -EFAULT;
	if (ts.sec < 0 || ts.nsec < 0 || ts.nsec >= (int64_t)NS_PER_SEC)
		return -EINVAL;
	*ns = MIN((uint64_t)ts.sec, UINT64_MAX / 4 / NS_PER_SEC) * NS_PER_SEC + (uint64_t)ts.nsec;
	return 0;
}

long sys_nanosleep(uint64_t request, uint64_t left_out)
{
	uint64_t ns;
	int err = time_get_user(request, &ns);

	return err ? err : sleep_until(arch_time_ns() + ns, left_out);
}

long sys_clock_nanosleep(uint64_t clock, uint64_t flags, uint64_t request, uint64_t left_out)
{
	uint64_t ns;
	int err;

	if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)
		return -EINVAL;
	err = time_get_user(request, &ns);
	if (err)
		return err;
	if (!(flags & TIMER_ABSTIME))
		return sleep_until(arch_time_ns() + ns, left_out);
	if (clock == CLOCK_REALTIME)
		ns -= MIN(ns, epoch * NS_PER_SEC);
	return sleep_until(ns, 0);
}
