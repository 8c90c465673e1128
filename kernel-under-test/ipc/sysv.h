/*
 * What System V shared memory, semaphores and message queues have in common: keys, ids and
 * permissions.
 */
#pragma once

#include "lib/types.h"

#define IPC_CREAT  01000
#define IPC_EXCL   02000
#define IPC_NOWAIT 04000

/* Commands of shmctl, msgctl and semctl. */
#define IPC_RMID 0
#define IPC_SET	 1
#define IPC_STAT 2
#define IPC_INFO 3
#define IPC_64	 0x100

/* struct ipc64_perm of the x86_64 ABI. */
struct ipc_permissions {
	int32_t key;
	uint32_t uid, gid, cuid, cgid, mode;
	uint16_t sequence, pad;
	uint32_t pad2;
	uint64_t unused[2];
};

_Static_assert(sizeof(struct ipc_permissions) == 48, "x86_64 ABI");

#define IPC_SLOTS 256
#define IPC_KEYS  64

/* Embedded in each object as its first member. */
struct ipc_entry {
	int id;
	/* In the hash chain of its key, if it has one. */
	struct ipc_entry *next;
	struct ipc_permissions permissions;
};

struct ipc_table {
	struct ipc_entry *slots[IPC_SLOTS];
	struct ipc_entry *keys[IPC_KEYS];
	int generation;
};

struct ipc_entry *ipc_find(const struct ipc_table *t, int id);
/* The entry with that key, or NULL; `key` 0 (IPC_PRIVATE) matches none. */
struct ipc_entry *ipc_find_key(const struct ipc_table *t, int key);
/*
 * msgget() and the like: *out is the object of that key, which the caller may access as `flags`
 * say; NULL: a new one is to be made. Returns 0, -EEXIST, -ENOENT or -EACCES.
 */
int ipc_get(const struct ipc_table *t, int key, unsigned int flags, struct ipc_entry **out);
/*
 * IPC_STAT; with `by_slot` MSG_STAT and the like, with `any` MSG_STAT_ANY. Returns 0, -EINVAL or
 * -EACCES.
 */
int ipc_stat(const struct ipc_table *t, int id, bool by_slot, bool any, struct ipc_entry **out);
/* Adds `e`, owned by the caller. Returns its id, or -ENOSPC. */
int ipc_add(struct ipc_table *t, struct ipc_entry *e, int key, unsigned int mode);
void ipc_remove(struct ipc_table *t, struct ipc_entry *e);
/* Drops the key, which may then be reused; the id stays valid. */
void ipc_drop_key(struct ipc_table *t, struct ipc_entry *e);

/* Enumerates: the highest index in use (0 if none), and the entry at an index, or NULL. */
int ipc_highest_index(const struct ipc_table *t);
static inline struct ipc_entry *ipc_at(const struct ipc_table *t, int slot)
{
	return slot >= 0 ? t->slots[slot % IPC_SLOTS] : NULL;
}

/* IPC_SET: changes owner and mode. Returns 0 or -EPERM. */
int ipc_set_permissions(struct ipc_entry *e, const struct ipc_permissions *p);

/* Checks permission: 4 to read, 2 to write. Returns 0 or -EACCES. */
int ipc_permission(const struct ipc_entry *e, unsigned int mask);
/* Checks permission to change or remove it. Returns 0 or -EPERM. */
int ipc_owner_permission(const struct ipc_entry *e);
