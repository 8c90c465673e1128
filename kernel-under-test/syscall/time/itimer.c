/* Interval timers: alarm, getitimer, setitimer. */
#include "arch/time.h"
#include "proc/posix_timer.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define ITIMER_REAL    0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF    2

static struct user_timer alarm_now(const struct process *p)
{
	uint64_t now = arch_time_ns(), left = 0;

	if (p->alarm.pending)
		left = MAX(p->alarm_deadline, now + NS_PER_US) - now;
	return (struct user_timer){time_val(p->alarm_interval), time_val(left)};
}

static void set_alarm(struct process *p, uint64_t value, uint64_t interval)
{
	timer_cancel(&p->alarm);
	p->alarm_interval = interval;
	if (!value)
		return;
	p->alarm_deadline = arch_time_ns() + value;
	timer_add(&p->alarm, p->alarm_deadline);
}

/* ITIMER_VIRTUAL and ITIMER_PROF. */
static struct user_timer cpu_timer_now(int which)
{
	const struct posix_timer *t = posix_timer_find(process_current(), -which);
	uint64_t left = t ? posix_timer_remaining(t) : 0, interval = t ? t->interval : 0;

	return (struct user_timer){time_val(interval), time_val(left)};
}

static bool set_cpu_timer(int which, uint64_t value, uint64_t interval)
{
	struct posix_timer *t = posix_timer_find(process_current(), -which);

	if (!t)
		t = posix_timer_create(process_current(), -which);
	if (!t)
		return false;
	t->clock = which == ITIMER_VIRTUAL ? TIMER_USER : TIMER_PROCESS;
	if (which == ITIMER_VIRTUAL)
		usage_sample(process_current());
	t->signo = which == ITIMER_VIRTUAL ? SIGVTALRM : SIGPROF;
	posix_timer_set(t, value ? posix_timer_now(t) + value : 0, interval);
	return true;
}

static int usec_to_ns(struct user_time t, uint64_t *ns)
{
	if (t.sec < 0 || t.part < 0 || t.part >= (int64_t)US_PER_SEC)
		return -EINVAL;
	*ns = MIN((uint64_t)t.sec, UINT64_MAX / 4 / NS_PER_SEC) * NS_PER_SEC +
	      (uint64_t)t.part * NS_PER_US;
	return 0;
}

long sys_getitimer(uint64_t which, uint64_t out)
{
	struct user_timer it = alarm_now(process_current());

	if (which > ITIMER_PROF)
		return -EINVAL;
	if (which != ITIMER_REAL)
		it = cpu_timer_now((int)which);
	return copy_to_user(out, &it, sizeof(it));
}

long sys_setitimer(uint64_t which, uint64_t new, uint64_t old)
{
	struct process *p = process_current();
	struct user_timer it = {0}, was = alarm_now(p);
	uint64_t value, interval;

	if (which > ITIMER_PROF)
		return -EINVAL;
	if (new &&copy_from_user(&it, new, sizeof(it)) < 0)
		return -EFAULT;
	if (usec_to_ns(it.value, &value) < 0 || usec_to_ns(it.interval, &interval) < 0)
		return -EINVAL;
	if (which != ITIMER_REAL) {
		was = cpu_timer_now((int)which);
		if (!set_cpu_timer((int)which, value, interval))
			return -ENOMEM;
	} else {
		set_alarm(p, value, interval);
	}
	return old && copy_to_user(old, &was, sizeof(was)) < 0 ? -EFAULT : 0;
}

long sys_alarm(uint64_t seconds)
{
	struct process *p = process_current();
	struct user_time was = alarm_now(p).value;

	set_alarm(p, (uint32_t)seconds * NS_PER_SEC, 0);
	/* Rounded to seconds, but never to 0. */
	return was.sec + (was.part >= 500000 || (!was.sec && was.part > 0));
}
