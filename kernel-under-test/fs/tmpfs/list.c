/* tmpfs readdir, names and parents of inodes. */
#include "fs/tmpfs/node.h"
#include "fs/volume.h"
#include "lib/string.h"

/* Positions: 0 is `.`, 1 is `..`, an entry is at 1 + its `pos`. */
int tmpfs_readdir(struct inode *inode, uint64_t pos, readdir_visit visit, void *ctx)
{
	struct node *dir = node_of(inode);
	struct list *at = &dir->entries;
	struct dentry *d = dir->readdir_hint;

	if (pos == 0) {
		if (!visit(ctx, ".", 1, inode->ino, S_IFDIR, 1))
			return 0;
		pos = 1;
	}
	if (pos == 1) {
		if (!visit(ctx, "..", 2, dir->parent->inode.ino, S_IFDIR, 2))
			return 0;
		pos = 2;
	}
	/* Large directories are read in several calls: go on where the last one stopped. */
	if (d && d->pos + 1 <= pos)
		at = d->order.prev;
	while ((at = at->next) != &dir->entries) {
		d = list_entry(at, struct dentry, order);
		if (d->pos + 1 >= pos &&
		    !visit(ctx, d->name, d->len, d->inode->ino, d->inode->mode, d->pos + 2)) {
			dir->readdir_hint = d;
			break;
		}
	}
	return 0;
}

size_t tmpfs_name(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX])
{
	const struct dentry *d = node_of(inode)->dentry;

	if (!d)
		return 0;
	*dir = inode_get(&node_of(inode)->parent->inode);
	memcpy(name, d->name, d->len);
	return d->len;
}

struct inode *tmpfs_peek_parent(struct inode *inode)
{
	return &READ_ONCE(node_of(inode)->parent)->inode;
}

struct inode *tmpfs_parent(struct inode *inode)
{
	return inode_get(tmpfs_peek_parent(inode));
}

/*
 * Walks down and up by `parent` pointers, since trees may be deeper than the stack. It meets every
 * linked inode, a file once for each name; if the volume has more inodes, an unlinked one is open.
 */
bool tmpfs_in_use(struct inode *inode)
{
	static uint64_t walk;
	struct node *root = node_of(inode), *dir = root;
	struct list *at = root->entries.next;
	uint32_t count = 1;

	walk++;
	for (;;) {
		struct inode *target;
		struct node *n;

		while (at == &dir->entries) {
			struct node *done = dir;
			struct dentry *d;

			if (dir == root)
				return root->inode.volume && root->inode.volume->refs > count;
			dir = dir->parent;
			list_for_each (d, &dir->entries, order)
				if (d->inode == &done->inode)
					break;
			at = d->order.next;
		}
		target = list_entry(at, struct dentry, order)->inode;
		n = node_of(target);
		at = at->next;
		/* Each name holds a reference; a directory has one name. */
		if (target->object.refs > (inode_is(target, S_IFDIR) ? 1 : target->links))
			return true;
		if (inode_is(target, S_IFDIR)) {
			count++;
			dir = n;
			at = dir->entries.next;
		} else if (n->last_pos != walk) {
			n->last_pos = walk;
			count++;
		}
	}
}
