#include "sched/wait.h"

#include "lib/errno.h"
#include "sched/sched.h"
#include "sched/timer.h"

struct alarm {
	struct timer timer;
	struct thread *thread;
	bool rung;
};

static void alarm_ring(struct timer *t)
{
	struct alarm *a = container_of(t, struct alarm, timer);

	a->rung = true;
	sched_cut_short(a->thread, false);
}

/* The way back must look, even if the signal is gone when the kernel lock is. */
static int interrupted(struct thread *t)
{
	thread_add_work(t, WORK_RESTORE);
	return -ERESTARTSYS;
}

int wait_sleep(struct wait_queue *q, bool interruptible)
{
	struct thread *t = thread_current();
	struct waiter w;

	if (interruptible && (t->work & WORK_SIGNAL))
		return interrupted(t);
	w.told = NULL;
	w.thread = t;
	list_push_back(&q->waiters, &w.link);
	t->interruptible = interruptible;
	sched_block();
	/* A waker has taken us off; then its wake-up is ours to use, signal or not. */
	if (list_empty(&w.link))
		return 0;
	list_remove(&w.link);
	return interruptible && (t->work & WORK_SIGNAL) ? interrupted(t) : 0;
}

int wait_sleep_until(struct wait_queue *q, bool interruptible, uint64_t deadline_ns)
{
	struct wait_queue nobody = {LIST_INIT(nobody.waiters)};
	struct thread *t = thread_current();
	struct alarm a = {.timer = {.ring = alarm_ring, .unlocked = true}, .thread = t};
	int err;

	t->cut_short = false;
	if (deadline_ns != WAIT_FOREVER)
		timer_add(&a.timer, deadline_ns);
	err = wait_sleep(q ? q : &nobody, interruptible);
	timer_cancel(&a.timer);
	/* If somebody else had woken it first, his wake-up counts. */
	return err == 0 && a.rung && t->cut_short ? -ETIMEDOUT : err;
}

/* Subscribers stand before the threads, and stay. */
void wait_do_wake_one(struct wait_queue *q)
{
	struct waiter *w, *next;

	list_for_each_safe (w, next, &q->waiters, link) {
		if (likely(!w->told)) {
			list_remove(&w->link);
			sched_wake(w->thread);
			return;
		}
		w->told(w);
	}
}

void wait_do_wake_all(struct wait_queue *q)
{
	struct waiter *w, *next;

	list_for_each_safe (w, next, &q->waiters, link) {
		if (w->told) {
			w->told(w);
			continue;
		}
		list_remove(&w->link);
		sched_wake(w->thread);
	}
}
