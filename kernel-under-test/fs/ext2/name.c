/* ext2 operations on names: lookup, create, link, rename, unlink. */
#include "fs/credentials.h"
#include "fs/ext2/node.h"
#include "lib/errno.h"
#include "lib/string.h"

static int check_writable(const struct node *dir)
{
	if (dir->fs->volume.read_only)
		return -EROFS;
	/* An unlinked directory accepts no new entries. */
	return dir->inode.links ? 0 : -ENOENT;
}

/* The inode of a name, with a reference. Records the directory as its parent. */
static int lookup(struct node *dir, const char *name, size_t len, struct node **out)
{
	struct slot slot;
	uint32_t ino;
	int err = ext2_entry_find(dir, name, len, &slot);

	if (err)
		return err;
	ino = slot.entry->ino;
	ext2_brelse(&slot.buffer);
	/* A directory that contains itself or an ancestor would make walks endless. */
	if (ino == dir->inode.ino)
		return ext2_error(dir->fs, "a directory is in itself", ino);
	err = ext2_node_get(dir->fs, ino, out);
	/* A directory keeps its first parent: a corrupt disk that links it twice makes no cycle. */
	if (!err && *out != dir->fs->root &&
	    (!inode_is(&(*out)->inode, S_IFDIR) || !(*out)->parent || (*out)->parent == dir))
		ext2_name_remember(*out, dir, name, len);
	return err;
}

static int ext2_lookup(struct inode *inode, const char *name, size_t len, struct inode **out)
{
	struct node *dir = node_of(inode), *n;
	int err;

	MUTEX_SCOPE(&dir->fs->lock);
	err = lookup(dir, name, len, &n);
	if (!err)
		*out = &n->inode;
	return err;
}

static void status_changed(struct node *n)
{
	inode_set_ctime(&n->inode, volume_now_ns());
	ext2_node_dirty(n);
}

/* Enters a new inode in `dir`; on an error the caller drops it. */
static int add_new(struct node *dir, const char *name, size_t len, struct node *n)
{
	bool directory = inode_is(&n->inode, S_IFDIR);
	int err = directory ? ext2_dir_init(n, (uint32_t)dir->inode.ino) : 0;

	if (!err)
		err = ext2_entry_add(dir, name, len, (uint32_t)n->inode.ino, n->inode.mode);
	if (err)
		return err;
	inode_init_owner(&dir->inode, &n->inode);
	n->inode.links = 1 + directory;
	dir->inode.links += directory;
	ext2_name_remember(n, dir, name, len);
	ext2_node_dirty(n);
	return 0;
}

/* Checks that `dir` is writable and the name free: 0, -EEXIST or another -errno. */
static int check_creatable(struct node *dir, const char *name, size_t len, bool directory)
{
	struct slot slot;
	int err = check_writable(dir);

	if (err)
		return err;
	ext2_reap(dir->fs);
	err = ext2_entry_find(dir, name, len, &slot);
	if (!err)
		ext2_brelse(&slot.buffer);
	if (err != -ENOENT)
		return err ? err : -EEXIST;
	return directory && dir->inode.links >= EXT2_LINKS_MAX ? -EMLINK : 0;
}

static int ext2_create(struct inode *inode, const char *name, size_t len, uint32_t mode,
		       uint64_t device, struct inode **out)
{
	struct node *dir = node_of(inode), *n;
	int err;

	MUTEX_SCOPE(&dir->fs->lock);
	err = check_creatable(dir, name, len, (mode & S_IFMT) == S_IFDIR)
		      ?: ext2_node_make(dir->fs, dir, mode, &n);
	if (err)
		return err;
	n->inode.device = device;
	err = add_new(dir, name, len, n);
	if (err)
		inode_put(&n->inode);
	else
		*out = &n->inode;
	ext2_reap(dir->fs);
	return err;
}

/* Stores a symbolic link's target: in place of the block pointers if short, else in a block. */
static int set_target(struct node *n, const char *text)
{
	size_t size = strlen(text);
	struct buffer b;
	uint32_t block;
	int err = 0;

	if (size >= n->fs->block_size)
		return -ENAMETOOLONG;
	n->inode.size = size;
	if (size < sizeof(n->pointers)) {
		memcpy(n->pointers, text, size);
	} else {
		err = ext2_map(n, 0, true, &block) ?: ext2_getblk(n->fs, block, &b);
		if (!err) {
			memcpy(b.data, text, size);
			ext2_brelse(&b);
		}
	}
	return err ? err : ext2_read_target(n);
}

