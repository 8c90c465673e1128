/* Wait queues: sleeping and waking. */
#include "sched/wait.h"

#include "lib/errno.h"
#include "sched/sched.h"
#include "sched/timer.h"

/* Makes the way back check for signals, even if the signal is gone by the time it is reached. */
int wait_interrupted(void)
{
	struct thread *t = thread_current();

	thread_add_work(t, WORK_RESTORE);
	return -ERESTARTSYS;
}

int wait_sleep(struct wait_queue *q, bool interruptible)
{
	struct thread *t = thread_current();
	struct waiter w;

	if (interruptible && (t->work & WORK_INTERRUPT))
		return wait_interrupted();
	w.notify = NULL;
	w.thread = t;
	list_push_back(&q->waiters, &w.link);
	t->interruptible = interruptible;
	sched_block();
	/*
	 * If a waker has removed the entry, its wakeup is ours to consume, even if a signal came
	 * too.
	 */
	if (list_empty(&w.link))
		return 0;
	list_remove(&w.link);
	return interruptible && (t->work & WORK_INTERRUPT) ? wait_interrupted() : 0;
}

int wait_sleep_until(struct wait_queue *q, bool interruptible, uint64_t deadline_ns)
{
	struct thread *t = thread_current();
	struct alarm a;
	int err;

	t->interrupted = false;
	alarm_set(&a, deadline_ns);
	err = wait_sleep(q, interruptible);
	/* A wakeup that came first counts. */
	return alarm_cancel(&a) && err == 0 && t->interrupted ? -ETIMEDOUT : err;
}

int wait_until(uint64_t deadline_ns, const bool *done)
{
	struct alarm a;
	bool slept;

	alarm_set(&a, deadline_ns);
	slept = sched_sleep_unless(NULL, done);
	if (alarm_cancel(&a))
		return -ETIMEDOUT;
	return slept || (done && READ_ONCE(*done)) ? 0 : wait_interrupted();
}

/* Subscribers precede threads in the queue, and stay on it. */
void wait_do_wake_one(struct wait_queue *q)
{
	struct waiter *w, *next;

	list_for_each_safe (w, next, &q->waiters, link) {
		if (likely(!w->notify)) {
			list_remove(&w->link);
			sched_wake(w->thread);
			return;
		}
		w->notify(w);
	}
}

void wait_do_wake_all(struct wait_queue *q)
{
	struct waiter *w, *next;

	list_for_each_safe (w, next, &q->waiters, link) {
		if (w->notify) {
			w->notify(w);
			continue;
		}
		list_remove(&w->link);
		sched_wake(w->thread);
	}
}
