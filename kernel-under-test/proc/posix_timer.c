/* POSIX timers and CPU-time interval timers. */
#include "proc/posix_timer.h"

#include "arch/time.h"
#include "lib/string.h"
#include "mm/kmem.h"

/* Shortest period of a timer whose signal is ignored. */
#define IGNORED_PERIOD_NS 10000000ull
#define OVERRUN_MAX	  INT32_MAX
/* Initial capacity. */
#define INITIAL_CAPACITY 8

static void arm(struct posix_timer *t)
{
	uint64_t now = posix_timer_now(t), at = t->deadline;

	/* CPU time passes at most as fast as all threads together run. */
	if (t->clock != TIMER_TIME) {
		uint64_t left = at > now ? at - now : 0;

		if (t->clock == TIMER_PROCESS)
			left /= MAX(t->process->thread_count, 1u);
		at = arch_time_ns() + MAX(left, 1000ull);
	}
	timer_add(&t->timer, at);
}

/* Moves a past deadline to the next one in the future; the number of periods skipped. */
static uint64_t advance_deadline(struct posix_timer *t)
{
	uint64_t now = posix_timer_now(t), n = 0;

	if (t->deadline <= now)
		n = (now - t->deadline) / t->interval + 1;
	t->deadline += n * t->interval;
	return n;
}

static bool send_signal(struct posix_timer *t)
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

static void timer_expired(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, timer);

	if (posix_timer_now(t) < t->deadline) {
		arm(t);
		return;
	}
	t->overrun = 0;
	t->sent = send_signal(t) && t->id >= 0;
	if (!t->interval || t->sent)
		return;
	/* Ignored: no delivery will rearm it. */
	advance_deadline(t);
	if (t->interval < IGNORED_PERIOD_NS)
		t->deadline = MAX(t->deadline, posix_timer_now(t) + IGNORED_PERIOD_NS);
	arm(t);
}

void posix_timer_rearm(struct process *p, struct signal_info *info)
{
	struct posix_timer *t = posix_timer_find(p, info->pid);
	uint64_t n;

	if (!t || !t->sent)
		return;
	t->sent = false;
	if (t->interval && t->deadline) {
		n = advance_deadline(t);
		t->overrun = (uint32_t)MIN(n ? n - 1 : 0, (uint64_t)OVERRUN_MAX);
		arm(t);
	}
	t->last_overrun = t->overrun;
	info->uid = t->overrun;
}

struct posix_timer *posix_timer_find(struct process *p, int id)
{
	struct posix_timers *all = p->timers;

	if (!all || id >= (int)all->capacity)
		return NULL;
	/* A forged signal may carry any id. */
	if (id < 0)
		return id > -(int)ARRAY_SIZE(all->own) ? all->own[-id] : NULL;
	return all->by_id[id] & 1 ? NULL : (struct posix_timer *)all->by_id[id];
}

static void set_free(struct posix_timers *all, int id)
{
	all->by_id[id] = (uintptr_t)(int64_t)all->free << 1 | 1;
	all->free = id;
}

static bool grow(struct posix_timers *all)
{
	uint32_t capacity = MAX(all->capacity * 2, (uint32_t)INITIAL_CAPACITY);
	uintptr_t *by_id = kmem_alloc(capacity * sizeof(*by_id));

	if (!by_id)
		return false;
	if (all->by_id)
		memcpy(by_id, all->by_id, all->capacity * sizeof(*by_id));
	kmem_free(all->by_id);
	all->by_id = by_id;
	for (uint32_t i = capacity; i-- > all->capacity;)
		set_free(all, (int)i);
	all->capacity = capacity;
	return true;
}

/* Makes room for one more timer. NULL: no memory, or too many. */
static struct posix_timers *make_room(struct process *p)
{
	struct posix_timers *all = p->timers;

	if (!all) {
		all = p->timers = kmem_zalloc(sizeof(*all));
		if (!all)
			return NULL;
		all->free = -1;
	}
	if (all->count >= p->limits[RLIMIT_SIGPENDING][0])
		return NULL;
	return all->free < 0 && !grow(all) ? NULL : all;
}

struct posix_timer *posix_timer_create(struct process *p, int id)
{
	struct posix_timers *all = make_room(p);
	struct posix_timer *t = all ? kmem_zalloc(sizeof(*t)) : NULL;

	if (!t)
		return NULL;
	if (id < 0) {
		all->own[-id] = t;
	} else {
		id = all->free;
		all->free = (int)((int64_t)all->by_id[id] >> 1);
		all->by_id[id] = (uintptr_t)t;
		all->count++;
	}
	t->id = id;
	t->process = p;
	t->timer.expire = timer_expired;
	return t;
}

void posix_timer_delete(struct posix_timer *t)
{
	struct posix_timers *all = t->process->timers;

	timer_cancel(&t->timer);
	if (t->id < 0) {
		all->own[-t->id] = NULL;
	} else {
		set_free(all, t->id);
		all->count--;
	}
	kmem_free(t);
}

void posix_timers_delete_all(struct process *p, bool itimers_too)
{
	struct posix_timers *all = p->timers;
	struct posix_timer *t;

	for (int id = itimers_too ? -(int)ARRAY_SIZE(all->own) + 1 : 0; id < (int)all->capacity;
	     id++) {
		t = posix_timer_find(p, id);
		if (t)
			posix_timer_delete(t);
	}
	if (itimers_too) {
		kmem_free(all->by_id);
		kmem_free(all);
		p->timers = NULL;
	}
}

uint64_t posix_timer_now(const struct posix_timer *t)
{
	const struct thread *thread;
	struct usage u;

	switch (t->clock) {
	case TIMER_PROCESS:
		return process_cpu_ns(t->process);
	case TIMER_USER:
		u = usage_of_process(t->process);
		return u.cpu - u.system;
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
	/* A signal in flight belongs to the old setting. */
	t->sent = false;
	if (deadline)
		arm(t);
}

static bool shift_timers(struct process *p, void *ctx)
{
	for (int id = 0; p->timers && id < (int)p->timers->capacity; id++) {
		struct posix_timer *t = posix_timer_find(p, id);
		bool expired;

		if (!t || !t->follows_clock || !t->deadline)
			continue;
		expired = t->deadline <= arch_time_ns();
		t->deadline = (uint64_t)MAX((int64_t)t->deadline - *(int64_t *)ctx, (int64_t)1);
		/* An expired one is rearmed when its signal is taken. */
		if (!expired) {
			timer_cancel(&t->timer);
			arm(t);
		}
	}
	return true;
}

void posix_timers_clock_set(int64_t by)
{
	process_for_each(shift_timers, &by);
}

uint64_t posix_timer_remaining(const struct posix_timer *t)
{
	uint64_t now = posix_timer_now(t), next = t->deadline;

	if (!next || (next <= now && !t->interval))
		return 0;
	if (next <= now)
		next += ((now - next) / t->interval + 1) * t->interval;
	return next - now;
}

void signal_alarm_expired(struct timer *timer)
{
	struct process *p = container_of(timer, struct process, alarm);

	if (p->alarm_interval) {
		p->alarm_deadline = MAX(p->alarm_deadline + p->alarm_interval, arch_time_ns());
		timer_add(&p->alarm, p->alarm_deadline);
	}
	signal_raise(p, SIGALRM);
}
