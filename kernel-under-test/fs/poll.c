/* Ends poll subscriptions. */
#include "fs/poll.h"

void poll_remove(struct poll_entry *e)
{
	struct gate *g = e->used ? e->gate : NULL;
	bool held = kernel_locked(), passed = g && !held && gate_pass(g);

	if (unlikely(e->epoll))
		spin_lock(e->epoll, LOCK_EPOLL);
	if (g && !passed) {
		if (!held)
			kernel_lock();
		gate_enter(g);
	}
	while (e->used)
		wait_unsubscribe(&e->waiters[--e->used]);
	if (passed)
		gate_return(g);
	else if (g) {
		gate_leave(g);
		if (!held)
			kernel_unlock();
	}
	if (unlikely(e->epoll))
		spin_unlock(e->epoll);
}
