/* Clocks and sleeping. */
#include "syscall/time/time.h"

#include "arch/spin.h"
#include "arch/time.h"
#include "fs/volume.h"
#include "ipc/timerfd.h"
#include "proc/exec/vdso.h"
#include "proc/posix_timer.h"
#include "sched/wait.h"
#include "syscall/user.h"

/* Resolution reported for the coarse clocks. */
#define COARSE_NS 4000000

uint64_t time_zone;

/* Threads that sleep until a wall clock time: woken when the clock is set. */
static struct wait_queue sleepers;

void time_init(void)
{
	wait_init(&sleepers);
	time_set_epoch_ns(arch_boot_epoch() * NS_PER_SEC);
}

uint64_t time_epoch_ns(void)
{
	return volume_epoch_ns;
}

uint64_t time_real_ns(void)
{
	return volume_now_ns();
}

void time_set_epoch_ns(uint64_t ns)
{
	int64_t by = (int64_t)(ns - volume_epoch_ns);
	bool boot = !volume_epoch_ns;

	WRITE_ONCE(volume_epoch_ns, ns);
	vdso_set_clock(ns, time_zone);
	/* Invalidates what is known of access times. */
	timer_day++;
	if (boot)
		return;
	posix_timers_clock_set(by);
	timerfd_clock_set(by);
	wait_wake_all(&sleepers);
}

/* CPU time of a clock made from a pid or tid (clock_getcpuclockid); 0 is the caller. -EINVAL. */
static int cpu_clock(uint64_t clock, uint64_t *ns)
{
	int id = (int)~((int32_t)clock >> 3), kind = clock & 7;
	const struct thread *t = id ? thread_find(id) : thread_current();
	const struct process *p = id ? process_find(id) : process_current();

	if (kind & 4 ? !t || t->process != process_current() : !p)
		return -EINVAL;
	if ((kind & 3) > 2)
		return -EINVAL;
	*ns = kind & 4 ? thread_cpu_ns(t) : process_cpu_ns(p);
	return 0;
}

/* Without the kernel lock. */
static int clock_now(uint64_t clock, struct user_time *out)
{
	uint64_t ns = arch_time_ns();
	int err;

	switch (clock) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		ns += READ_ONCE(volume_epoch_ns);
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		break;
	case CLOCK_PROCESS_CPUTIME:
	case CLOCK_THREAD_CPUTIME:
		ns = clock == CLOCK_PROCESS_CPUTIME ? process_own_cpu_ns()
						    : thread_cpu_ns(thread_current());
		break;
	default:
		if ((int32_t)clock >= 0)
			return -EINVAL;
		err = WITH_KERNEL_LOCK(cpu_clock(clock, &ns));
		if (err)
			return err;
	}
	*out = time_spec(ns);
	return 0;
}

long sys_clock_gettime(uint64_t clock, uint64_t out)
{
	struct user_time ts;

	return clock_now(clock, &ts) ?: copy_to_user(out, &ts, sizeof(ts));
}

long sys_clock_getres(uint64_t clock, uint64_t out)
{
	struct user_time ts;
	int err = clock_now(clock, &ts);

	if (err || !out)
		return err;
	ts = (struct user_time){0, 1};
	if (clock == CLOCK_REALTIME_COARSE || clock == CLOCK_MONOTONIC_COARSE)
		ts.part = COARSE_NS;
	return copy_to_user(out, &ts, sizeof(ts));
}

long sys_gettimeofday(uint64_t tv_out, uint64_t tz_out)
{
	struct user_time ts;
	uint64_t zone;

	clock_now(CLOCK_REALTIME, &ts);
	ts.part /= 1000;
	if (tv_out && copy_to_user(tv_out, &ts, sizeof(ts)) < 0)
		return -EFAULT;
	if (!tz_out)
		return 0;
	zone = READ_ONCE(time_zone);
	return copy_to_user(tz_out, &zone, sizeof(zone));
}

long sys_time(uint64_t out)
{
	struct user_time ts;

	clock_now(CLOCK_REALTIME, &ts);
	if (out && copy_to_user(out, &ts.sec, sizeof(ts.sec)) < 0)
		return -EFAULT;
	return ts.sec;
}

/* Without the kernel lock. Sleeps until the monotonic clock reaches `deadline`. */
static long sleep_until(uint64_t deadline)
{
	int err;

	do {
		if (arch_time_ns() >= deadline)
			return 0;
		err = wait_until(deadline, NULL);
	} while (err != -ERESTARTSYS);
	return -ERESTARTNOHAND;
}

/* The same for a relative time; stores the rest where the restart record says. */
static long sleep_for(const struct restart *r)
{
	uint64_t left_out = r->args[0];
	struct user_time left;

	if (sleep_until(r->deadline) == 0)
		return 0;
	left = time_left(r->deadline);
	if (left_out && copy_to_user(left_out, &left, sizeof(left)) < 0)
		return -EFAULT;
	thread_current()->restart = *r;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_ns(uint64_t ns, uint64_t left_out)
{
	const struct restart r = {sleep_for, arch_time_ns() + ns, {left_out}};

	return sleep_for(&r);
}

/* The same on the wall clock, which may be set meanwhile. */
static long sleep_until_real(uint64_t ns)
{
	int err = 0;

	KERNEL_SCOPE();
	while (err != -ERESTARTSYS && volume_now_ns() < ns)
		err = wait_sleep_until(&sleepers, WAIT_INTERRUPTIBLE, ns - volume_epoch_ns);
	return err == -ERESTARTSYS ? -ERESTARTNOHAND : 0;
}

int time_get_user(uint64_t from, uint64_t *ns)
{
	struct user_time ts;

	if (copy_from_user(&ts, from, sizeof(ts)) < 0)
		return -EFAULT;
	if (ts.sec < 0 || ts.part < 0 || ts.part >= (int64_t)NS_PER_SEC)
		return -EINVAL;
	*ns = MIN((uint64_t)ts.sec, UINT64_MAX / 4 / NS_PER_SEC) * NS_PER_SEC + (uint64_t)ts.part;
	return 0;
}

long sys_nanosleep(uint64_t request, uint64_t left_out)
{
	uint64_t ns;

	return time_get_user(request, &ns) ?: sleep_ns(ns, left_out);
}

long sys_clock_nanosleep(uint64_t clock, uint64_t flags, uint64_t request, uint64_t left_out)
{
	uint64_t ns;
	bool real = clock_is_real(clock);
	int err;

	if ((int32_t)clock < 0 || clock == CLOCK_PROCESS_CPUTIME || clock == CLOCK_THREAD_CPUTIME ||
	    clock == CLOCK_MONOTONIC_RAW || clock == CLOCK_REALTIME_COARSE ||
	    clock == CLOCK_MONOTONIC_COARSE)
		return -EOPNOTSUPP;
	if (!real && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
	    clock != CLOCK_BOOTTIME_ALARM)
		return -EINVAL;
	err = time_get_user(request, &ns);
	if (err)
		return err;
	if (!(flags & TIMER_ABSTIME))
		return sleep_ns(ns, left_out);
	return real ? sleep_until_real(ns) : sleep_until(ns);
}
