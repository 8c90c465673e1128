/* tmpfs directories: a hash table for lookups; an ordered list for readdir (list.c). */
#include "arch/time.h"
#include "fs/credentials.h"
#include "fs/peek.h"
#include "fs/tmpfs/node.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

#define INITIAL_BUCKETS 8

static uint32_t hash_name(const char *name, size_t len)
{
	uint64_t h = len * 0x9e3779b97f4a7c15ull, word;
	uint32_t four = 0;
	uint16_t two = 0;

	for (; len >= 8; len -= 8, name += 8) {
		__builtin_memcpy(&word, name, 8);
		h = (h ^ word) * 0x9e3779b97f4a7c15ull;
	}
	if (len & 4) {
		__builtin_memcpy(&four, name, 4);
		name += 4;
	}
	if (len & 2) {
		__builtin_memcpy(&two, name, 2);
		name += 2;
	}
	word = (uint64_t)four << 24 | (uint32_t)two << 8 | (len & 1 ? (uint8_t)*name : 0);
	h = (h ^ word) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(h >> 32);
}

static struct dentry **find_slot(struct node *dir, const char *name, size_t len, uint32_t hash)
{
	struct dentry **slot;

	if (!dir->bucket_count)
		return NULL;
	slot = &dir->buckets[hash & (dir->bucket_count - 1)];
	for (; *slot; slot = &(*slot)->next)
		if ((*slot)->hash == hash && (*slot)->len == len &&
		    memcmp((*slot)->name, name, len) == 0)
			return slot;
	return NULL;
}

static int tmpfs_lookup(struct inode *inode, const char *name, size_t len, struct inode **out)
{
	struct dentry **slot = find_slot(node_of(inode), name, len, hash_name(name, len));

	if (!slot)
		return -ENOENT;
	*out = inode_get((*slot)->inode);
	return 0;
}

/*
 * `bucket_count` is read first, and tables never shrink: the table read afterwards is at least as
 * large.
 */
static struct inode *tmpfs_peek(struct inode *inode, const char *name, size_t len)
{
	const struct node *dir = node_of(inode);
	uint32_t hash = hash_name(name, len);
	uint32_t count = __atomic_load_n(&dir->bucket_count, __ATOMIC_ACQUIRE);
	struct dentry *d, **buckets = READ_ONCE(dir->buckets);

	if (!count)
		return NULL;
	for (d = READ_ONCE(buckets[hash & (count - 1)]); d; d = READ_ONCE(d->next))
		if (d->hash == hash && d->len == len && memcmp(d->name, name, len) == 0)
			return READ_ONCE(d->inode);
	return NULL;
}

/* Blocks peeks, which could miss entries; one that is in an entry goes on along its new chain. */
static int grow(struct node *dir)
{
	uint32_t count = dir->bucket_count ? dir->bucket_count * 2 : INITIAL_BUCKETS;
	struct dentry **buckets, **old, *d;

	if (dir->entry_count < dir->bucket_count)
		return 0;
	buckets = kmem_zalloc(count * sizeof(*buckets));
	if (!buckets)
		return dir->bucket_count ? 0 : -ENOMEM;
	peek_block(false);
	list_for_each (d, &dir->entries, order) {
		WRITE_ONCE(d->next, buckets[d->hash & (count - 1)]);
		buckets[d->hash & (count - 1)] = d;
	}
	old = dir->buckets;
	__atomic_store_n(&dir->buckets, buckets, __ATOMIC_RELEASE);
	__atomic_store_n(&dir->bucket_count, count, __ATOMIC_RELEASE);
	peek_unblock();
	peek_free(old);
	return 0;
}

/* Adds a name for `target`, with a reference of its own; `now` is in ns since boot. */
static int add(struct node *dir, const char *name, size_t len, struct inode *target, uint64_t now)
{
	uint32_t hash = hash_name(name, len);
	struct dentry *d, **bucket;

	if (find_slot(dir, name, len, hash))
		return -EEXIST;
	/* An unlinked directory accepts no new entries. */
	if (!dir->inode.links)
		return -ENOENT;
	d = kmem_alloc(sizeof(*d) + len);
	if (!d || grow(dir) < 0) {
		kmem_free(d);
		return -ENOMEM;
	}
	bucket = &dir->buckets[hash & (dir->bucket_count - 1)];
	d->next = *bucket;
	d->inode = inode_get(target);
	node_of(target)->dentry = d;
	node_of(target)->parent = dir;
	d->hash = hash;
	d->len = (uint16_t)len;
	d->pos = ++dir->last_pos;
	memcpy(d->name, name, len);
	list_push_back(&dir->entries, &d->order);
	dir->entry_count++;
	target->links++;
	__atomic_store_n(bucket, d, __ATOMIC_RELEASE);
	tmpfs_modified(&dir->inode, now);
	return 0;
}

