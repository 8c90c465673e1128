/* tmpfs: regular files and inodes in memory. */
#include "fs/tmpfs/tmpfs.h"

#include "arch/time.h"
#include "fs/credentials.h"
#include "fs/lock.h"
#include "fs/peek.h"
#include "fs/tmpfs/node.h"
#include "fs/volume.h"
#include "fs/xattr.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/space.h"

#define TMPFS_MAGIC 0x01021994

static uint64_t last_ino;

/* A hole has no page, and reads as zeros. */
static int copy_hole_or_page(struct page *p, size_t at, struct uio *u, size_t n)
{
	return p ? uio_copy_to(u, (char *)page_to_virt(p) + at, n) : uio_zero(u, n);
}

long tmpfs_read(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct node *n = node_of(inode);
	long done = 0;

	if (pos >= inode->size)
		return 0;
	if (u->left > inode->size - pos)
		u->left = inode->size - pos;
	while (u->left) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(u->left, PAGE_SIZE - at);
		struct page *p = store_find(&n->pages, pos >> PAGE_SHIFT);
		int err = copy_hole_or_page(p, at, u, part);

		if (err == -EPAGING && !(err = space_page_in()))
			continue;
		if (err) {
			part = uio_before_fault(u, part);
			if (!part || copy_hole_or_page(p, at, u, part) < 0)
				return done ? done : err;
		}
		pos += part;
		done += (long)part;
	}
	return done;
}

/* Also of holes. Stops at a user page that is not present. */
static long tmpfs_read_unlocked(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct node *n = node_of(inode);
	long done = 0;

	u->left = pos < inode->size ? MIN(u->left, inode->size - pos) : 0;
	while (u->left) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(u->left, PAGE_SIZE - at);
		struct page *p = store_find(&n->pages, pos >> PAGE_SHIFT);

		if (p ? uio_copy_to_nofault(u, (char *)page_to_virt(p) + at, part)
		      : uio_zero_nofault(u, part))
			break;
		pos += part;
		done += (long)part;
	}
	return done;
}

/* The page at `index`, allocated if it is missing. */
static int get_page(struct inode *inode, uint64_t index, struct page **out)
{
	int err;

	spin_lock(&inode->lock, LOCK_INODE);
	err = store_get_or_create(&node_of(inode)->pages, index, out);
	inode->pages = node_of(inode)->pages.count;
	spin_unlock(&inode->lock);
	return err;
}

/* Extends the file to `end`, unless it is longer. */
static void extend(struct inode *inode, uint64_t end)
{
	spin_lock(&inode->lock, LOCK_INODE);
	inode->size = MAX(inode->size, end);
	spin_unlock(&inode->lock);
}

long tmpfs_write(struct inode *inode, uint64_t pos, struct uio *u)
{
	long done = 0;
	int err = 0;

	if (pos > INT64_MAX - u->left)
		return -EFBIG;
	while (u->left) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(u->left, PAGE_SIZE - at);
		struct page *p;

		err = get_page(inode, pos >> PAGE_SHIFT, &p);
		if (err)
			break;
		err = uio_copy_from(u, (char *)page_to_virt(p) + at, part);
		if (err == -EPAGING && !(err = space_page_in()))
			continue;
		if (err) {
			/* Writes the bytes before the fault, and no more. */
			part = uio_before_fault(u, part);
			if (!part || uio_copy_from(u, (char *)page_to_virt(p) + at, part) < 0)
				break;
		}
		pos += part;
		done += (long)part;
		extend(inode, pos);
	}
	if (done)
		tmpfs_modified(inode, arch_time_ns());
	return done ? done : err == -ENOMEM ? -ENOSPC : err;
}

/* With inode.lock. NULL: no memory. */
static noinline struct page *add_page(struct inode *inode, uint64_t index)
{
	struct node *n = node_of(inode);
	struct page *p;

	if (store_get_or_create(&n->pages, index, &p) < 0)
		return NULL;
	inode->pages = n->pages.count;
	return p;
}

