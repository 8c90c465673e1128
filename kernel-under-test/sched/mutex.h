/* A recursive lock that may be held across a sleep. Use it under the kernel lock. */
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

/* Not interruptible: the holder waits for disk I/O at most. */
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);

DEFINE_SCOPED(struct mutex *, mutex_unlock)

static inline struct mutex *mutex_locked(struct mutex *m)
{
	mutex_lock(m);
	return m;
}

/* Holds `m` to the end of the scope, however it is left. */
#define MUTEX_SCOPE(m)                                                                             \
	struct mutex *scope_mutex_ SCOPED(mutex_unlock) __attribute__((unused)) = mutex_locked(m)
