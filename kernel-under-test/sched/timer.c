#include "sched/timer.h"

#include "arch/time.h"
#include "arch/trap.h"

#define NEVER UINT64_MAX

static struct pheap timers;
static uint64_t slice = NEVER;
static uint64_t armed = NEVER;

/* An alarm that is too early only costs an interrupt, so it is left standing. */
static void arm(uint64_t deadline_ns)
{
	if (deadline_ns < armed) {
		armed = deadline_ns;
		arch_timer_arm(deadline_ns);
	}
}

void timer_add(struct timer *t, uint64_t deadline_ns)
{
	t->pending = true;
	pheap_insert(&timers, &t->node, deadline_ns);
	arm(deadline_ns);
}

void timer_cancel(struct timer *t)
{
	if (!t->pending)
		return;
	t->pending = false;
	pheap_remove(&timers, &t->node);
}

void timer_set_slice(uint64_t deadline_ns)
{
	slice = deadline_ns;
	arm(deadline_ns);
}

void trap_timer(void)
{
	uint64_t now = arch_time_ns();
	struct pheap_node *n;

	armed = NEVER;
	while ((n = pheap_least(&timers)) && n->key <= now) {
		struct timer *t = container_of(n, struct timer, node);

		pheap_remove(&timers, n);
		t->pending = false;
		t->ring(t);
	}
	if (slice <= now) {
		slice = NEVER;
		sched_slice_end();
	}
	n = pheap_least(&timers);
	if (n)
		arm(n->key);
	if (slice != NEVER)
		arm(slice);
}