static int ext2_symlink(struct inode *inode, const char *name, size_t len, const char *target)
{
	struct node *dir = node_of(inode), *n;
	int err;

	MUTEX_SCOPE(&dir->fs->lock);
	err = check_creatable(dir, name, len, false)
		      ?: ext2_node_make(dir->fs, dir, S_IFLNK | 0777, &n);
	if (err)
		return err;
	err = set_target(n, target) ?: add_new(dir, name, len, n);
	inode_put(&n->inode);
	ext2_reap(dir->fs);
	return err;
}

static int ext2_link(struct inode *inode, const char *name, size_t len, struct inode *target)
{
	struct node *dir = node_of(inode), *n = node_of(target);
	int err;

	if (target->volume != inode->volume)
		return -EXDEV;
	if (inode_is(target, S_IFDIR) || (n->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND)))
		return -EPERM;
	MUTEX_SCOPE(&dir->fs->lock);
	err = check_creatable(dir, name, len, false);
	if (!err && target->links >= EXT2_LINKS_MAX)
		err = -EMLINK;
	if (!err)
		err = ext2_entry_add(dir, name, len, (uint32_t)target->ino, target->mode);
	if (err)
		return err;
	target->links++;
	status_changed(n);
	return 0;
}

/* Whether the inode's name may be removed by unlink(), or rmdir() with `directory`. */
static int check_removable(struct node *n, bool directory)
{
	if (directory && !inode_is(&n->inode, S_IFDIR))
		return -ENOTDIR;
	if (!directory && inode_is(&n->inode, S_IFDIR))
		return -EISDIR;
	if (n->inode.mounted || n == n->fs->root)
		return -EBUSY;
	if (n->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND))
		return -EPERM;
	return directory ? ext2_dir_empty(n) : 0;
}

/* Accounts for a removed name; a directory has only one. */
static void removed_name(struct node *dir, const char *name, size_t len, struct node *n)
{
	bool directory = inode_is(&n->inode, S_IFDIR);

	n->inode.links = directory || !n->inode.links ? 0 : n->inode.links - 1;
	if (directory && dir->inode.links > 2)
		dir->inode.links--;
	ext2_name_forget(n, dir, name, len);
	status_changed(n);
	ext2_node_dirty(dir);
}

static int ext2_unlink(struct inode *inode, const char *name, size_t len, bool directory)
{
	struct node *dir = node_of(inode), *n;
	struct slot slot;
	int err;

	if (dir->fs->volume.read_only)
		return -EROFS;
	MUTEX_SCOPE(&dir->fs->lock);
	err = lookup(dir, name, len, &n);
	if (err)
		return err;
	err = check_removable(n, directory) ?: ext2_entry_find(dir, name, len, &slot);
	if (!err) {
		ext2_entry_remove(dir, &slot);
		ext2_brelse(&slot.buffer);
		removed_name(dir, name, len, n);
	}
	inode_put(&n->inode);
	ext2_reap(dir->fs);
	return err;
}

static bool is_below(const struct node *n, const struct node *above)
{
	for (; n; n = n->parent)
		if (n == above)
			return true;
	return false;
}

/* Points the new name to `moved`; an inode it replaces loses a link. */
static int replace_entry(struct node *dir, const char *name, size_t len, struct node *moved,
			 struct node *old)
{
	struct slot slot;
	int err;

	if (!old)
		return ext2_entry_add(dir, name, len, (uint32_t)moved->inode.ino,
				      moved->inode.mode);
	if (inode_is(&moved->inode, S_IFDIR) && !inode_is(&old->inode, S_IFDIR))
		return -ENOTDIR;
	err = check_removable(old, inode_is(&moved->inode, S_IFDIR))
		      ?: ext2_entry_find(dir, name, len, &slot);
	if (err)
		return err;
	ext2_entry_set(dir, &slot, (uint32_t)moved->inode.ino, moved->inode.mode);
	ext2_brelse(&slot.buffer);
	removed_name(dir, name, len, old);
	return 0;
}

