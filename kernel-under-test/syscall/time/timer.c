/* POSIX timers, timerfd, signalfd, and setting the clock. */
#include "arch/time.h"
#include "ipc/timerfd.h"
#include "proc/posix_timer.h"
#include "proc/signal/signalfd.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2
#define SIGEV_THREAD_ID 4

#define TFD_CANCEL_ON_SET 2

/* struct sigevent of the Linux ABI. */
struct user_event {
	uint64_t value;
	int32_t signo, notify, tid;
	int32_t pad[11];
};

_Static_assert(sizeof(struct user_event) == 64, "Linux ABI");

static struct user_timer spec_of(uint64_t left, uint64_t interval)
{
	return (struct user_timer){time_spec(interval), time_spec(left)};
}

/*
 * Reads a struct itimerspec: deadline on the clock that shows `now`, and interval. Value 0 stays 0.
 */
static int get_spec(uint64_t from, bool absolute, bool real, uint64_t now, uint64_t *deadline,
		    uint64_t *interval)
{
	uint64_t value;
	int err = time_get_user(from, interval) ?: time_get_user(from + 16, &value);

	if (err)
		return err;
	if (value && absolute && real)
		value = MAX(value, time_epoch_ns() + 1) - time_epoch_ns();
	*deadline = value && !absolute ? now + value : value;
	return 0;
}

long sys_timerfd_create(uint64_t clock, uint64_t flags)
{
	struct file *f;

	if ((flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK)) ||
	    (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME &&
	     clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM))
		return -EINVAL;
	if (timerfd_create(flags & O_NONBLOCK, &f) < 0)
		return -ENOMEM;
	/* A timerfd has no position: the field holds its clock. */
	f->pos = clock;
	return process_add_file(f, flags & O_CLOEXEC);
}

long sys_timerfd_settime(uint64_t fd, uint64_t flags, uint64_t new, uint64_t old)
{
	uint64_t deadline, interval, left, was;
	struct user_timer spec;
	struct file *f = user_file(fd);
	bool real;
	int err;

	if (flags & ~(uint64_t)(TIMER_ABSTIME | TFD_CANCEL_ON_SET))
		return -EINVAL;
	err = get_spec(new, flags & TIMER_ABSTIME, f && clock_is_real(f->pos), arch_time_ns(),
		       &deadline, &interval);
	if (err)
		return err;
	if (!f)
		return -EBADF;
	err = timerfd_get(f, &left, &was);
	if (err)
		return err;
	real = (flags & TIMER_ABSTIME) && clock_is_real(f->pos);
	timerfd_set(f, deadline, interval, real, real && (flags & TFD_CANCEL_ON_SET));
	spec = spec_of(left, was);
	return old ? copy_to_user(old, &spec, sizeof(spec)) : 0;
}

long sys_timerfd_gettime(uint64_t fd, uint64_t out)
{
	struct file *f = user_file(fd);
	struct user_timer spec;
	uint64_t left, interval;
	int err;

	if (!f)
		return -EBADF;
	err = timerfd_get(f, &left, &interval);
	if (err)
		return err;
	spec = spec_of(left, interval);
	return copy_to_user(out, &spec, sizeof(spec));
}

long sys_signalfd4(uint64_t fd, uint64_t mask, uint64_t size, uint64_t flags)
{
	struct file *f;
	uint64_t set;
	int err;

	if (size != sizeof(set) || (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK)))
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)) < 0)
		return -EFAULT;
	if ((int)fd != -1) {
		f = user_file((uint32_t)fd);
		err = f ? signalfd_change(f, set) : -EBADF;
		return err ? err : (long)(int)fd;
	}
	return signalfd_create(set, flags & O_NONBLOCK, &f)
		       ?: process_add_file(f, flags & O_CLOEXEC);
}

/* SIGEV_*: whom the timer signals. */
static int set_event(struct posix_timer *t, uint64_t at)
{
	struct user_event e = {.signo = SIGALRM, .value = (uint64_t)t->id};
	struct thread *to;

	if (at && copy_from_user(&e, at, sizeof(e)) < 0)
		return -EFAULT;
	switch (e.notify) {
	case SIGEV_NONE:
		return 0;
	case SIGEV_THREAD_ID:
		to = thread_find(e.tid);
		if (!to || to->process != t->process)
			return -EINVAL;
		t->tid = e.tid;
		break;
	case SIGEV_SIGNAL:
	case SIGEV_THREAD:
		break;
	default:
		return -EINVAL;
	}
	if (e.signo <= 0 || e.signo > SIGNALS_MAX)
		return -EINVAL;
	t->signo = e.signo;
	t->value = e.value;
	return 0;
}

/* A clock made from a pid or tid (clock_getcpuclockid), of the caller's own process. */
static int set_cpu_clock(struct posix_timer *t, int32_t clock)
{
	int id = ~(clock >> 3);
	const struct thread *thread = thread_find(id ? id : thread_current()->tid);

	if ((clock & 7) == 3)
		return -EOPNOTSUPP;
	if (!thread || thread->process != t->process || (clock & 3) > 2 ||
	    (!(clock & 4) && id && id != t->process->pid))
		return -EINVAL;
	t->clock = clock & 4 ? TIMER_THREAD : TIMER_PROCESS;
	t->clock_tid = thread->tid;
	return 0;
}

