/* System V IPC identifiers: tables by id and by key, and permissions. */
#include "ipc/sysv.h"

#include "fs/credentials.h"
#include "lib/errno.h"

struct ipc_entry *ipc_find(const struct ipc_table *t, int id)
{
	struct ipc_entry *e = id >= 0 ? t->slots[id % IPC_SLOTS] : NULL;

	return e && e->id == id ? e : NULL;
}

static unsigned int hash_of(int key)
{
	return (uint32_t)key * 0x9e3779b1u / (UINT32_MAX / IPC_KEYS + 1);
}

struct ipc_entry *ipc_find_key(const struct ipc_table *t, int key)
{
	struct ipc_entry *e = key ? t->keys[hash_of(key)] : NULL;

	while (e && e->permissions.key != key)
		e = e->next;
	return e;
}

int ipc_add(struct ipc_table *t, struct ipc_entry *e, int key, unsigned int mode)
{
	const struct credentials *c = credentials_current();
	int slot = 0;

	while (slot < IPC_SLOTS && t->slots[slot])
		slot++;
	if (slot == IPC_SLOTS)
		return -ENOSPC;
	/* The generation in an id makes stale ids detectable. */
	e->id = slot + IPC_SLOTS * (t->generation++ % 10000);
	e->permissions = (struct ipc_permissions){
		.key = key,
		.uid = c->euid,
		.gid = c->egid,
		.cuid = c->euid,
		.cgid = c->egid,
		.mode = mode & 0777,
		.sequence = (uint16_t)(e->id / IPC_SLOTS),
	};
	t->slots[slot] = e;
	if (key) {
		e->next = t->keys[hash_of(key)];
		t->keys[hash_of(key)] = e;
	}
	return e->id;
}

void ipc_drop_key(struct ipc_table *t, struct ipc_entry *e)
{
	struct ipc_entry **at = &t->keys[hash_of(e->permissions.key)];

	if (!e->permissions.key)
		return;
	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	e->permissions.key = 0;
}

void ipc_remove(struct ipc_table *t, struct ipc_entry *e)
{
	t->slots[e->id % IPC_SLOTS] = NULL;
	ipc_drop_key(t, e);
}

int ipc_highest_index(const struct ipc_table *t)
{
	int slot = IPC_SLOTS - 1;

	while (slot > 0 && !t->slots[slot])
		slot--;
	return slot;
}

int ipc_permission(const struct ipc_entry *e, unsigned int mask)
{
	const struct credentials *c = credentials_current();
	const struct ipc_permissions *p = &e->permissions;
	unsigned int shift = c->euid == p->uid || c->euid == p->cuid ? 6
			     : credentials_in_group(c, p->gid) || credentials_in_group(c, p->cgid)
				     ? 3
				     : 0;

	return !(mask & ~(p->mode >> shift)) || capable(CAP_IPC_OWNER) ? 0 : -EACCES;
}

int ipc_owner_permission(const struct ipc_entry *e)
{
	const struct credentials *c = credentials_current();

	return c->euid == e->permissions.uid || c->euid == e->permissions.cuid ||
			       capable(CAP_SYS_ADMIN)
		       ? 0
		       : -EPERM;
}

int ipc_set_permissions(struct ipc_entry *e, const struct ipc_permissions *p)
{
	int err = ipc_owner_permission(e);

	if (err)
		return err;
	e->permissions.uid = p->uid;
	e->permissions.gid = p->gid;
	e->permissions.mode = (e->permissions.mode & ~0777u) | (p->mode & 0777);
	return 0;
}

int ipc_get(const struct ipc_table *t, int key, unsigned int flags, struct ipc_entry **out)
{
	struct ipc_entry *e = *out = ipc_find_key(t, key);

	if (!e)
		return key && !(flags & IPC_CREAT) ? -ENOENT : 0;
	if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
		return -EEXIST;
	return ipc_permission(e, (flags >> 6 | flags >> 3 | flags) & 6) ? -EACCES : 0;
}

int ipc_stat(const struct ipc_table *t, int id, bool by_slot, bool any, struct ipc_entry **out)
{
	struct ipc_entry *e = *out = by_slot ? ipc_at(t, id) : ipc_find(t, id);

	return !e ? -EINVAL : any ? 0 : ipc_permission(e, 4);
}
