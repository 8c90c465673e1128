#include "sched/sched.h"

#include "arch/cpu.h"
#include "arch/smp.h"
#include "arch/spin.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/kstack.h"
#include "mm/tlb.h"
#include "sched/timer.h"

/* Threads waiting for one CPU, and what that CPU does. The kernel lock guards all of them. */
static struct queue {
	struct list threads;
	unsigned int count;
	bool slice_running;
	struct thread *current;
} __attribute__((aligned(64))) queues[CPUS_MAX];

/* What a CPU runs when there is nothing to run. */
static struct thread idles[CPUS_MAX];

/* CPUs that sleep and that nobody has given anything to do yet. */
static uint32_t idle_cpus;

/*
 * Dead threads keep their stacks and wait here: most programs fork again soon. A thread puts
 * itself here while it still runs on its stack, which is safe because its CPU keeps the kernel
 * lock until it has left.
 */
#define SPARE_MAX 16

static struct list spare = LIST_INIT(spare);
static unsigned int spare_count;

static struct queue *queue_here(void)
{
	return &queues[arch_cpu_id()];
}

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
	t->cpu = arch_cpu_id();
	t->allowed = thread_current()->allowed;
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
	return t->cpu_ns + (t == queues[t->cpu].current ? arch_time_ns() - t->since_ns : 0);
}

void sched_init(void)
{
	for (size_t i = 0; i < CPUS_MAX; i++) {
		list_init(&queues[i].threads);
		/* A CPU counts as running a moment before it runs its idle thread: others ask. */
		queues[i].current = &idles[i];
	}
}

void sched_init_cpu(void)
{
	unsigned int me = arch_cpu_id();
	struct thread *idle = &idles[me];

	idle->state = THREAD_RUNNING;
	idle->cpu = me;
	idle->allowed = UINT32_MAX;
	list_init(&idle->run);
	arch_set_current(idle);
	space_idle();
}

static void start_slice(struct queue *q)
{
	q->slice_running = true;
	timer_set_slice(arch_time_ns() + SLICE_NS);
}

static void enqueue_here(struct queue *q, struct thread *t)
{
	list_push_back(&q->threads, &t->run);
	q->count++;
	if (!q->slice_running)
		start_slice(q);
}

static void enqueue(struct thread *t, unsigned int cpu)
{
	struct queue *q = &queues[cpu];

	t->cpu = cpu;
	if (cpu == arch_cpu_id()) {
		enqueue_here(q, t);
		return;
	}
	list_push_back(&q->threads, &t->run);
	q->count++;
	/* It sleeps, or has to set its own clock going. */
	if ((idle_cpus & 1u << cpu) || !q->slice_running)
		arch_cpu_kick(cpu);
	idle_cpus &= ~(1u << cpu);
}

static void dequeue(struct thread *t)
{
	list_remove(&t->run);
	queues[t->cpu].count--;
}

static unsigned int least_busy(uint32_t among)
{
	unsigned int best = (unsigned int)__builtin_ctz(among);

	for (; among; among &= among - 1)
		if (queues[__builtin_ctz(among)].count < queues[best].count)
			best = (unsigned int)__builtin_ctz(among);
	return best;
}

/* Where a thread is to run: where it ran last, unless that CPU is busy and another is idle. */
static unsigned int place(const struct thread *t)
{
	uint32_t idle = idle_cpus & t->allowed, last = 1u << t->cpu;

	if (likely((t->allowed & last) && (!idle || (idle & last))))
		return t->cpu;
	if (idle)
		return (unsigned int)__builtin_ctz(idle);
	return least_busy(t->allowed & ((1u << arch_cpu_count()) - 1));
}

void sched_wake(struct thread *t)
{
	if (t->state != THREAD_BLOCKED)
		return;
	t->state = THREAD_RUNNING;
	/* No CPU is idle: it stays on its own, which is one that it may use. */
	if (likely(!idle_cpus && t->cpu == arch_cpu_id()))
		enqueue_here(queue_here(), t);
	else
		enqueue(t, place(t));
}

void sched_poke(const struct thread *t)
{
	if (t->cpu != arch_cpu_id() && t == queues[t->cpu].current)
		arch_cpu_kick(t->cpu);
}

void sched_settle_others(bool all)
{
	const struct process *p = thread_current()->process;
	unsigned int me = arch_cpu_id();
	uint32_t ask = 0;

	for (unsigned int i = 0; i < arch_cpu_count(); i++)
		if (i != me && (all || queues[i].current->process == p))
			ask |= 1u << i;
	/* What is idle looks at nothing. */
	ask &= ~idle_cpus;
	if (ask && (p || all))
		arch_cpu_flush(ask);
}