/* Updates `..` and link counts of a directory that moves. */
static int change_parent(struct node *n, struct node *from, struct node *to)
{
	struct slot slot;
	int err = ext2_entry_find(n, "..", 2, &slot);

	if (err)
		return err == -ENOENT ? -EUCLEAN : err;
	ext2_entry_set(n, &slot, (uint32_t)to->inode.ino, S_IFDIR);
	ext2_brelse(&slot.buffer);
	from->inode.links -= from->inode.links > 2;
	to->inode.links++;
	ext2_node_dirty(from);
	ext2_node_dirty(to);
	return 0;
}

static int do_rename(struct node *from, const char *name, size_t len, struct node *to,
		     const char *new_name, size_t new_len, struct node *moved, struct node *old)
{
	bool directory = inode_is(&moved->inode, S_IFDIR);
	struct slot slot;
	int err;

	if (directory && is_below(to, moved))
		return -EINVAL;
	if (moved->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND))
		return -EPERM;
	if (directory && from != to && !old && to->inode.links >= EXT2_LINKS_MAX)
		return -EMLINK;
	err = replace_entry(to, new_name, new_len, moved, old)
		      ?: ext2_entry_find(from, name, len, &slot);
	if (err)
		return err;
	ext2_entry_remove(from, &slot);
	ext2_brelse(&slot.buffer);
	if (directory && from != to)
		err = change_parent(moved, from, to);
	if (!err)
		ext2_name_remember(moved, to, new_name, new_len);
	status_changed(moved);
	return err;
}

static int ext2_rename(struct inode *from, const char *name, size_t len, struct inode *to,
		       const char *new_name, size_t new_len, unsigned int flags)
{
	struct node *src = node_of(from), *dst = node_of(to), *moved, *old = NULL;
	struct ext2 *fs = src->fs;
	int err;

	if (from->volume != to->volume)
		return -EXDEV;
	MUTEX_SCOPE(&fs->lock);
	err = check_writable(dst) ?: lookup(src, name, len, &moved);
	if (err)
		return err;
	err = lookup(dst, new_name, new_len, &old);
	if (!err && (flags & RENAME_NOREPLACE))
		err = -EEXIST;
	/* Two links to the same inode: rename() does nothing. */
	else if (err == -ENOENT || (!err && old != moved))
		err = do_rename(src, name, len, dst, new_name, new_len, moved, old);
	if (old)
		inode_put(&old->inode);
	inode_put(&moved->inode);
	ext2_reap(fs);
	return err;
}

/* O_TMPFILE: without links it is freed on close like an unlinked file. */
static int ext2_unnamed(struct inode *inode, uint32_t mode, struct inode **out)
{
	struct node *dir = node_of(inode), *n;
	int err;

	MUTEX_SCOPE(&dir->fs->lock);
	err = check_writable(dir);
	ext2_reap(dir->fs);
	if (!err)
		err = ext2_node_make(dir->fs, dir, S_IFREG | mode, &n);
	if (!err) {
		inode_init_owner(inode, &n->inode);
		*out = &n->inode;
	}
	return err;
}

static struct inode *ext2_parent(struct inode *inode)
{
	struct node *n = node_of(inode);

	return inode_get(n->parent ? &n->parent->inode : inode);
}

void ext2_changed(struct inode *inode)
{
	/* On-disk times are 32-bit seconds: 1901 to 2038. */
	inode->accessed.sec = MIN(MAX(inode->accessed.sec, INT32_MIN), INT32_MAX);
	inode->modified.sec = MIN(MAX(inode->modified.sec, INT32_MIN), INT32_MAX);
	if (!inode->volume->read_only)
		ext2_node_dirty(node_of(inode));
}

const struct inode_ops ext2_dir_ops = {
	.lookup = ext2_lookup,
	.create = ext2_create,
	.symlink = ext2_symlink,
	.link = ext2_link,
	.unlink = ext2_unlink,
	.rename = ext2_rename,
	.readdir = ext2_readdir,
	.tmpfile = ext2_unnamed,
	.parent = ext2_parent,
	.name = ext2_name,
	.attr_changed = ext2_changed,
	.atime_changed = ext2_changed,
};
