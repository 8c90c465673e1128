/* System V semaphores: sets of counters that several processes work on. */
#pragma once

#include "ipc/sysv.h"
#include "lib/types.h"

#define SEMAPHORES_MAX	    32000 /* in one set */
#define SEMAPHORE_OPS_MAX   500	  /* in one call */
#define SEMAPHORE_VALUE_MAX 32767

struct semaphore_op {
	uint16_t number;
	int16_t change;
	int16_t flags;
};

/* The id of the set of `key` (0: a new one for itself), made if `flags` say so. */
long semaphore_get(int key, unsigned int count, unsigned int flags);

/*
 * All of the operations, at once, as soon as they can be done: by then, or -EAGAIN. A deadline of
 * UINT64_MAX never comes.
 */
long semaphore_operate(int id, const struct semaphore_op *ops, size_t n, uint64_t deadline_ns);

long semaphore_remove(int id);
/* How many there are in the set, or -EINVAL. */
long semaphore_count(int id);
long semaphore_value(int id, unsigned int number);
long semaphore_set(int id, unsigned int number, int value);
