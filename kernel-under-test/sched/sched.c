#include "sched/sched.h"

#include "arch/cpu.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/kstack.h"
#include "sched/timer.h"

/*
 * Dead threads keep their stacks and wait here: most programs fork again soon. A thread puts
 * itself here while it still runs on its stack, which is safe because nobody else runs before it
 * has left.
 */
#define SPARE_MAX 16

static struct list queue = LIST_INIT(queue);
static struct thread idle;
static bool slice_running;
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
	}
	memset(t, 0, offsetof(struct thread, arch));
	memset(&t->process, 0, sizeof(*t) - offsetof(struct thread, process));
	t->state = THREAD_BLOCKED;
	list_init(&t->run);
	list_init(&t->sibling);
	list_init(&t->by_tid);
	list_init(&t->signals);
	arch_thread_init(&t->arch, stack);
	return t;
}

static void put_aside(struct thread *t)
{
	t->state = THREAD_DEAD;
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

void thread_free(struct thread *t)
{
	put_aside(t);
}

uint64_t thread_cpu_ns(const struct thread *t)
{
	return t->cpu_ns + (t == thread_current() ? arch_time_ns() - t->since_ns : 0);
}

void sched_init(void)
{
	idle.state = THREAD_RUNNING;
	list_init(&idle.run);
	arch_set_current(&idle);
}

static void enqueue(struct thread *t)
{
	list_push_back(&queue, &t->run);
	if (!slice_running) {
		slice_running = true;
		timer_set_slice(arch_time_ns() + SLICE_NS);
	}
}

void sched_wake(struct thread *t)
{
	if (t->state != THREAD_BLOCKED)
		return;
	t->state = THREAD_RUNNING;
	enqueue(t);
}

static void switch_to_next(void)
{
	struct thread *prev = thread_current(), *next = &idle;
	uint64_t now;

	if (!list_empty(&queue)) {
		next = list_first(&queue, struct thread, run);
		list_remove(&next->run);
	}
	prev->work &= ~WORK_RESCHED;
	if (next == prev)
		return;
	prev->cpu_ns += (now = arch_time_ns()) - prev->since_ns;
	next->since_ns = now;
	arch_set_current(next);
	/* Idle borrows the space that is loaded. */
	if (next->space)
		space_use(next->space);
	arch_thread_switch(&prev->arch, &next->arch);
}

void sched_yield(void)
{
	struct thread *t = thread_current();

	if (list_empty(&queue)) {
		t->work &= ~WORK_RESCHED;
		return;
	}
	list_push_back(&queue, &t->run);
	switch_to_next();
}

void sched_block(void)
{
	thread_current()->state = THREAD_BLOCKED;
	switch_to_next();
}

bool sched_is_idle(void)
{
	return thread_current() == &idle;
}

void sched_exit(void)
{
	put_aside(thread_current());
	switch_to_next();
	panic("sched: a dead thread ran");
}

void sched_idle(void)
{
	ASSERT(thread_current() == &idle);
	for (;;) {
		while (list_empty(&queue))
			arch_idle();
		switch_to_next();
	}
}

void sched_set_space(struct space *space)
{
	thread_current()->space = space;
	space_use(space);
}

void sched_slice_end(void)
{
	slice_running = false;
	if (list_empty(&queue))
		return;
	thread_current()->work |= WORK_RESCHED;
	slice_running = true;
	timer_set_slice(arch_time_ns() + SLICE_NS);
}
