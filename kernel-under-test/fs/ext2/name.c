/* Names in ext2: making, finding, linking, moving and removing them. */
#include "fs/credentials.h"
#include "fs/ext2/node.h"
#include "lib/errno.h"
#include "lib/string.h"

static int writable(const struct node *dir)
{
	if (dir->fs->volume.read_only)
		return -EROFS;
	/* Removed while in use: nothing can be put there any more. */
	return dir->inode.links ? 0 : -ENOENT;
}

/* What a name leads to, with a reference. The directory above is known from here. */
static int look(struct node *dir, const char *name, size_t len, struct node **out)
{
	struct place place;
	uint32_t ino;
	int err = ext2_entry_find(dir, name, len, &place);

	if (err)
		return err;
	ino = place.entry->ino;
	ext2_brelse(&place.buffer);
	/* What leads to itself, or to what is above, would be walked for ever. */
	if (ino == dir->inode.ino)
		return ext2_error(dir->fs, "a directory is in itself", ino);
	err = ext2_node_get(dir->fs, ino, out);
	/* A directory has one place; a disk that gives it two gets no circle out of them. */
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
	err = look(dir, name, len, &n);
	if (!err)
		*out = &n->inode;
	return err;
}

static void touch(struct node *n)
{
	inode_set_ctime(&n->inode, volume_now_ns());
	ext2_node_dirty(n);
}

/* Gives a new node its name, or takes it back. */
static int name_new(struct node *dir, const char *name, size_t len, struct node *n)
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

/* A name that is free in a directory that may be changed: 0, -EEXIST and others. */
static int check_free(struct node *dir, const char *name, size_t len, bool directory)
{
	struct place place;
	int err = writable(dir);

	if (err)
		return err;
	ext2_reap(dir->fs);
	err = ext2_entry_find(dir, name, len, &place);
	if (!err)
		ext2_brelse(&place.buffer);
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
	err = check_free(dir, name, len, (mode & S_IFMT) == S_IFDIR)
		      ?: ext2_node_make(dir->fs, dir, mode, &n);
	if (err)
		return err;
	n->inode.device = device;
	err = name_new(dir, name, len, n);
	if (err)
		inode_put(&n->inode);
	else
		*out = &n->inode;
	ext2_reap(dir->fs);
	return err;
}

/* Short texts stand where the pointers would be, others in a block of their own. */
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
	err = check_free(dir, name, len, false) ?: ext2_node_make(dir->fs, dir, S_IFLNK | 0777, &n);
	if (err)
		return err;
	err = set_target(n, target) ?: name_new(dir, name, len, n);
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
	err = check_free(dir, name, len, false);
	if (!err && target->links >= EXT2_LINKS_MAX)
		err = -EMLINK;
	if (!err)
		err = ext2_entry_add(dir, name, len, (uint32_t)target->ino, target->mode);
	if (err)
		return err;
	target->links++;
	touch(n);
	return 0;
}

/* Whether what is there may lose its name: `directory` says what it must be. */
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

/* One name less; of a directory it was the only one. */
static void lose_name(struct node *dir, const char *name, size_t len, struct node *n)
{
	bool directory = inode_is(&n->inode, S_IFDIR);

	n->inode.links = directory || !n->inode.links ? 0 : n->inode.links - 1;
	if (directory && dir->inode.links > 2)
		dir->inode.links--;
	ext2_name_forget(n, dir, name, len);
	touch(n);
	ext2_node_dirty(dir);
}

static int ext2_unlink(struct inode *inode, const char *name, size_t len, bool directory)
{
	struct node *dir = node_of(inode), *n;
	struct place place;
	int err;

	if (dir->fs->volume.read_only)
		return -EROFS;
	MUTEX_SCOPE(&dir->fs->lock);
	err = look(dir, name, len, &n);
	if (err)
		return err;
	err = check_removable(n, directory) ?: ext2_entry_find(dir, name, len, &place);
	if (!err) {
		ext2_entry_remove(dir, &place);
		ext2_brelse(&place.buffer);
		lose_name(dir, name, len, n);
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

/* The new name comes to lead to `moved`; what it led to, if anything, loses it. */
static int take_name(struct node *dir, const char *name, size_t len, struct node *moved,
		     struct node *old)
{
	struct place place;
	int err;

	if (!old)
		return ext2_entry_add(dir, name, len, (uint32_t)moved->inode.ino,
				      moved->inode.mode);
	if (inode_is(&moved->inode, S_IFDIR) && !inode_is(&old->inode, S_IFDIR))
		return -ENOTDIR;
	err = check_removable(old, inode_is(&moved->inode, S_IFDIR))
		      ?: ext2_entry_find(dir, name, len, &place);
	if (err)
		return err;
	ext2_entry_set(dir, &place, (uint32_t)moved->inode.ino, moved->inode.mode);
	ext2_brelse(&place.buffer);
	lose_name(dir, name, len, old);
	return 0;
}

/* A directory gets another one above it. */
static int change_parent(struct node *n, struct node *from, struct node *to)
{
	struct place place;
	int err = ext2_entry_find(n, "..", 2, &place);

	if (err)
		return err == -ENOENT ? -EUCLEAN : err;
	ext2_entry_set(n, &place, (uint32_t)to->inode.ino, S_IFDIR);
	ext2_brelse(&place.buffer);
	from->inode.links -= from->inode.links > 2;
	to->inode.links++;
	ext2_node_dirty(from);
	ext2_node_dirty(to);
	return 0;
}

static int move(struct node *from, const char *name, size_t len, struct node *to,
		const char *new_name, size_t new_len, struct node *moved, struct node *old)
{
	bool directory = inode_is(&moved->inode, S_IFDIR);
	struct place place;
	int err;

	if (directory && is_below(to, moved))
		return -EINVAL;
	if (moved->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND))
		return -EPERM;
	if (directory && from != to && !old && to->inode.links >= EXT2_LINKS_MAX)
		return -EMLINK;
	err = take_name(to, new_name, new_len, moved, old)
		      ?: ext2_entry_find(from, name, len, &place);
	if (err)
		return err;
	ext2_entry_remove(from, &place);
	ext2_brelse(&place.buffer);
	if (directory && from != to)
		err = change_parent(moved, from, to);
	if (!err)
		ext2_name_remember(moved, to, new_name, new_len);
	touch(moved);
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
	err = writable(dst) ?: look(src, name, len, &moved);
	if (err)
		return err;
	err = look(dst, new_name, new_len, &old);
	if (!err && (flags & RENAME_NOREPLACE))
		err = -EEXIST;
	/* Two names of one file: nothing is done. */
	else if (err == -ENOENT || (!err && old != moved))
		err = move(src, name, len, dst, new_name, new_len, moved, old);
	if (old)
		inode_put(&old->inode);
	inode_put(&moved->inode);
	ext2_reap(fs);
	return err;
}

/* With no links it is doomed when it is closed, like one that lost its name. */
static int ext2_unnamed(struct inode *inode, uint32_t mode, struct inode **out)
{
	struct node *dir = node_of(inode), *n;
	int err;

	MUTEX_SCOPE(&dir->fs->lock);
	err = writable(dir);
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
	/* What the disk has room for: 1901 to 2038. */
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
	.changed = ext2_changed,
	.accessed = ext2_changed,
};
