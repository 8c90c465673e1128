/*
 * Priorities. Of the usual ones (nice) here is but how they are set.
 *
 * Real-time scheduling: the highest priority runs, at once and for as long as it likes.
 *
 * Real-time threads are in the same queues as the others, in front and by descending priority, so
 * that picking the next thread stays the same. Everything that would cost systems without them is
 * conditional on URGENT_AROUND or on a thread's own priority.
 */
#include "arch/time.h"
#include "sched/queue.h"
#include "sched/sched.h"

#define SLICE_SHORTEST 100000ull

/*
 * RT throttling: share of each second left to other waiting threads, so that a runaway can be
 * killed.
 */
#define RELIEF_NS 50000000ull
#define HOARD_NS  950000000ull

/* Inserts by descending priority. */
static void insert(struct queue *q, struct thread *t, bool before_equals)
{
	struct thread *o;

	list_for_each (o, &q->threads, run)
		if (o->urgency < t->urgency || (before_equals && o->urgency == t->urgency))
			break;
	/* In front of `o`, or at the end. */
	list_push_back(&o->run, &t->run);
	q->count++;
}

/*
 * Reschedules if `t` outranks what runs. The queue of `cpu` is locked. Returns whether that CPU
 * must be interrupted.
 */
static bool preempt(struct queue *q, unsigned int cpu)
{
	if (list_empty(&q->threads) ||
	    list_first(&q->threads, struct thread, run)->urgency <= q->current->urgency)
		return false;
	thread_add_work(q->current, WORK_RESCHED);
	return cpu != arch_cpu_id();
}

bool queue_push_urgent(struct queue *q, struct thread *t, unsigned int cpu)
{
	insert(q, t, false);
	return preempt(q, cpu);
}

void sched_set_urgency(struct thread *t, uint8_t urgency)
{
	bool lowered = urgency < t->urgency, kick;
	struct queue *q;
	unsigned int cpu;

	if (urgency == t->urgency)
		return;
	t->turn_began = thread_cpu_ns(t);
	if (urgency)
		__atomic_fetch_or(&sched_idle_cpus, URGENT_AROUND, __ATOMIC_SEQ_CST);
	cpu = queue_lock_of(t, &q);
	t->urgency = urgency;
	if (!list_empty(&t->run)) {
		queue_remove(q, t);
		insert(q, t, lowered && urgency);
	}
	kick = preempt(q, cpu);
	spin_unlock(&q->lock);
	if (kick)
		arch_cpu_kick(cpu);
}

static bool runs_less(unsigned int cpu, const struct thread *t)
{
	struct queue *q = &sched_queues[cpu];
	bool less;

	spin_lock(&q->lock, LOCK_RUN);
	less = q->current->urgency < t->urgency;
	spin_unlock(&q->lock);
	return less;
}

unsigned int sched_place_urgent(const struct thread *t)
{
	unsigned int cpu = sched_place(t);

	if ((READ_ONCE(sched_idle_cpus) & 1u << cpu) || runs_less(cpu, t))
		return cpu;
	for (unsigned int i = 0; i < arch_cpu_count(); i++)
		if ((t->allowed & 1u << i) && runs_less(i, t))
			return i;
	return cpu;
}

struct thread *queue_next_urgent(struct queue *q, struct thread *t)
{
	struct thread *next = list_first(&q->threads, struct thread, run);

	if (list_empty(&q->threads) || (next->urgency < t->urgency && !q->relief))
		return NULL;
	q->relief = false;
	queue_remove(q, next);
	/* A preempted thread stays ahead of its equals; one that yields goes behind them. */
	insert(q, t, next->urgency != t->urgency);
	return next;
}

/* Accounts the CPU time of `t`. Returns whether real-time threads have used up their share. */
static bool has_hoarded(struct queue *q, const struct thread *t)
{
	uint64_t now = arch_ticks();

	q->hoarded += arch_ticks_ns(now - MAX(t->since, q->hoard_seen));
	q->hoard_seen = now;
	if (q->hoarded < HOARD_NS)
		return false;
	q->hoarded = 0;
	return true;
}

bool queue_turn_over(struct queue *q, struct thread *t)
{
	struct thread *next = list_first(&q->threads, struct thread, run), *o;
	uint64_t used = thread_cpu_ns(t);

	if (next->urgency > t->urgency)
		return true;
	if (next->urgency == t->urgency && t->policy == SCHED_RR &&
	    used - t->turn_began >= SCHED_RR_NS) {
		t->turn_began = used;
		return true;
	}
	o = list_entry(q->threads.prev, struct thread, run);
	if (o->urgency || !has_hoarded(q, t))
		return false;
	list_for_each (o, &q->threads, run)
		if (!o->urgency)
			break;
	list_remove(&o->run);
	list_push_front(&q->threads, &o->run);
	q->relief = true;
	return true;
}

uint64_t queue_turn_ns(const struct queue *q)
{
	return q->relief ? RELIEF_NS
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
		ns = SLICE_SHORTEST;
	t->slice_ns = ns == SLICE_NS ? 0 : (uint32_t)MIN(MAX(ns, SLICE_SHORTEST), 20 * SLICE_NS);
}
