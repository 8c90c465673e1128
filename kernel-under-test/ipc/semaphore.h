/*
 * System V semaphores: sets of counters operated on atomically.
 *
 * Permissions are checked here: -EACCES to read or change a set, -EPERM to control it. An unknown
 * id is -EINVAL. All functions need the kernel lock.
 */
#pragma once

#include "ipc/sysv.h"

#define SEMAPHORES_MAX	    32000 /* in a set */
#define SEMAPHORE_OPS_MAX   500	  /* in a call */
#define SEMAPHORE_VALUE_MAX 32767

#define SEM_UNDO 0x1000

struct semaphore_op {
	uint16_t number;
	int16_t change;
	int16_t flags;
};

/* A process's list of adjustments to undo on exit; NULL: empty. */
struct semaphore_undo;

/* semget(2): the id of the set with `key` (0: a new private one), created if `flags` say so. */
long semaphore_get(int key, unsigned int count, unsigned int flags);

/* The calling process: its pid and its undo list. */
struct semaphore_user {
	int pid;
	struct semaphore_undo **undo;
};

/*
 * semtimedop(2): performs all operations at once when possible, or returns -EAGAIN at the deadline
 * (UINT64_MAX: none).
 */
long semaphore_operate(int id, const struct semaphore_op *ops, size_t n, uint64_t deadline_ns,
		       const struct semaphore_user *user);
/* A process exits: applies its undo list and frees it. */
void semaphore_exit(const struct semaphore_user *user);

long semaphore_remove(int id);
/* The number of semaphores in the set. */
long semaphore_count(int id);

enum semaphore_field {
	SEMAPHORE_VALUE,
	SEMAPHORE_PID,	/* sempid: the last to change it */
	SEMAPHORE_NCNT, /* semncnt: processes waiting for an increase */
	SEMAPHORE_ZCNT, /* semzcnt: processes waiting for zero */
};

long semaphore_query(int id, unsigned int number, enum semaphore_field q);
/* SETVAL: also clears all undo adjustments of that semaphore. */
long semaphore_set(int id, unsigned int number, int value, int pid);

/* struct semid64_ds of the x86_64 ABI. */
struct semaphore_status {
	struct ipc_permissions permissions;
	uint64_t otime, unused1, ctime, unused2, count, unused[2];
};

_Static_assert(sizeof(struct semaphore_status) == 104, "x86_64 ABI");

/*
 * The status of a set by its id, or (`by_slot`) by table index; returns the id then. `any`: without
 * checking permission.
 */
long semaphore_status(int id, bool by_slot, bool any, struct semaphore_status *out);
/* IPC_SET: changes owner and mode. */
long semaphore_set_permissions(int id, const struct ipc_permissions *p);
/* Returns the highest index in use; *sets and *all count sets and semaphores. */
int semaphore_totals(int *sets, int *all);
