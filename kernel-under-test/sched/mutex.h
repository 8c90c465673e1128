/* A lock that may be held across a sleep. Its holder may take it again. */
#pragma once

#include "sched/wait.h"

struct mutex {
	struct wait_queue queue;
	struct thread *holder;
	unsigned int depth;
};

static inline void mutex_init(struct mutex *m)
{
	wait_init(&m->queue);
	m->holder = NULL;
	m->depth = 0;
}

/* No signal ends the wait: whoever holds it waits for a disk at most. */
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