static int add_new(struct node *dir, const char *name, size_t len, struct node *n)
{
	bool directory = inode_is(&n->inode, S_IFDIR);
	int err;

	/* Before it can be found. */
	inode_init_owner(&dir->inode, &n->inode);
	n->inode.volume = volume_get(dir->inode.volume);
	n->inode.links = directory;
	err = add(dir, name, len, &n->inode, n->inode.changed_ns);
	if (!err && directory)
		dir->inode.links++;
	return err;
}

int tmpfs_tmpfile(struct inode *dir, uint32_t mode, struct inode **out)
{
	if (!dir->links)
		return -ENOENT;
	*out = tmpfs_file(mode, false);
	if (!*out)
		return -ENOSPC;
	inode_init_owner(dir, *out);
	(*out)->volume = volume_get(dir->volume);
	return 0;
}

static int tmpfs_create_node(struct inode *inode, const char *name, size_t len, uint32_t mode,
			     uint64_t device, struct inode **out)
{
	struct node *n = tmpfs_node_make(mode, device);
	int err;

	if (!n)
		return -ENOSPC;
	err = add_new(node_of(inode), name, len, n);
	if (err) {
		inode_put(&n->inode);
		return err;
	}
	*out = &n->inode;
	return 0;
}

static int tmpfs_symlink(struct inode *inode, const char *name, size_t len, const char *target)
{
	struct node *n = tmpfs_node_make(S_IFLNK | 0777, 0);
	size_t size = strlen(target) + 1;
	int err = -ENOSPC;

	if (!n)
		return err;
	n->target = kmem_alloc(size);
	if (n->target) {
		memcpy(n->target, target, size);
		n->inode.size = size - 1;
		err = add_new(node_of(inode), name, len, n);
	}
	inode_put(&n->inode);
	return err;
}

static int tmpfs_link(struct inode *inode, const char *name, size_t len, struct inode *target)
{
	uint64_t now = arch_time_ns();
	int err = inode_is(target, S_IFDIR) ? -EPERM : add(node_of(inode), name, len, target, now);

	if (!err)
		inode_set_ctime(target, volume_epoch_ns + now);
	return err;
}

/* Removes a name, its link and its reference. */
static void remove_entry(struct node *dir, struct dentry **slot)
{
	struct dentry *d = *slot;
	struct inode *target = d->inode;

	WRITE_ONCE(*slot, d->next);
	if (dir->readdir_hint == d)
		dir->readdir_hint = NULL;
	if (node_of(target)->dentry == d)
		node_of(target)->dentry = NULL;
	list_remove(&d->order);
	dir->entry_count--;
	target->links--;
	tmpfs_modified(&dir->inode, arch_time_ns());
	inode_set_ctime(target, volume_epoch_ns + dir->inode.changed_ns);
	peek_free(d);
	inode_put(target);
}

static struct dentry *first_entry(const struct node *dir)
{
	return list_first(&dir->entries, struct dentry, order);
}

/* Depth first without recursion, as tmpfs_in_use(). */
void tmpfs_unlink_all(struct node *root)
{
	struct node *dir = root;

	while (dir != root || dir->entry_count) {
		struct dentry *d;

		/* It is the first entry of its parent, since that is how it was reached. */
		if (!dir->entry_count)
			dir = dir->parent;
		d = first_entry(dir);
		if (inode_is(d->inode, S_IFDIR) && node_of(d->inode)->entry_count) {
			dir = node_of(d->inode);
			continue;
		}
		if (inode_is(d->inode, S_IFDIR))
			node_of(d->inode)->parent = node_of(d->inode);
		remove_entry(dir, find_slot(dir, d->name, d->len, d->hash));
	}
}

static int tmpfs_unlink(struct inode *inode, const char *name, size_t len, bool directory)
{
	struct node *dir = node_of(inode);
	struct dentry **slot = find_slot(dir, name, len, hash_name(name, len));
	struct inode *target;

	if (!slot)
		return -ENOENT;
	target = (*slot)->inode;
	if (directory && !inode_is(target, S_IFDIR))
		return -ENOTDIR;
	if (!directory && inode_is(target, S_IFDIR))
		return -EISDIR;
	if (directory && node_of(target)->entry_count)
		return -ENOTEMPTY;
	if (target->mounted)
		return -EBUSY;
	if (!directory) {
		remove_entry(dir, slot);
		return 0;
	}
	inode_get(target);
	remove_entry(dir, slot);
	/* `..` of a removed directory that is still in use must keep working. */
	target->links = 0;
	inode_get(inode);
	dir->inode.links--;
	inode_put(target);
	return 0;
}

