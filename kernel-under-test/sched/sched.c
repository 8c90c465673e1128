/* The scheduler: switching, blocking, waking, time slices and the idle loop. */
#include "sched/sched.h"

#include "arch/cpu.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "mm/tlb.h"
#include "sched/queue.h"
#include "sched/timer.h"

struct run_queue sched_queues[CPUS_MAX];
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
	idle->allowed = UINT32_MAX & ~RT_SEEN;
	list_init(&idle->run);
	arch_set_current(idle);
	space_idle();
}

void sched_start_slice(struct run_queue *q, uint64_t ns)
{
	q->slice_running = true;
	timer_set_slice(arch_time_ns() + ns);
}

/* The thread that switched to us held the kernel lock and we did not, or the reverse. */
static noinline void adjust_kernel_lock(bool held)
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
static always_inline void switch_to(struct run_queue *q, struct thread *prev, struct thread *next)
{
	bool held = kernel_locked();
	uint64_t now = arch_ticks();

	prev->cpu_ticks += now - prev->scheduled_at;
	next->scheduled_at = now;
	q->current = next;
	arch_set_current(next);
	/*
	 * An atomic operation, hence a full barrier: `current` is set before `next` looks for work
	 * (sched_kick) or looks up what others may free (sched_synchronize).
	 */
	thread_clear_work(prev, WORK_RESCHED);
	if (next->space)
		space_switch(next->space);
	else
		space_idle();
	arch_thread_switch(&prev->arch, &next->arch);
	spin_unlock(&queue_here()->lock);
	if (unlikely(held != kernel_locked()))
		adjust_kernel_lock(held);
}

void trap_first_run(void)
{
	spin_unlock(&queue_here()->lock);
	if (kernel_locked())
		kernel_unlock();
}

static struct thread *pop_first(struct run_queue *q)
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
static always_inline void switch_away(struct run_queue *q, struct thread *prev)
{
	switch_to(q, prev, likely(!list_empty(&q->threads)) ? pop_first(q) : steal_or_idle());
}

void sched_block(void)
{
	struct run_queue *q = queue_here();
	struct thread *t = thread_current();

	spin_lock(&q->lock, LOCK_RUN);
	t->state = THREAD_BLOCKED;
	t->voluntary_switches++;
	switch_away(q, t);
}

static always_inline bool sleep_unless(struct spinlock *guard, const bool *done)
{
	struct thread *t = thread_current();
	struct run_queue *q = queue_here();

	spin_lock(&q->lock, LOCK_RUN);
	if (guard)
		spin_unlock(guard);
	if (unlikely((done && READ_ONCE(*done)) || (READ_ONCE(t->work) & WORK_INTERRUPT))) {
		spin_unlock(&q->lock);
		return false;
	}
	t->interruptible = true;
	t->interrupted = false;
	t->state = THREAD_BLOCKED;
	t->voluntary_switches++;
	switch_away(q, t);
	return !t->interrupted;
}

bool sched_sleep(struct spinlock *guard)
{
	return sleep_unless(guard, NULL);
}

bool sched_sleep_unless(struct spinlock *guard, const bool *done)
{
	return sleep_unless(guard, done);
}

/* Wakes a blocked thread. Its queue `q`, that of `cpu`, is locked and is unlocked on return. */
static always_inline void wake_locked(struct run_queue *q, unsigned int cpu, struct thread *t)
{
	unsigned int to = cpu;

	t->state = THREAD_RUNNING;
	/* With no CPU idle it stays where it ran, which its affinity allows. */
	if (unlikely(READ_ONCE(sched_idle_cpus)))
		to = unlikely(t->eff_priority) ? CPUS_MAX : sched_select_cpu(t);
	if (likely(to == cpu && cpu == arch_cpu_id())) {
		queue_push(q, t);
		if (!q->slice_running)
			sched_start_slice(q, SLICE_NS);
		spin_unlock(&q->lock);
		return;
	}
	spin_unlock(&q->lock);
	sched_enqueue(t, unlikely(to == CPUS_MAX) ? sched_select_cpu_rt(t) : to);
}

void sched_wake(struct thread *t)
{
	struct run_queue *q;
	unsigned int cpu = queue_lock_of(t, &q);

	if (likely(t->state == THREAD_BLOCKED)) {
		wake_locked(q, cpu, t);
		return;
	}
	t->wake_missed = true;
	spin_unlock(&q->lock);
}

