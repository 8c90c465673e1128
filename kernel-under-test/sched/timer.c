#include "sched/timer.h"

#include "arch/cpu.h"
#include "arch/time.h"
#include "arch/trap.h"

#define NEVER UINT64_MAX

/* Each CPU rings for what was added on it; all are guarded by the kernel lock. */
static struct clock {
	struct pheap timers;
	uint64_t slice, armed;
} __attribute__((aligned(64))) clocks[CPUS_MAX] = {
	[0 ... CPUS_MAX - 1] = {.slice = NEVER, .armed = NEVER},
};

static struct clock *clock_here(void)
{
	return &clocks[arch_cpu_id()];
}

/* An alarm that is too early only costs an interrupt, so it is left standing. */
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

	t->pending = &c->timers;
	pheap_insert(&c->timers, &t->node, deadline_ns);
	arm(c, deadline_ns);
}

void timer_cancel(struct timer *t)
{
	if (!t->pending)
		return;
	pheap_remove(t->pending, &t->node);
	t->pending = NULL;
}

void timer_set_slice(uint64_t deadline_ns)
{
	struct clock *c = clock_here();

	c->slice = deadline_ns;
	arm(c, deadline_ns);
}

void trap_timer(void)
{
	uint64_t now = arch_time_ns();
	struct clock *c = clock_here();
	struct pheap_node *n;

	c->armed = NEVER;
	while ((n = pheap_least(&c->timers)) && n->key <= now) {
		struct timer *t = container_of(n, struct timer, node);

		pheap_remove(&c->timers, n);
		t->pending = NULL;
		t->ring(t);
	}
	if (c->slice <= now) {
		c->slice = NEVER;
		sched_slice_end();
	}
	n = pheap_least(&c->timers);
	if (n)
		arm(c, n->key);
	if (c->slice != NEVER)
		arm(c, c->slice);
}
