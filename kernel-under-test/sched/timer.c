/* Timers: a heap of deadlines per CPU. */
#include "sched/timer.h"

#include "arch/cpu.h"
#include "arch/spin.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "sched/sched.h"

#define NEVER	   UINT64_MAX
#define NS_PER_DAY (86400 * NS_PER_SEC)

uint32_t timer_day = 1;

/*
 * A timer is in the heap of the CPU that added it. `slice` and `armed` are accessed by the CPU
 * itself only.
 */
static struct clock {
	struct spinlock lock;
	struct pheap timers;
	uint64_t slice, armed;
} __attribute__((aligned(64))) clocks[CPUS_MAX] = {
	[0 ... CPUS_MAX - 1] = {.slice = NEVER, .armed = NEVER},
};

static struct clock *clock_here(void)
{
	return &clocks[arch_cpu_id()];
}

/* An early interrupt is cheap, so the timer is never re-armed for a later deadline. */
static void arm(struct clock *c, uint64_t deadline_ns)
{
	if (deadline_ns < c->armed) {
		c->armed = deadline_ns;
		arch_timer_arm(deadline_ns);
	}
}

void timer_add(struct timer *t, uint64_t deadline_ns)
{
	struct clock *c = clock_here();

	spin_lock(&c->lock, LOCK_CLOCK);
	t->pending = c;
	pheap_insert(&c->timers, &t->node, deadline_ns);
	spin_unlock(&c->lock);
	arm(c, deadline_ns);
}

void timer_cancel(struct timer *t)
{
	struct clock *c = READ_ONCE(t->pending);

	/* It only ever changes to NULL, after which the timer is no longer accessed. */
	if (!c)
		return;
	spin_lock(&c->lock, LOCK_CLOCK);
	if (t->pending) {
		pheap_remove(&c->timers, &t->node);
		t->pending = NULL;
	}
	spin_unlock(&c->lock);
}

static void alarm_expire(struct timer *t)
{
	struct alarm *a = container_of(t, struct alarm, timer);

	a->expired = true;
	sched_interrupt_sleep(a->thread, false);
}

void alarm_set(struct alarm *a, uint64_t deadline_ns)
{
	a->thread = thread_current();
	a->expired = false;
	a->timer.pending = NULL;
	a->timer.expire = alarm_expire;
	a->timer.unlocked = true;
	if (deadline_ns != NEVER)
		timer_add(&a->timer, deadline_ns);
}

void timer_set_slice(uint64_t deadline_ns)
{
	struct clock *c = clock_here();

	c->slice = deadline_ns;
	arm(c, deadline_ns);
}

/*
 * Fires what is due. Called with the clock's lock, which is dropped around timers whose owners rely
 * on the kernel lock; that one is held meanwhile, so that no timer is cancelled between its removal
 * and its callback.
 */
static void expire_due(struct clock *c, uint64_t now)
{
	bool held = kernel_locked(), locked = held;
	struct pheap_node *n;

	while ((n = pheap_min(&c->timers)) && n->key <= now) {
		struct timer *t = container_of(n, struct timer, node);

		if (!t->unlocked && !locked) {
			spin_unlock(&c->lock);
			locked = true;
			kernel_lock();
			spin_lock(&c->lock, LOCK_CLOCK);
			continue;
		}
		pheap_remove(&c->timers, n);
		if (t->unlocked) {
			t->expire(t);
			/* Last: its owner may free it as soon as this is seen. */
			__atomic_store_n(&t->pending, NULL, __ATOMIC_RELEASE);
			continue;
		}
		t->pending = NULL;
		spin_unlock(&c->lock);
		t->expire(t);
		spin_lock(&c->lock, LOCK_CLOCK);
	}
	/* The caller needs the clock's lock again. */
	if (locked && !held) {
		spin_unlock(&c->lock);
		kernel_unlock();
		spin_lock(&c->lock, LOCK_CLOCK);
	}
}

void trap_timer(const struct regs *regs)
{
	uint64_t now = arch_time_ns(), next;
	struct clock *c = clock_here();
	struct pheap_node *n;

	c->armed = NEVER;
	spin_lock(&c->lock, LOCK_CLOCK);
	n = pheap_min(&c->timers);
	if (n && n->key <= now) {
		expire_due(c, now);
		n = pheap_min(&c->timers);
	}
	next = n ? n->key : NEVER;
	spin_unlock(&c->lock);
	if (c->slice <= now) {
		static uint64_t next_day = NS_PER_DAY;

		if (unlikely(now >= next_day)) {
			next_day = now + NS_PER_DAY;
			timer_day++;
		}
		c->slice = NEVER;
		sched_slice_end(regs);
	}
	arm(c, MIN(next, c->slice));
}
