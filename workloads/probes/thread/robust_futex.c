#include "probe.h"

#include <linux/futex.h>

#include "thread.h"

static struct {
	struct robust_list list;
	uint32_t word;
} lock;

static void work(void *arg)
{
	struct robust_list_head head = {
		.list.next = &lock.list,
		.futex_offset = (char *)&lock.word - (char *)&lock.list,
	};

	lock.list.next = &head.list;
	lock.word = (uint32_t)sys(gettid);
	*(long *)arg = sys(set_robust_list, &head, sizeof(head));
	/* The list lies on this stack: end before it is gone. */
	sys(exit, 0);
}

void probe(void)
{
	volatile long result = -1;

	thread_join(thread_start(work, (void *)&result));
	probe_require("set_robust_list", result);
	probe_check("the owner is marked as dead", FUTEX_OWNER_DIED, lock.word & FUTEX_OWNER_DIED);
}

PROBE_CHECKS("a robust futex is marked when the thread that owns it dies");