static long tmpfs_write_unlocked(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct node *n = node_of(inode);
	long done = 0;

	if (pos > INT64_MAX - u->left)
		return 0;
	while (u->left) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(u->left, PAGE_SIZE - at);
		struct page *p = store_find(&n->pages, pos >> PAGE_SHIFT);

		if (unlikely(!p))
			p = add_page(inode, pos >> PAGE_SHIFT);
		if (!p || uio_copy_from_nofault(u, (char *)page_to_virt(p) + at, part))
			break;
		pos += part;
		done += (long)part;
	}
	if (done) {
		if (pos > inode->size)
			inode->size = pos;
		tmpfs_modified(inode, arch_time_ns());
	}
	return done;
}

int tmpfs_truncate(struct inode *inode, uint64_t size)
{
	struct node *n = node_of(inode);
	size_t tail = size & (PAGE_SIZE - 1);

	if (size > INT64_MAX)
		return -EFBIG;
	spin_lock(&inode->lock, LOCK_INODE);
	if (size < inode->size) {
		struct page *p = tail ? store_find(&n->pages, size >> PAGE_SHIFT) : NULL;

		/* The tail must read as zeros if the file grows again. */
		if (p)
			memset((char *)page_to_virt(p) + tail, 0, PAGE_SIZE - tail);
		store_truncate(&n->pages, ALIGN_UP(size, PAGE_SIZE) >> PAGE_SHIFT);
	}
	inode->size = size;
	inode->pages = n->pages.count;
	spin_unlock(&inode->lock);
	tmpfs_modified(inode, arch_time_ns());
	return 0;
}

static int tmpfs_get_page(struct object *o, uint64_t index, enum page_use, struct page **out)
{
	struct inode *inode = container_of(o, struct inode, object);
	int err;

	if (index >= ALIGN_UP(inode->size, PAGE_SIZE) >> PAGE_SHIFT)
		return -ENXIO;
	err = get_page(inode, index, out);
	if (err)
		return err;
	page_get(*out);
	return 0;
}

/* Without the kernel lock: truncation holds inode.lock. */
static void tmpfs_peek(struct object *o, uint64_t index, unsigned int n, struct page **out)
{
	struct inode *inode = container_of(o, struct inode, object);
	uint64_t end;

	spin_lock(&inode->lock, LOCK_INODE);
	end = ALIGN_UP(inode->size, PAGE_SIZE) >> PAGE_SHIFT;
	while (n && index + n > end)
		out[--n] = NULL;
	store_peek(&node_of(inode)->pages, index, n, out);
	spin_unlock(&inode->lock);
}

static void tmpfs_written(struct object *o)
{
	tmpfs_modified(container_of(o, struct inode, object), arch_time_ns());
}

const char *tmpfs_target(struct inode *inode)
{
	return node_of(inode)->target;
}

/*
 * Each name holds a link and a reference: so only a root is released while it has names below it,
 * and an open file outlives its last name.
 */
static void tmpfs_release(struct object *o)
{
	struct node *n = container_of(o, struct node, inode.object), *above;

	/* A chain of removed directories may be longer than the stack is deep. */
	for (; n; n = above) {
		above = n->inode.links || n->parent == n || !inode_is(&n->inode, S_IFDIR)
				? NULL
				: n->parent;
		tmpfs_unlink_all(n);
		if (unlikely(n->inode.locks))
			lock_free_all(&n->inode);
		if (unlikely(n->inode.xattrs))
			xattr_free_all(&n->inode);
		store_truncate(&n->pages, 0);
		if (unlikely(n->buckets))
			peek_free(n->buckets);
		if (unlikely(n->target))
			peek_free(n->target);
		if (unlikely(n->inode.volume))
			volume_put(n->inode.volume);
		peek_free(n);
		if (likely(!above) ||
		    __atomic_sub_fetch(&above->inode.object.refs, 1, __ATOMIC_ACQ_REL))
			break;
	}
}

