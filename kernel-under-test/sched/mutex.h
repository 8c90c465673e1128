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

DEFINE_SCOPED(struct mutex *, mutex_unlock)

static inline struct mutex *mutex_locked(struct mutex *m)
{
	mutex_lock(m);
	return m;
}

/* Holds `m` from here to the end of the scope, however that is left. */
#define MUTEX_SCOPE(m)                                                                             \
	struct mutex *scope_mutex_ SCOPED(mutex_unlock) __attribute__((unused)) = mutex_locked(m)
