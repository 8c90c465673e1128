/* ext2 regular files: read, write, truncate. */
#include "fs/ext2/node.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/space.h"

/* A page that need not be read: it lies past the end, or is overwritten as a whole. */
static int page_get_new(struct node *n, uint64_t index, struct page **out)
{
	int err = 0;

	*out = cache_find(&n->cache, index);
	if (*out) {
		page_get(*out);
		return 0;
	}
	*out = page_alloc_zeroed();
	if (*out)
		err = cache_add(&n->cache, index, *out);
	if (*out && err)
		page_put(*out);
	return *out ? err : -ENOMEM;
}

static long ext2_read(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct node *n = node_of(inode);
	long done = 0;

	if (pos >= inode->size)
		return 0;
	if (u->left > inode->size - pos)
		u->left = inode->size - pos;
	while (u->left) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(u->left, PAGE_SIZE - at);
		struct page *p = cache_find(&n->cache, pos >> PAGE_SHIFT);
		int err = 0;

		if (p) {
			page_get(p);
		} else {
			mutex_lock(&n->fs->lock);
			/* It may have been truncated meanwhile. */
			if (pos + part <= inode->size)
				err = ext2_page_read(n, pos >> PAGE_SHIFT, &p);
			mutex_unlock(&n->fs->lock);
			if (!p || err)
				return done ? done : err;
		}
		err = uio_copy_to(u, (char *)page_to_virt(p) + at, part);
		if (err && err != -EPAGING) {
			part = uio_before_fault(u, part);
			if (part && uio_copy_to(u, (char *)page_to_virt(p) + at, part) < 0)
				part = 0;
		}
		page_put(p);
		if (err == -EPAGING) {
			err = space_page_in();
			if (!err)
				continue;
			part = 0;
		}
		pos += part;
		done += (long)part;
		if (err && !part)
			return done ? done : err;
	}
	return done;
}

/* Zeroes the page from the end of the file on, since the file is about to grow. */
static int zero_tail(struct node *n, uint64_t size)
{
	size_t tail = size & (PAGE_SIZE - 1);
	uint32_t block;
	struct page *p;
	int err;

	if (!tail)
		return 0;
	err = ext2_map(n, size >> n->fs->block_log, false, &block)
		      ?: ext2_page_read(n, size >> PAGE_SHIFT, &p);
	if (err)
		return err;
	memset((char *)page_to_virt(p) + tail, 0, PAGE_SIZE - tail);
	if (block && tail & (n->fs->block_size - 1))
		ext2_page_dirty(n, p, tail, tail + 1);
	page_put(p);
	return 0;
}

static long write_part(struct node *n, uint64_t pos, struct uio *u);

/* The copy faulted: writes the bytes before the fault, and no more. */
static long write_before_fault(struct node *n, uint64_t pos, struct uio *u, size_t part)
{
	size_t before = uio_before_fault(u, part), rest = u->left - before;
	long done = -EFAULT;

	if (before) {
		u->left = before;
		done = write_part(n, pos, u);
		u->left += rest;
	}
	return done;
}

/* Writes up to the end of one page: the number of bytes, or -errno. */
static long write_part(struct node *n, uint64_t pos, struct uio *u)
{
	size_t at = pos & (PAGE_SIZE - 1), part = MIN(u->left, PAGE_SIZE - at), rest;
	uint64_t index = pos >> PAGE_SHIFT;
	bool whole = part == PAGE_SIZE || index >= ext2_pages(n->inode.size), stale;
	struct page *p;
	char *data;
	long done = whole ? page_get_new(n, index, &p) : ext2_page_read(n, index, &p);

	if (done)
		return done;
	data = (char *)page_to_virt(p) + at;
	done = uio_copy_from(u, data, part);
	stale = done != 0;
	if (!done) {
		done = ext2_make_blocks(n, pos, part);
		rest = part - (size_t)MAX(done, 0l);
		u->base -= rest, u->left += rest;
		memset(data + part - rest, 0, rest);
		if (done > 0)
			ext2_page_dirty(n, p, at, at + (size_t)done);
		stale = done < 0;
	}
	/*
	 * The page no longer matches the disk: drop it, unless other parts are still to be written.
	 */
	if (stale && !(p->used & CACHE_DIRTY))
		cache_drop(&n->cache, p);
	page_put(p);
	return done == -EFAULT ? write_before_fault(n, pos, u, part) : done;
}

static long write_locked(struct node *n, uint64_t pos, struct uio *u)
{
	long done = 0, part = 0;

	if (pos > n->inode.size)
		part = zero_tail(n, n->inode.size);
	while (u->left && part >= 0) {
		part = write_part(n, pos, u);
		if (part < 0)
			break;
		pos += (uint64_t)part;
		done += part;
		n->inode.size = MAX(n->inode.size, pos);
	}
	/* Frees blocks allocated for what could not be written. */
	if (part < 0 && part != -EPAGING && pos >= n->inode.size)
		ext2_truncate_blocks(n,
				     (n->inode.size + n->fs->block_size - 1) >> n->fs->block_log);
	if (done) {
		ext2_modified(n);
	}
	return done ? done : part;
}

static long ext2_write(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct node *n = node_of(inode);
	uint64_t most = ext2_size_max(n->fs);
	long done = 0, part;

	if (n->fs->volume.read_only)
		return -EROFS;
	if (n->flags & EXT2_FLAG_IMMUTABLE)
		return -EPERM;
	if (pos >= most && u->left)
		return -EFBIG;
	u->left = MIN(u->left, most - pos);
	do {
		mutex_lock(&n->fs->lock);
		ext2_reap(n->fs);
		part = write_locked(n, pos + (uint64_t)done, u);
		mutex_unlock(&n->fs->lock);
		if (part > 0)
			done += part;
		else if (part == -EPAGING)
			part = space_page_in() ? -EFAULT : 1;
		ext2_balance_dirty(n->fs);
	} while (u->left && part > 0);
	return done ? done : part;
}

static int truncate_locked(struct node *n, uint64_t size)
{
	uint64_t old = n->inode.size;
	int err = size == old ? 0 : zero_tail(n, MIN(size, old));

	if (err)
		return err;
	if (size < old) {
		cache_truncate(&n->cache, ext2_pages(size));
		err = ext2_truncate_blocks(n, (size + n->fs->block_size - 1) >> n->fs->block_log);
	}
	n->inode.size = size;
	ext2_modified(n);
	return err;
}

static int ext2_truncate(struct inode *inode, uint64_t size)
{
	struct node *n = node_of(inode);

	if (n->fs->volume.read_only)
		return -EROFS;
	if (n->flags & (EXT2_FLAG_IMMUTABLE | EXT2_FLAG_APPEND))
		return -EPERM;
	if (size > ext2_size_max(n->fs))
		return -EFBIG;
	MUTEX_SCOPE(&n->fs->lock);
	return truncate_locked(n, size);
}

static const char *ext2_target(struct inode *inode)
{
	return node_of(inode)->target;
}

const struct inode_ops ext2_file_ops = {
	.read = ext2_read,
	.write = ext2_write,
	.truncate = ext2_truncate,
	.target = ext2_target,
	.name = ext2_name,
	.attr_changed = ext2_changed,
	.atime_changed = ext2_changed,
};
