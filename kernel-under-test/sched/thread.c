/* Making threads, and what is left of those that ended. */
#include "sched/thread.h"

#include "arch/time.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/kstack.h"
#include "sched/queue.h"

/*
 * Dead threads keep their stacks and wait here: most programs fork again soon. A thread puts
 * itself here while it still runs on its stack, which is safe because its CPU keeps the kernel
 * lock until it has left. Guarded by that lock.
 */
#define SPARE_MAX 16

static struct list spare = LIST_INIT(spare);
static unsigned int spare_count;

struct thread *thread_create(void)
{
	struct thread *t;
	uint64_t stack;

	if (!list_empty(&spare)) {
		/* The one that ran last is the one the caches know. */
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
		t->arch.debug = NULL; /* and so it is whenever one ends */
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
	/* The oldest has long stopped running. */
	t = list_first(&spare, struct thread, run);
	list_remove(&t->run);
	kstack_free(t->arch.stack_top);
	kmem_free(t);
}

uint64_t thread_cpu_ns(const struct thread *t)
{
	uint64_t ticks;
	struct queue *q;

	if (likely(t == thread_current()))
		return arch_ticks_ns(t->cpu_ticks + arch_ticks() - t->since);
	queue_lock_of(t, &q);
	ticks = t->cpu_ticks + (t == q->current ? arch_ticks() - t->since : 0);
	spin_unlock(&q->lock);
	return arch_ticks_ns(ticks);
}