/* A thread that waits for another CPU and may run on this one; else this one's idle thread. */
static __attribute__((noinline)) struct thread *steal(void)
{
	unsigned int me = arch_cpu_id();
	struct thread *t;

	for (unsigned int i = 0; i < arch_cpu_count(); i++)
		list_for_each (t, &queues[i].threads, run)
			if (t->allowed & 1u << me) {
				dequeue(t);
				t->cpu = me;
				return t;
			}
	return &idles[me];
}

static void switch_to_next(void)
{
	struct queue *q = queue_here();
	struct thread *prev = thread_current(), *next;
	uint64_t now;

	if (likely(!list_empty(&q->threads))) {
		next = list_first(&q->threads, struct thread, run);
		list_remove(&next->run);
		q->count--;
	} else {
		next = steal();
	}
	prev->work &= ~WORK_RESCHED;
	if (next == prev)
		return;
	prev->cpu_ns += (now = arch_time_ns()) - prev->since_ns;
	next->since_ns = now;
	q->current = next;
	arch_set_current(next);
	if (next->space)
		space_use(next->space);
	else
		space_idle();
	/* Comes back when `prev` is given a CPU again, which may be another one. */
	arch_thread_switch(&prev->arch, &next->arch);
}

void sched_yield(void)
{
	struct queue *q = queue_here();
	struct thread *t = thread_current();

	if (unlikely(!(t->allowed & 1u << t->cpu))) {
		enqueue(t, place(t));
	} else if (list_empty(&q->threads)) {
		t->work &= ~WORK_RESCHED;
		return;
	} else {
		list_push_back(&q->threads, &t->run);
		q->count++;
	}
	switch_to_next();
}

bool sched_others_wait(void)
{
	return !list_empty(&queue_here()->threads);
}

void sched_block(void)
{
	thread_current()->state = THREAD_BLOCKED;
	switch_to_next();
}

uint64_t sched_idle_ns(unsigned int cpu)
{
	return thread_cpu_ns(&idles[cpu]);
}

bool sched_is_idle(void)
{
	return thread_current() == &idles[arch_cpu_id()];
}

void sched_exit(void)
{
	put_aside(thread_current());
	switch_to_next();
	panic("sched: a dead thread ran");
}

void sched_idle(void)
{
	uint32_t me = 1u << arch_cpu_id();

	ASSERT(thread_current() == &idles[arch_cpu_id()]);
	for (;;) {
		/* Comes back when there is nothing to run. */
		switch_to_next();
		idle_cpus |= me;
		kernel_unlock();
		arch_idle();
		kernel_lock();
		idle_cpus &= ~me;
	}
}

void sched_set_space(struct space *space)
{
	thread_current()->space = space;
	space_use(space);
}

void sched_set_allowed(struct thread *t, uint32_t cpus)
{
	t->allowed = cpus;
	if (cpus & 1u << t->cpu)
		return;
	if (t == queues[t->cpu].current) {
		t->work |= WORK_RESCHED;
		sched_poke(t);
	} else if (t->state == THREAD_RUNNING) {
		dequeue(t);
		enqueue(t, place(t));
	} else {
		t->cpu = place(t);
	}
}

/* Gives a thread away if another CPU has at least two fewer waiting. Idle CPUs help themselves. */
static void spread(const struct queue *q)
{
	unsigned int to = least_busy((1u << arch_cpu_count()) - 1);
	struct thread *t = list_entry(q->threads.prev, struct thread, run);

	if (q->count < queues[to].count + 2 || !(t->allowed & 1u << to))
		return;
	dequeue(t);
	enqueue(t, to);
}

void sched_slice_end(void)
{
	struct queue *q = queue_here();
	uint32_t ns;

	q->slice_running = false;
	if (list_empty(&q->threads))
		return;
	if (arch_cpu_count() > 1)
		spread(q);
	thread_current()->work |= WORK_RESCHED;
	start_slice(q);
	/* The turn that begins is that of the thread that has waited longest. */
	ns = list_first(&q->threads, struct thread, run)->slice_ns;
	if (unlikely(ns))
		timer_set_slice(arch_time_ns() + ns);
}

void sched_set_nice(struct thread *t, int nice)
{
	uint64_t ns = SLICE_NS;

	/* A quarter more or less with each step, as on Linux, as far as a turn makes sense. */
	for (int i = 0; i < nice; i++)
		ns = ns * 4 / 5;
	for (int i = 0; i > nice; i--)
		ns = ns * 5 / 4;
	t->nice = (int8_t)nice;
	t->slice_ns = nice ? (uint32_t)MIN(MAX(ns, 100000ull), 20 * SLICE_NS) : 0;
}

void trap_reschedule(void)
{
	struct queue *q = queue_here();

	/* Work of the thread itself is looked at on its way back to user mode. */
	if (!list_empty(&q->threads) && !q->slice_running)
		start_slice(q);
}