long sys_timer_create(uint64_t clock, uint64_t event, uint64_t id_out)
{
	struct posix_timer *t;
	int err;

	if ((int32_t)clock >= 0 && !clock_is_real(clock) && clock != CLOCK_MONOTONIC &&
	    clock != CLOCK_BOOTTIME && clock != CLOCK_BOOTTIME_ALARM &&
	    clock != CLOCK_PROCESS_CPUTIME && clock != CLOCK_THREAD_CPUTIME)
		return -EINVAL;
	t = posix_timer_create(process_current(), 0);
	if (!t)
		return -EAGAIN;
	t->is_real = clock_is_real(clock);
	t->clock = clock == CLOCK_PROCESS_CPUTIME  ? TIMER_PROCESS
		   : clock == CLOCK_THREAD_CPUTIME ? TIMER_THREAD
						   : TIMER_TIME;
	t->clock_tid = thread_current()->tid;
	err = (int32_t)clock < 0 ? set_cpu_clock(t, (int32_t)clock) : 0;
	if (!err)
		err = set_event(t, event);
	if (!err)
		err = copy_to_user(id_out, &t->id, sizeof(t->id));
	if (err)
		posix_timer_delete(t);
	return err;
}

/* A timer of the caller made by timer_create(). */
static struct posix_timer *timer_of(uint64_t id)
{
	return (int)id < 0 ? NULL : posix_timer_find(process_current(), (int)id);
}

long sys_timer_settime(uint64_t id, uint64_t flags, uint64_t new, uint64_t old)
{
	struct posix_timer *t = timer_of(id);
	struct user_timer was;
	uint64_t deadline, interval;
	int err;

	if (!new)
		return -EINVAL;
	err = get_spec(new, flags & TIMER_ABSTIME, t && t->is_real, t ? posix_timer_now(t) : 0,
		       &deadline, &interval);
	if (err)
		return err;
	if (!t)
		return -EINVAL;
	was = spec_of(posix_timer_remaining(t), t->interval);
	t->follows_clock = t->is_real && (flags & TIMER_ABSTIME);
	posix_timer_set(t, deadline, interval);
	return old ? copy_to_user(old, &was, sizeof(was)) : 0;
}

long sys_timer_gettime(uint64_t id, uint64_t out)
{
	const struct posix_timer *t = timer_of(id);
	struct user_timer spec;

	if (!t)
		return -EINVAL;
	spec = spec_of(posix_timer_remaining(t), t->interval);
	return copy_to_user(out, &spec, sizeof(spec));
}

long sys_timer_getoverrun(uint64_t id)
{
	const struct posix_timer *t = timer_of(id);

	return t ? (long)t->last_overrun : -EINVAL;
}

long sys_timer_delete(uint64_t id)
{
	struct posix_timer *t = timer_of(id);

	if (!t)
		return -EINVAL;
	posix_timer_delete(t);
	return 0;
}

long sys_clock_settime(uint64_t clock, uint64_t from)
{
	uint64_t ns;
	int err;

	/* No other clock can be set. */
	if (clock != CLOCK_REALTIME)
		return -EINVAL;
	err = time_get_user(from, &ns);
	if (err)
		return err;
	if (ns < arch_time_ns())
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	time_set_epoch_ns(ns - arch_time_ns());
	return 0;
}

long sys_settimeofday(uint64_t tv, uint64_t tz)
{
	static bool zone_was_set;
	int64_t t[2];
	int32_t zone[2];

	if (tv && copy_from_user(t, tv, sizeof(t)) < 0)
		return -EFAULT;
	if (tz && copy_from_user(zone, tz, sizeof(zone)) < 0)
		return -EFAULT;
	if (tv && (t[0] < 0 || t[1] < 0 || t[1] >= 1000000 || t[0] > INT64_MAX / 1000000000 - 1))
		return -EINVAL;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (tz && (zone[0] > 15 * 60 || zone[0] < -15 * 60))
		return -EINVAL;
	if (tz) {
		int64_t shift = zone_was_set || tv ? 0 : zone[0] * 60 * (int64_t)NS_PER_SEC;

		zone_was_set = true;
		time_zone = (uint32_t)zone[0] | (uint64_t)(uint32_t)zone[1] << 32;
		/* The first one says that the clock of the machine runs in local time. */
		time_set_epoch_ns(time_epoch_ns() + (uint64_t)shift);
	}
	if (!tv)
		return 0;
	if ((uint64_t)t[0] * NS_PER_SEC < arch_time_ns())
		return -EINVAL;
	time_set_epoch_ns((uint64_t)t[0] * NS_PER_SEC + (uint64_t)t[1] * 1000 - arch_time_ns());
	return 0;
}
