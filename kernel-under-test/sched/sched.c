/* The scheduler: switching, blocking, waking, time slices and the idle loop. */
#include "sched/sched.h"

#include "arch/cpu.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "mm/tlb.h"
#include "sched/queue.h"
#include "sched/timer.h"

struct queue sched_queues[CPUS_MAX];
uint32_t sched_idle_cpus;

/* Each CPU's idle thread. */
static struct thread idles[CPUS_MAX];

void sched_init(void)
{
	for (size_t i = 0; i < CPUS_MAX; i++) {
		list_init(&sched_queues[i].threads);
		/* Other CPUs may look at it before the CPU runs its idle thread. */
		sched_queues[i].current = &idles[i];
	}
}

void sched_init_cpu(void)
{
	unsigned int me = arch_cpu_id();
	struct thread *idle = &idles[me];

	idle->state = THREAD_RUNNING;
	idle->cpu = me;
	idle->allowed = UINT32_MAX & ~URGENT_AROUND;
	list_init(&idle->run);
	arch_set_current(idle);
	space_idle();
}

void sched_start_slice(struct queue *q, uint64_t ns)
{
	q->slice_running = true;
	timer_set_slice(arch_time_ns() + ns);
}

/* The thread that switched to us held the kernel lock and we did not, or the reverse. */
static noinline void settle_kernel_lock(bool held)
{
	if (held)
		kernel_lock();
	else
		kernel_unlock();
}

/*
 * Switches to `next`. This CPU's queue must be locked; the lock is released by the thread that runs
 * next. Returns when `prev` is scheduled again, possibly on another CPU, holding the kernel lock if
 * it did before.
 */
static always_inline void switch_to(struct queue *q, struct thread *prev, struct thread *next)
{
	bool held = kernel_locked();
	uint64_t now = arch_ticks();

	prev->cpu_ticks += now - prev->since;
	next->since = now;
	q->current = next;
	arch_set_current(next);
	/*
	 * An atomic operation, hence a full barrier: `current` is set before `next` looks for work
	 * (sched_poke) or looks up what others may free (sched_settle).
	 */
	thread_clear_work(prev, WORK_RESCHED);
	if (next->space)
		space_use(next->space);
	else
		space_idle();
	arch_thread_switch(&prev->arch, &next->arch);
	spin_unlock(&queue_here()->lock);
	if (unlikely(held != kernel_locked()))
		settle_kernel_lock(held);
}

void trap_first_run(void)
{
	spin_unlock(&queue_here()->lock);
	if (kernel_locked())
		kernel_unlock();
}

static struct thread *take_first(struct queue *q)
{
	struct thread *t = list_first(&q->threads, struct thread, run);

	queue_remove(q, t);
	return t;
}

static noinline struct thread *steal_or_idle(void)
{
	return sched_steal() ?: &idles[arch_cpu_id()];
}

/* This CPU's queue is locked, and `prev` is not on it. */
static always_inline void switch_away(struct queue *q, struct thread *prev)
{
	switch_to(q, prev, likely(!list_empty(&q->threads)) ? take_first(q) : steal_or_idle());
}

void sched_block(void)
{
	struct queue *q = queue_here();
	struct thread *t = thread_current();

	spin_lock(&q->lock, LOCK_RUN);
	t->state = THREAD_BLOCKED;
	t->waited_count++;
	switch_away(q, t);
}

static always_inline bool sleep_unless(struct spinlock *guard, const bool *told)
{
	struct thread *t = thread_current();
	struct queue *q = queue_here();

	spin_lock(&q->lock, LOCK_RUN);
	if (guard)
		spin_unlock(guard);
	if (unlikely((told && READ_ONCE(*told)) || (READ_ONCE(t->work) & WORK_INTERRUPT))) {
		spin_unlock(&q->lock);
		return false;
	}
	t->interruptible = true;
	t->cut_short = false;
	t->state = THREAD_BLOCKED;
	t->waited_count++;
	switch_away(q, t);
	return !t->cut_short;
}

bool sched_sleep(struct spinlock *guard)
{
	return sleep_unless(guard, NULL);
}

bool sched_sleep_unless(struct spinlock *guard, const bool *told)
{
	return sleep_unless(guard, told);
}

/* Wakes a blocked thread. Its queue `q`, that of `cpu`, is locked and is unlocked on return. */
static always_inline void wake_locked(struct queue *q, unsigned int cpu, struct thread *t)
{
	unsigned int to = cpu;

	t->state = THREAD_RUNNING;
	/* With no CPU idle it stays where it ran, which its affinity allows. */
	if (unlikely(READ_ONCE(sched_idle_cpus)))
		to = unlikely(t->urgency) ? CPUS_MAX : sched_place(t);
	if (likely(to == cpu && cpu == arch_cpu_id())) {
		queue_push(q, t);
		if (!q->slice_running)
			sched_start_slice(q, SLICE_NS);
		spin_unlock(&q->lock);
		return;
	}
	spin_unlock(&q->lock);
	sched_send(t, unlikely(to == CPUS_MAX) ? sched_place_urgent(t) : to);
}

void sched_wake(struct thread *t)
{
	struct queue *q;
	unsigned int cpu = queue_lock_of(t, &q);

	if (likely(t->state == THREAD_BLOCKED)) {
		wake_locked(q, cpu, t);
		return;
	}
	t->wake_missed = true;
	spin_unlock(&q->lock);
}

void sched_cut_short(struct thread *t, bool interruptible)
{
	struct queue *q;
	unsigned int cpu = queue_lock_of(t, &q);

	if (t->state != THREAD_BLOCKED || (interruptible && !t->interruptible)) {
		t->wake_missed = true;
		spin_unlock(&q->lock);
		return;
	}
	t->cut_short = true;
	wake_locked(q, cpu, t);
}

