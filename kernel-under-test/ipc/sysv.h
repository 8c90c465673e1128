/* What System V's shared memory and message queues have in common: keys, ids, permissions. */
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

/* A table of things by id; the first member of each is a struct ipc_entry. */
struct ipc_entry {
	int id;
	/* With others of its hash, if it has a key. */
	struct ipc_entry *next;
	struct ipc_permissions permissions;
};

struct ipc_table {
	struct ipc_entry *slots[IPC_SLOTS];
	struct ipc_entry *keys[IPC_KEYS];
	int generation;
};

struct ipc_entry *ipc_find(const struct ipc_table *t, int id);
/* The one of that key, or NULL; `key` 0 is nobody's. */
struct ipc_entry *ipc_by_key(const struct ipc_table *t, int key);
/* Enters `e`, made by the caller of that name: its id, or -ENOSPC. */
int ipc_enter(struct ipc_table *t, struct ipc_entry *e, int key, unsigned int mode);
void ipc_leave(struct ipc_table *t, struct ipc_entry *e);
/* It keeps its id, and others may have the key. */
void ipc_forget_key(struct ipc_table *t, struct ipc_entry *e);

/* Of all things by their places: the highest in use (0 if none is), and the one there, or NULL. */
int ipc_highest(const struct ipc_table *t);
static inline struct ipc_entry *ipc_at(const struct ipc_table *t, int slot)
{
	return slot >= 0 ? t->slots[slot % IPC_SLOTS] : NULL;
}

/* Another owner and mode, as IPC_SET asks for. 0 or -EPERM. */
int ipc_permit(struct ipc_entry *e, const struct ipc_permissions *p);

/* 4: read, 2: write. 0 or -EACCES. */
int ipc_may(const struct ipc_entry *e, unsigned int mask);
/* To change or remove it. 0 or -EPERM. */
int ipc_may_own(const struct ipc_entry *e);
