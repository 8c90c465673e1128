#include "proc/posix_timer.h"

#include "arch/time.h"
#include "mm/kmem.h"

/* A timer whose signal nobody takes rings no more often than this. */
#define IGNORED_NS  10000000ull
#define OVERRUN_MAX INT32_MAX

static void arm(struct posix_timer *t)
{
	uint64_t now = posix_timer_now(t), at = t->deadline;

	/* CPU time passes as fast as the threads that may run at a time. */
	if (t->clock != TIMER_TIME) {
		uint64_t left = at > now ? at - now : 0;

		if (t->clock == TIMER_PROCESS)
			left /= MAX(t->process->thread_count, 1u);
		at = arch_time_ns() + MAX(left, 1000ull);
	}
	timer_add(&t->timer, at);
}

/* Moves a deadline that has passed to the next one to come; how many were passed over. */
static uint64_t forward(struct posix_timer *t)
{
	uint64_t now = posix_timer_now(t), n = 0;

	if (t->deadline <= now)
		n = (now - t->deadline) / t->interval + 1;
	t->deadline += n * t->interval;
	return n;
}

static bool send(struct posix_timer *t)
{
	struct signal_info info = {.signo = t->signo, .code = SI_TIMER};
	struct thread *to = t->tid ? thread_find(t->tid) : NULL;

	info.pid = t->id;
	info.value = t->value;
	if (t->id < 0)
		info = (struct signal_info){.signo = t->signo, .code = SI_KERNEL};
	if (!t->signo)
		return false;
	if (!t->tid)
		return signal_send(t->process, &info);
	return to && to->process == t->process && signal_send_thread(to, &info);
}

static void ring(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, timer);

	if (posix_timer_now(t) < t->deadline) {
		arm(t);
		return;
	}
	t->overrun = 0;
	t->sent = send(t) && t->id >= 0;
	if (!t->interval || t->sent)
		return;
	/* Nobody will take it and set it going again. */
	forward(t);
	if (t->interval < IGNORED_NS)
		t->deadline = MAX(t->deadline, posix_timer_now(t) + IGNORED_NS);
	arm(t);
}

void posix_timer_taken(struct process *p, struct signal_info *info)
{
	struct posix_timer *t = posix_timer_find(p, info->pid);
	uint64_t n;

	if (!t || !t->sent)
		return;
	t->sent = false;
	if (t->interval && t->deadline) {
		n = forward(t);
		t->overrun = (uint32_t)MIN(n ? n - 1 : 0, (uint64_t)OVERRUN_MAX);
		arm(t);
	}
	t->last_overrun = t->overrun;
	info->uid = t->overrun;
}

struct posix_timer *posix_timer_find(struct process *p, int id)
{
	struct posix_timer *t = p->timers;

	while (t && t->id != id)
		t = t->next;
	return t;
}

struct posix_timer *posix_timer_make(struct process *p, int id)
{
	struct posix_timer *t;

	while (posix_timer_find(p, id))
		if (id < 0 || ++id == POSIX_TIMERS_MAX)
			return NULL;
	t = kmem_zalloc(sizeof(*t));
	if (!t)
		return NULL;
	t->id = id;
	t->process = p;
	t->timer.ring = ring;
	t->next = p->timers;
	p->timers = t;
	return t;
}

void posix_timer_delete(struct posix_timer *t)
{
	struct posix_timer **at = &t->process->timers;

	timer_cancel(&t->timer);
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	kmem_free(t);
}

void posix_timers_delete_all(struct process *p, bool itimers_too)
{
	struct posix_timer *t, *next;

	for (t = p->timers; t; t = next) {
		next = t->next;
		if (itimers_too || t->id >= 0)
			posix_timer_delete(t);
	}
}

uint64_t posix_timer_now(const struct posix_timer *t)
{
	const struct thread *thread;

	switch (t->clock) {
	case TIMER_PROCESS:
		return process_cpu_ns(t->process);
	case TIMER_THREAD:
		thread = thread_find(t->clock_tid);
		return thread ? thread_cpu_ns(thread) : 0;
	default:
		return arch_time_ns();
	}
}

void posix_timer_set(struct posix_timer *t, uint64_t deadline, uint64_t interval)
{
	timer_cancel(&t->timer);
	t->deadline = deadline;
	t->interval = interval;
	t->overrun = t->last_overrun = 0;
	/* One on its way is an old one's. */
	t->sent = false;
	if (deadline)
		arm(t);
}

static bool move_timers(struct process *p, void *ctx)
{
	for (struct posix_timer *t = p->timers; t; t = t->next) {
		bool rung = t->deadline <= arch_time_ns();

		if (!t->follows_clock || !t->deadline)
			continue;
		t->deadline = (uint64_t)MAX((int64_t)t->deadline - *(int64_t *)ctx, (int64_t)1);
		/* One that rang goes on when its signal is taken, if ever. */
		if (!rung) {
			timer_cancel(&t->timer);
			arm(t);
		}
	}
	return true;
}

void posix_timers_clock_set(int64_t by)
{
	process_each(move_timers, &by);
}

uint64_t posix_timer_left(const struct posix_timer *t)
{
	uint64_t now = posix_timer_now(t), next = t->deadline;

	if (!next || (next <= now && !t->interval))
		return 0;
	if (next <= now)
		next += ((now - next) / t->interval + 1) * t->interval;
	return next - now;
}

void signal_alarm_ring(struct timer *timer)
{
	struct process *p = container_of(timer, struct process, alarm);

	if (p->alarm_interval) {
		p->alarm_deadline = MAX(p->alarm_deadline + p->alarm_interval, arch_time_ns());
		timer_add(&p->alarm, p->alarm_deadline);
	}
	signal_raise(p, SIGALRM);
}
