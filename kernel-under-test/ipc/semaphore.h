/*
 * System V semaphores: sets of counters that several processes work on.
 *
 * Permissions are checked here: -EACCES to look at or change a set, -EPERM to own it. An id that is
 * nobody's is -EINVAL. All of it runs under the kernel lock.
 */
#pragma once

#include "ipc/sysv.h"

#define SEMAPHORES_MAX	    32000 /* in one set */
#define SEMAPHORE_OPS_MAX   500	  /* in one call */
#define SEMAPHORE_VALUE_MAX 32767

#define SEM_UNDO 0x1000

struct semaphore_op {
	uint16_t number;
	int16_t change;
	int16_t flags;
};

/* What one process has to have undone when it ends: a list, empty when NULL. */
struct semaphore_undo;

/* The id of the set of `key` (0: a new one for itself), made if `flags` say so. */
long semaphore_get(int key, unsigned int count, unsigned int flags);

/* Who works on a set: its number, and its list of what is to be undone. */
struct semaphore_user {
	int pid;
	struct semaphore_undo **undo;
};

/*
 * All of the operations, at once, as soon as they can be done: by then, or -EAGAIN. A deadline of
 * UINT64_MAX never comes.
 */
long semaphore_operate(int id, const struct semaphore_op *ops, size_t n, uint64_t deadline_ns,
		       const struct semaphore_user *user);
/* Undoes what the list holds and frees it: a process ends. */
void semaphore_exit(const struct semaphore_user *user);

long semaphore_remove(int id);
/* How many there are in the set. */
long semaphore_count(int id);

enum semaphore_question {
	SEMAPHORE_VALUE,
	SEMAPHORE_PID,	  /* who changed it last */
	SEMAPHORE_LESS,	  /* how many wait until it is larger */
	SEMAPHORE_NOTHING, /* how many wait until it is 0 */
};

long semaphore_ask(int id, unsigned int number, enum semaphore_question q);
/* What was to be undone of it is forgotten. */
long semaphore_set(int id, unsigned int number, int value, int pid);

/* struct semid64_ds of the x86_64 ABI. */
struct semaphore_status {
	struct ipc_permissions permissions;
	uint64_t operated, unused1, changed, unused2, count, unused[2];
};

_Static_assert(sizeof(struct semaphore_status) == 104, "x86_64 ABI");

/* Of a set by its id, or (`by_slot`) by its place in the table: the id. `any`: whoever asks. */
long semaphore_status(int id, bool by_slot, bool any, struct semaphore_status *out);
/* Another owner and mode. */
long semaphore_permit(int id, const struct ipc_permissions *p);
/* The highest place in use; how many sets, and semaphores in them. */
int semaphore_totals(int *sets, int *all);
