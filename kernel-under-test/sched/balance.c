/* CPU selection, affinity and load balancing. */
#include "sched/queue.h"
#include "sched/sched.h"

static unsigned int least_busy(uint32_t among)
{
	unsigned int best = (unsigned int)__builtin_ctz(among);

	for (; among; among &= among - 1)
		if (READ_ONCE(sched_queues[__builtin_ctz(among)].count) <
		    READ_ONCE(sched_queues[best].count))
			best = (unsigned int)__builtin_ctz(among);
	return best;
}

static uint32_t all_cpus(void)
{
	return (1u << arch_cpu_count()) - 1;
}

unsigned int sched_select_cpu(const struct thread *t)
{
	uint32_t idle = READ_ONCE(sched_idle_cpus) & t->allowed, last = 1u << t->cpu;

	if (likely((t->allowed & last) && (!idle || (idle & last))))
		return t->cpu;
	if (idle)
		return (unsigned int)__builtin_ctz(idle);
	return least_busy(t->allowed & all_cpus());
}

void sched_enqueue(struct thread *t, unsigned int cpu)
{
	struct run_queue *q = &sched_queues[cpu];
	uint32_t it = 1u << cpu;
	bool kick, urgent = false;

	spin_lock(&q->lock, LOCK_RUN);
	t->cpu = cpu;
	thread_notify_resume(t);
	if (unlikely(t->eff_priority))
		urgent = queue_push_rt(q, t, cpu);
	else
		queue_push(q, t);
	/* The CPU is idle, or must start its time slice. */
	kick = (READ_ONCE(sched_idle_cpus) & it) || !q->slice_running;
	if (READ_ONCE(sched_idle_cpus) & it)
		__atomic_fetch_and(&sched_idle_cpus, ~it, __ATOMIC_SEQ_CST);
	if (kick && cpu == arch_cpu_id())
		sched_start_slice(q, SLICE_NS);
	spin_unlock(&q->lock);
	if ((kick || urgent) && cpu != arch_cpu_id())
		arch_cpu_kick(cpu);
}

struct thread *sched_steal(void)
{
	unsigned int me = arch_cpu_id();
	struct thread *t;

	for (unsigned int i = 0; i < arch_cpu_count(); i++) {
		struct run_queue *q = &sched_queues[i];

		/*
		 * Try only: this CPU holds its own queue's lock, which may come later in the order.
		 */
		if (i == me || !READ_ONCE(q->count) || !spin_try_lock(&q->lock, LOCK_RUN))
			continue;
		list_for_each (t, &q->threads, run)
			if (t->allowed & 1u << me) {
				queue_remove(q, t);
				t->cpu = me;
				thread_notify_resume(t);
				spin_unlock(&q->lock);
				return t;
			}
		spin_unlock(&q->lock);
	}
	return NULL;
}

void sched_set_allowed(struct thread *t, uint32_t cpus)
{
	struct run_queue *q;
	unsigned int cpu = queue_lock_of(t, &q);
	bool queued = !list_empty(&t->run);

	t->allowed = cpus;
	if (cpus & 1u << cpu) {
		spin_unlock(&q->lock);
		return;
	}
	if (queued)
		queue_remove(q, t);
	else if (t->state == THREAD_BLOCKED)
		t->cpu = sched_select_cpu(t), thread_notify_resume(t);
	else
		/* Running or migrating: it moves on its own way back to user mode. */
		thread_add_work(t, WORK_MOVE);
	spin_unlock(&q->lock);
	if (queued)
		sched_enqueue(t, sched_select_cpu(t));
	else
		sched_kick(t);
}

struct thread *sched_take_surplus(struct run_queue *q, unsigned int *to)
{
	uint32_t idle = READ_ONCE(sched_idle_cpus) & all_cpus();
	struct thread *t = list_entry(q->threads.prev, struct thread, run);

	*to = least_busy(idle ? idle : all_cpus());
	if ((!idle && q->count < READ_ONCE(sched_queues[*to].count) + 2) ||
	    !(t->allowed & 1u << *to))
		return NULL;
	queue_remove(q, t);
	return t;
}

void sched_synchronize_cpus(bool all)
{
	const struct process *p = thread_current()->process;
	unsigned int me = arch_cpu_id();
	uint32_t ask = 0;

	/*
	 * Full barrier between the removal, by the caller, and reading what the others run. A CPU
	 * that switches to a thread of this process later cannot find what was removed, since
	 * switch_to() has a full barrier between setting `current` and anything the thread looks
	 * up.
	 */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < arch_cpu_count(); i++)
		if (i != me && (all || READ_ONCE(sched_queues[i].current)->process == p))
			ask |= 1u << i;
	/* Idle CPUs hold no references. */
	ask &= ~READ_ONCE(sched_idle_cpus);
	if (ask && (p || all))
		arch_cpu_flush(ask);
}
