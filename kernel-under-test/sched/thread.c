/* Creating threads, and recycling those that have exited. */
#include "sched/thread.h"

#include "arch/time.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/kstack.h"
#include "sched/queue.h"

/*
 * Exited threads are cached with their stacks, since most programs fork again soon. A thread enters
 * the cache while still running on its stack, which is safe because its CPU holds the kernel lock
 * until it has left it. Guarded by that lock.
 */
#define SPARE_MAX 16

static struct list spare = LIST_INIT(spare);
static unsigned int spare_count;

struct thread *thread_create(void)
{
	struct thread *t;
	uint64_t stack;

	if (!list_empty(&spare)) {
		/* The most recent one is most likely in the CPU's caches. */
		t = list_entry(spare.prev, struct thread, run);
		list_remove(&t->run);
		spare_count--;
		stack = t->arch.stack_top;
	} else {
		t = kmem_alloc(sizeof(*t));
		stack = kstack_alloc();
		if (!t || !stack) {
			kmem_free(t);
			if (stack)
				kstack_free(stack);
			return NULL;
		}
		t->arch.debug = NULL; /* exited threads have it NULL too */
	}
	memset(t, 0, offsetof(struct thread, arch));
	memset(&t->process, 0, sizeof(*t) - offsetof(struct thread, process));
	t->state = THREAD_BLOCKED;
	list_init(&t->run);
	list_init(&t->sibling);
	list_init(&t->by_tid);
	list_init(&t->signals);
	t->cpu = arch_cpu_id();
	t->allowed = thread_current()->allowed;
	arch_thread_init(&t->arch, stack);
	return t;
}

void thread_free(struct thread *t)
{
	list_push_back(&spare, &t->run);
	if (spare_count < SPARE_MAX) {
		spare_count++;
		return;
	}
	/* The oldest has long left its stack. */
	t = list_first(&spare, struct thread, run);
	list_remove(&t->run);
	kstack_free(t->arch.stack_top);
	kmem_free(t);
}

uint64_t thread_cpu_ns(const struct thread *t)
{
	uint64_t ticks;
	struct run_queue *q;

	if (likely(t == thread_current()))
		return arch_ticks_ns(t->cpu_ticks + arch_ticks() - t->scheduled_at);
	queue_lock_of(t, &q);
	ticks = t->cpu_ticks + (t == q->current ? arch_ticks() - t->scheduled_at : 0);
	spin_unlock(&q->lock);
	return arch_ticks_ns(ticks);
}
