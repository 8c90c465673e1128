/* The sleeping, recursive mutex. */
#include "sched/mutex.h"

#include "lib/printf.h"
#include "sched/thread.h"

void mutex_lock(struct mutex *m)
{
	struct thread *t = thread_current();

	while (m->depth && m->holder != t) {
		wait_sleep(&m->queue, false);
		thread_notify_resume(t);
	}
	m->holder = t;
	m->depth++;
}

void mutex_unlock(struct mutex *m)
{
	ASSERT(m->depth && m->holder == thread_current());
	if (--m->depth == 0)
		wait_wake_one(&m->queue);
}