void sched_poke(const struct thread *t)
{
	uint32_t cpu = READ_ONCE(t->cpu);

	if (cpu != arch_cpu_id() && t == READ_ONCE(sched_queues[cpu].current))
		arch_cpu_kick(cpu);
}

void sched_yield(void)
{
	struct queue *q = queue_here();
	struct thread *t = thread_current(), *next = NULL;

	spin_lock(&q->lock, LOCK_RUN);
	if (unlikely(t->work & WORK_MOVE)) {
		thread_clear_work(t, WORK_MOVE);
		if (!(t->allowed & 1u << t->cpu)) {
			q->leaving = t;
			switch_to(q, t, &idles[t->cpu]);
			return;
		}
	}
	if (unlikely(t->urgency)) {
		next = queue_next_urgent(q, t);
	} else if (!list_empty(&q->threads)) {
		next = take_first(q);
		queue_push(q, t);
	}
	if (next) {
		t->preempted_count++;
		switch_to(q, t, next);
	} else {
		thread_clear_work(t, WORK_RESCHED);
		spin_unlock(&q->lock);
	}
}

bool trap_yield(struct regs *r)
{
	struct thread *t = thread_current();
	uint32_t work;

	while ((work = READ_ONCE(t->work)) &&
	       !(work & ~(WORK_YIELD | WORK_REGS | WORK_NOTIFY_RESUME))) {
		if (work & WORK_REGS) {
			thread_clear_work(t, WORK_REGS);
		} else if (work & WORK_YIELD) {
			sched_yield();
			thread_disturb(t);
		} else {
			trap_notify_resume(r);
		}
	}
	return !work;
}

bool sched_others_wait(void)
{
	const struct queue *q = &sched_queues[arch_cpu_id()];

	return !list_empty(&q->threads);
}

uint64_t sched_idle_ns(unsigned int cpu)
{
	return thread_cpu_ns(&idles[cpu]);
}

bool sched_any_urgent(void)
{
	return READ_ONCE(sched_idle_cpus) & URGENT_AROUND;
}

bool sched_is_idle(void)
{
	return thread_current() == &idles[arch_cpu_id()];
}

void sched_exit(void)
{
	thread_free(thread_current());
	sched_block();
	panic("sched: a dead thread ran");
}

/* The next thread for an idle CPU, or NULL. The queue is locked. */
static struct thread *next_of_idle(struct queue *q, uint32_t me)
{
	struct thread *t;

	if (!list_empty(&q->threads))
		return take_first(q);
	/*
	 * Set the bit before stealing: whoever queues a thread elsewhere from now on sees this CPU
	 * idle.
	 */
	__atomic_fetch_or(&sched_idle_cpus, me, __ATOMIC_SEQ_CST);
	t = sched_steal();
	if (t)
		__atomic_fetch_and(&sched_idle_cpus, ~me, __ATOMIC_SEQ_CST);
	return t;
}

void sched_idle(void)
{
	unsigned int cpu = arch_cpu_id();
	struct thread *idle = &idles[cpu], *t;
	struct queue *q = queue_here();

	ASSERT(thread_current() == idle);
	kernel_unlock();
	for (;;) {
		spin_lock(&q->lock, LOCK_RUN);
		t = q->leaving;
		if (unlikely(t)) {
			q->leaving = NULL;
			spin_unlock(&q->lock);
			sched_send(t, sched_place(t));
			continue;
		}
		t = next_of_idle(q, 1u << cpu);
		if (t) {
			/* Returns when there is nothing left to run. */
			switch_to(q, idle, t);
			continue;
		}
		spin_unlock(&q->lock);
		arch_idle();
		if (READ_ONCE(sched_idle_cpus) & 1u << cpu)
			__atomic_fetch_and(&sched_idle_cpus, ~(1u << cpu), __ATOMIC_SEQ_CST);
	}
}

void sched_set_space(struct space *space)
{
	thread_current()->space = space;
	space_use(space);
}

void sched_look(void)
{
	struct queue *q = queue_here();

	thread_current()->looked_at = true;
	spin_lock(&q->lock, LOCK_RUN);
	if (!q->slice_running)
		sched_start_slice(q, SLICE_NS);
	spin_unlock(&q->lock);
}

void sched_slice_end(const struct regs *regs)
{
	struct queue *q = queue_here();
	struct thread *given = NULL, *t = thread_current();
	unsigned int to;
	uint64_t ns;

	spin_lock(&q->lock, LOCK_RUN);
	q->slice_running = false;
	t->looks[regs_from_call(regs)]++;
	if (!t->urgency)
		q->hoarded = 0;
	if (!list_empty(&q->threads) && (likely(!t->urgency) || queue_turn_over(q, t))) {
		if (arch_cpu_count() > 1)
			given = sched_spread(q, &to);
		thread_add_work(t, WORK_RESCHED);
		ns = SLICE_NS;
		/* The slice is that of the thread at the head of the queue. */
		if (!list_empty(&q->threads))
			ns = queue_turn_ns(q);
		sched_start_slice(q, ns);
	} else if (t->looked_at || !list_empty(&q->threads)) {
		sched_start_slice(q, SLICE_NS);
	}
	spin_unlock(&q->lock);
	if (given)
		sched_send(given, to);
}

void trap_reschedule(void)
{
	struct queue *q = queue_here();

	/* The thread's own work is checked on its way back to user mode. */
	spin_lock(&q->lock, LOCK_RUN);
	if (!list_empty(&q->threads) && !q->slice_running)
		sched_start_slice(q, SLICE_NS);
	spin_unlock(&q->lock);
}