static bool is_below(struct node *n, const struct node *above)
{
	for (; n != above; n = n->parent)
		if (n == n->parent)
			return false;
	return true;
}

/* Removes what the new name refers to. */
static int unlink_target(struct node *to, const char *name, size_t len, struct inode *moved,
			 struct inode *old)
{
	if (old == moved)
		return 0;
	if (inode_is(moved, S_IFDIR) && !inode_is(old, S_IFDIR))
		return -ENOTDIR;
	return tmpfs_unlink(&to->inode, name, len, inode_is(moved, S_IFDIR));
}

/* RENAME_EXCHANGE. */
static int exchange(struct node *a, struct dentry **of_a, struct node *b, struct dentry **of_b)
{
	struct inode *one = (*of_a)->inode, *two = (*of_b)->inode;

	if (inode_is(two, S_IFDIR) && is_below(a, node_of(two)))
		return -EINVAL;
	WRITE_ONCE((*of_a)->inode, two);
	WRITE_ONCE((*of_b)->inode, one);
	node_of(two)->dentry = *of_a;
	node_of(one)->dentry = *of_b;
	node_of(two)->parent = a;
	node_of(one)->parent = b;
	if (inode_is(one, S_IFDIR)) {
		a->inode.links--;
		b->inode.links++;
	}
	if (inode_is(two, S_IFDIR)) {
		b->inode.links--;
		a->inode.links++;
	}
	tmpfs_modified(&a->inode, arch_time_ns());
	tmpfs_modified(&b->inode, a->inode.changed_ns);
	inode_set_ctime(one, volume_epoch_ns + a->inode.changed_ns);
	inode_set_ctime(two, one->ctime_ns);
	return 0;
}

static int tmpfs_rename(struct inode *from, const char *name, size_t len, struct inode *to,
			const char *new_name, size_t new_len, unsigned int flags)
{
	struct node *src = node_of(from), *dst = node_of(to);
	struct dentry **slot = find_slot(src, name, len, hash_name(name, len)), **old;
	struct inode *moved;
	int err = 0;

	if (!slot)
		return -ENOENT;
	moved = (*slot)->inode;
	if (moved->mounted)
		return -EBUSY;
	if (inode_is(moved, S_IFDIR) && is_below(dst, node_of(moved)))
		return -EINVAL;
	old = find_slot(dst, new_name, new_len, hash_name(new_name, new_len));
	if (old && (flags & RENAME_NOREPLACE))
		return -EEXIST;
	if (flags & RENAME_EXCHANGE)
		return old ? exchange(src, slot, dst, old) : -ENOENT;
	if (old && (*old)->inode == moved)
		return 0;
	if (old) {
		peek_block(false); /* the name must not be seen missing */
		err = unlink_target(dst, new_name, new_len, moved, (*old)->inode);
	}
	if (!err)
		err = add(dst, new_name, new_len, moved, arch_time_ns());
	if (old)
		peek_unblock();
	if (err)
		return err;
	/* The new name has its own link and reference now. */
	remove_entry(src, find_slot(src, name, len, hash_name(name, len)));
	if (inode_is(moved, S_IFDIR)) {
		src->inode.links--;
		dst->inode.links++;
	}
	return 0;
}

const struct inode_ops tmpfs_dir_ops = {
	.lookup = tmpfs_lookup,
	.peek = tmpfs_peek,
	.peek_parent = tmpfs_peek_parent,
	.create = tmpfs_create_node,
	.symlink = tmpfs_symlink,
	.link = tmpfs_link,
	.unlink = tmpfs_unlink,
	.rename = tmpfs_rename,
	.readdir = tmpfs_readdir,
	.in_use = tmpfs_in_use,
	.tmpfile = tmpfs_tmpfile,
	.parent = tmpfs_parent,
	.name = tmpfs_name,
};

struct inode *tmpfs_create(void)
{
	struct node *n = tmpfs_node_make(S_IFDIR | 0755, 0);

	if (!n)
		return NULL;
	n->inode.links = 2;
	n->parent = n;
	return &n->inode;
}
