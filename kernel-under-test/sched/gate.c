/* Gates: waking and sleeping without the kernel lock. */
#include "sched/gate.h"

#include "sched/sched.h"
#include "sched/wait.h"

bool gate_may_notify(const struct wait_queue *q)
{
	const struct waiter *w;

	list_for_each (w, &q->waiters, link) {
		if (!w->notify)
			return true;
		if (!w->unlocked)
			return false;
	}
	return true;
}

int gate_sleep(struct gate *g, struct wait_queue *q)
{
	struct waiter w;
	bool woken;

	w.notify = NULL;
	w.thread = thread_current();
	list_push_back(&q->waiters, &w.link);
	if (likely(sched_sleep(&g->lock)))
		return 0;
	kernel_lock();
	gate_enter(g);
	/*
	 * If a waker has removed the entry, its wakeup is ours to consume, even if a signal came
	 * too.
	 */
	woken = list_empty(&w.link);
	list_remove(&w.link);
	gate_leave(g);
	kernel_unlock();
	return woken ? 0 : wait_interrupted();
}
