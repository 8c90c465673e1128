/*
 * Priorities. Of the usual ones (nice) here is but how they are set.
 *
 * Real-time scheduling: the highest priority runs, at once and for as long as it likes.
 *
 * Real-time threads are in the same queues as the others, in front and by descending priority, so
 * that picking the next thread stays the same. Everything that would cost systems without them is
 * conditional on RT_SEEN or on a thread's own priority.
 */
#include "arch/time.h"
#include "sched/queue.h"
#include "sched/sched.h"

#define SLICE_MIN_NS 100000ull

/*
 * RT throttling: share of each second left to other waiting threads, so that a runaway can be
 * killed.
 */
#define RT_RESERVE_NS 50000000ull
#define RT_RUNTIME_NS 950000000ull

/* Inserts by descending priority. */
static void insert(struct run_queue *q, struct thread *t, bool before_equals)
{
	struct thread *o;

	list_for_each (o, &q->threads, run)
		if (o->eff_priority < t->eff_priority ||
		    (before_equals && o->eff_priority == t->eff_priority))
			break;
	/* In front of `o`, or at the end. */
	list_push_back(&o->run, &t->run);
	q->count++;
}

/*
 * Reschedules if `t` outranks what runs. The queue of `cpu` is locked. Returns whether that CPU
 * must be interrupted.
 */
static bool preempt(struct run_queue *q, unsigned int cpu)
{
	if (list_empty(&q->threads) ||
	    list_first(&q->threads, struct thread, run)->eff_priority <= q->current->eff_priority)
		return false;
	thread_add_work(q->current, WORK_RESCHED);
	return cpu != arch_cpu_id();
}

bool queue_push_rt(struct run_queue *q, struct thread *t, unsigned int cpu)
{
	insert(q, t, false);
	return preempt(q, cpu);
}

void sched_set_eff_priority(struct thread *t, uint8_t eff_priority)
{
	bool lowered = eff_priority < t->eff_priority, kick;
	struct run_queue *q;
	unsigned int cpu;

	if (eff_priority == t->eff_priority)
		return;
	t->rr_slice_start_ns = thread_cpu_ns(t);
	if (eff_priority)
		__atomic_fetch_or(&sched_idle_cpus, RT_SEEN, __ATOMIC_SEQ_CST);
	cpu = queue_lock_of(t, &q);
	t->eff_priority = eff_priority;
	if (!list_empty(&t->run)) {
		queue_remove(q, t);
		insert(q, t, lowered && eff_priority);
	}
	kick = preempt(q, cpu);
	spin_unlock(&q->lock);
	if (kick)
		arch_cpu_kick(cpu);
}

static bool runs_lower_priority(unsigned int cpu, const struct thread *t)
{
	struct run_queue *q = &sched_queues[cpu];
	bool less;

	spin_lock(&q->lock, LOCK_RUN);
	less = q->current->eff_priority < t->eff_priority;
	spin_unlock(&q->lock);
	return less;
}

unsigned int sched_select_cpu_rt(const struct thread *t)
{
	unsigned int cpu = sched_select_cpu(t);

	if ((READ_ONCE(sched_idle_cpus) & 1u << cpu) || runs_lower_priority(cpu, t))
		return cpu;
	for (unsigned int i = 0; i < arch_cpu_count(); i++)
		if ((t->allowed & 1u << i) && runs_lower_priority(i, t))
			return i;
	return cpu;
}

struct thread *queue_next_rt(struct run_queue *q, struct thread *t)
{
	struct thread *next = list_first(&q->threads, struct thread, run);

	if (list_empty(&q->threads) || (next->eff_priority < t->eff_priority && !q->rt_throttled))
		return NULL;
	q->rt_throttled = false;
	queue_remove(q, next);
	/* A preempted thread stays ahead of its equals; one that yields goes behind them. */
	insert(q, t, next->eff_priority != t->eff_priority);
	return next;
}

/* Accounts the CPU time of `t`. Returns whether real-time threads have used up their share. */
static bool rt_runtime_exceeded(struct run_queue *q, const struct thread *t)
{
	uint64_t now = arch_ticks();

	q->rt_runtime += arch_ticks_ns(now - MAX(t->scheduled_at, q->rt_accounted));
	q->rt_accounted = now;
	if (q->rt_runtime < RT_RUNTIME_NS)
		return false;
	q->rt_runtime = 0;
	return true;
}

bool queue_rt_slice_end(struct run_queue *q, struct thread *t)
{
	struct thread *next = list_first(&q->threads, struct thread, run), *o;
	uint64_t used = thread_cpu_ns(t);

	if (next->eff_priority > t->eff_priority)
		return true;
	if (next->eff_priority == t->eff_priority && t->policy == SCHED_RR &&
	    used - t->rr_slice_start_ns >= SCHED_RR_NS) {
		t->rr_slice_start_ns = used;
		return true;
	}
	o = list_entry(q->threads.prev, struct thread, run);
	if (o->eff_priority || !rt_runtime_exceeded(q, t))
		return false;
	list_for_each (o, &q->threads, run)
		if (!o->eff_priority)
			break;
	list_remove(&o->run);
	list_push_front(&q->threads, &o->run);
	q->rt_throttled = true;
	return true;
}

uint64_t queue_slice_ns(const struct run_queue *q)
{
	return q->rt_throttled ? RT_RESERVE_NS
			 : list_first(&q->threads, struct thread, run)->slice_ns ?: SLICE_NS;
}

void sched_set_nice(struct thread *t, int nice)
{
	uint64_t ns = SLICE_NS;

	/* Each step changes the slice by a quarter, as on Linux, within limits. */
	for (int i = 0; i < nice; i++)
		ns = ns * 4 / 5;
	for (int i = 0; i > nice; i--)
		ns = ns * 5 / 4;
	t->nice = (int8_t)nice;
	if (t->policy == SCHED_IDLE)
		ns = SLICE_MIN_NS;
	t->slice_ns = ns == SLICE_NS ? 0 : (uint32_t)MIN(MAX(ns, SLICE_MIN_NS), 20 * SLICE_NS);
}
