#include "sched/sched.h"

#include "arch/cpu.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "mm/kmem.h"
#include "mm/kstack.h"
#include "sched/timer.h"

/* Freed threads keep their stacks and wait here: most programs fork again soon. */
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
		t = list_first(&spare, struct thread, run);
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
	t->work = 0;
	t->state = THREAD_BLOCKED;
	t->interruptible = false;
	t->tid = 0;
	t->process = NULL;
	t->space = NULL;
	list_init(&t->run);
	arch_thread_init(&t->arch, stack);
	return t;
}

void thread_free(struct thread *t)
{
	ASSERT(t->state == THREAD_DEAD && t != thread_current());
	if (spare_count < SPARE_MAX) {
		list_push_front(&spare, &t->run);
		spare_count++;
		return;
	}
	kstack_free(t->arch.stack_top);
	kmem_free(t);
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

	if (!list_empty(&queue)) {
		next = list_first(&queue, struct thread, run);
		list_remove(&next->run);
	}
	prev->work &= ~WORK_RESCHED;
	if (next == prev)
		return;
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

void sched_exit(void)
{
	thread_current()->state = THREAD_DEAD;
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