static const struct object_ops object_ops = {
	.of_inode = true,
	.page = tmpfs_get_page,
	.peek = tmpfs_peek,
	.peek_unlocked = true,
	.written = tmpfs_written,
	.release = tmpfs_release,
};

int tmpfs_allocate(struct inode *inode, uint64_t pos, uint64_t len, bool keep, bool clear)
{
	struct node *n = node_of(inode);
	uint64_t end = pos + len;
	int err = 0;

	for (uint64_t at = pos, next; at < end && !err; at = next) {
		uint64_t index = at >> PAGE_SHIFT;
		struct page *p;

		next = MIN(end, ALIGN_DOWN(at, PAGE_SIZE) + PAGE_SIZE);
		if (!clear) {
			err = get_page(inode, index, &p);
			continue;
		}
		spin_lock(&inode->lock, LOCK_INODE);
		p = store_find(&n->pages, index);
		/* A mapped page is cleared in place. */
		if (p && next - at == PAGE_SIZE && p->refs == 1)
			store_remove(&n->pages, index);
		else if (p)
			memset((char *)page_to_virt(p) + (at & (PAGE_SIZE - 1)), 0, next - at);
		inode->pages = n->pages.count;
		spin_unlock(&inode->lock);
		if (!p && at >= inode->size)
			break;
	}
	if (err)
		return err == -ENOMEM ? -ENOSPC : err;
	if (!keep)
		extend(inode, end);
	tmpfs_modified(inode, arch_time_ns());
	return 0;
}

uint64_t tmpfs_seek_hole(struct inode *inode, uint64_t pos, bool hole)
{
	uint64_t end = ALIGN_UP(inode->size, PAGE_SIZE) >> PAGE_SHIFT, index = pos >> PAGE_SHIFT;
	uint64_t next = store_next(&node_of(inode)->pages, index, end, hole);

	return next == index ? pos : MIN(next << PAGE_SHIFT, inode->size);
}

static const struct inode_ops file_inode_ops = {
	.read = tmpfs_read,
	.write = tmpfs_write,
	.truncate = tmpfs_truncate,
	.read_unlocked = tmpfs_read_unlocked,
	.write_unlocked = tmpfs_write_unlocked,
	.allocate = tmpfs_allocate,
	.seek_hole = tmpfs_seek_hole,
	.target = tmpfs_target,
	.name = tmpfs_name,
};

bool tmpfs_is(const struct inode *inode)
{
	return inode->object.ops == &object_ops;
}

bool tmpfs_is_file(const struct inode *inode)
{
	return tmpfs_is(inode) && inode_is(inode, S_IFREG);
}

struct inode *tmpfs_file(uint32_t mode, bool sealable)
{
	struct node *n = tmpfs_node_make(S_IFREG | mode, 0);

	if (!n)
		return NULL;
	n->inode.seals = sealable ? 0 : SEAL_SEAL;
	return &n->inode;
}

struct node *tmpfs_node_make(uint32_t mode, uint64_t device)
{
	struct node *n = kmem_zalloc(sizeof(*n));

	if (!n)
		return NULL;
	n->inode.object.ops = &object_ops;
	n->inode.object.refs = 1;
	n->inode.ops = (mode & S_IFMT) == S_IFDIR ? &tmpfs_dir_ops : &file_inode_ops;
	n->inode.ino = ++last_ino;
	n->inode.mode = mode;
	n->inode.device = device;
	n->inode.changed_ns = arch_time_ns();
	list_init(&n->entries);
	return n;
}

struct inode *tmpfs_create_volume(void)
{
	struct inode *root = tmpfs_create();

	if (!root)
		return NULL;
	root->volume = volume_alloc_memory(TMPFS_MAGIC);
	if (!root->volume) {
		inode_put(root);
		return NULL;
	}
	return root;
}