void sched_interrupt_sleep(struct thread *t, bool interruptible)
{
	struct run_queue *q;
	unsigned int cpu = queue_lock_of(t, &q);

	if (t->state != THREAD_BLOCKED || (interruptible && !t->interruptible)) {
		t->wake_missed = true;
		spin_unlock(&q->lock);
		return;
	}
	t->interrupted = true;
	wake_locked(q, cpu, t);
}

void sched_kick(const struct thread *t)
{
	uint32_t cpu = READ_ONCE(t->cpu);

	if (cpu != arch_cpu_id() && t == READ_ONCE(sched_queues[cpu].current))
		arch_cpu_kick(cpu);
}

void sched_yield(void)
{
	struct run_queue *q = queue_here();
	struct thread *t = thread_current(), *next = NULL;

	spin_lock(&q->lock, LOCK_RUN);
	if (unlikely(t->work & WORK_MOVE)) {
		thread_clear_work(t, WORK_MOVE);
		if (!(t->allowed & 1u << t->cpu)) {
			q->migrating = t;
			switch_to(q, t, &idles[t->cpu]);
			return;
		}
	}
	if (unlikely(t->eff_priority)) {
		next = queue_next_rt(q, t);
	} else if (!list_empty(&q->threads)) {
		next = pop_first(q);
		queue_push(q, t);
	}
	if (next) {
		t->involuntary_switches++;
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
			thread_notify_resume(t);
		} else {
			trap_notify_resume(r);
		}
	}
	return !work;
}

bool sched_has_waiters(void)
{
	const struct run_queue *q = &sched_queues[arch_cpu_id()];

	return !list_empty(&q->threads);
}

uint64_t sched_idle_ns(unsigned int cpu)
{
	return thread_cpu_ns(&idles[cpu]);
}

bool sched_rt_seen(void)
{
	return READ_ONCE(sched_idle_cpus) & RT_SEEN;
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
static struct thread *pick_for_idle(struct run_queue *q, uint32_t me)
{
	struct thread *t;

	if (!list_empty(&q->threads))
		return pop_first(q);
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
	struct run_queue *q = queue_here();

	ASSERT(thread_current() == idle);
	kernel_unlock();
	for (;;) {
		spin_lock(&q->lock, LOCK_RUN);
		t = q->migrating;
		if (unlikely(t)) {
			q->migrating = NULL;
			spin_unlock(&q->lock);
			sched_enqueue(t, sched_select_cpu(t));
			continue;
		}
		t = pick_for_idle(q, 1u << cpu);
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
	space_switch(space);
}

void sched_start_sampling(void)
{
	struct run_queue *q = queue_here();

	thread_current()->sampled = true;
	spin_lock(&q->lock, LOCK_RUN);
	if (!q->slice_running)
		sched_start_slice(q, SLICE_NS);
	spin_unlock(&q->lock);
}

void sched_slice_end(const struct regs *regs)
{
	struct run_queue *q = queue_here();
	struct thread *given = NULL, *t = thread_current();
	unsigned int to;
	uint64_t ns;

	spin_lock(&q->lock, LOCK_RUN);
	q->slice_running = false;
	t->tick_samples[regs_from_call(regs)]++;
	if (!t->eff_priority)
		q->rt_runtime = 0;
	if (!list_empty(&q->threads) && (likely(!t->eff_priority) || queue_rt_slice_end(q, t))) {
		if (arch_cpu_count() > 1)
			given = sched_take_surplus(q, &to);
		thread_add_work(t, WORK_RESCHED);
		ns = SLICE_NS;
		/* The slice is that of the thread at the head of the queue. */
		if (!list_empty(&q->threads))
			ns = queue_slice_ns(q);
		sched_start_slice(q, ns);
	} else if (t->sampled || !list_empty(&q->threads)) {
		sched_start_slice(q, SLICE_NS);
	}
	spin_unlock(&q->lock);
	if (given)
		sched_enqueue(given, to);
}

void trap_reschedule(void)
{
	struct run_queue *q = queue_here();

	/* The thread's own work is checked on its way back to user mode. */
	spin_lock(&q->lock, LOCK_RUN);
	if (!list_empty(&q->threads) && !q->slice_running)
		sched_start_slice(q, SLICE_NS);
	spin_unlock(&q->lock);
}
