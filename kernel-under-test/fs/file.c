/* Open files: allocation, opening, release. */
#include "fs/file.h"

#include "arch/spin.h"
#include "fs/credentials.h"
#include "fs/device.h"
#include "fs/lock.h"
#include "fs/notify.h"
#include "fs/peek.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/sched.h"

struct file *file_alloc(const struct file_ops *ops, uint32_t flags, struct inode *inode, void *data)
{
	struct file *f = kmem_alloc(sizeof(*f));

	if (!f)
		return NULL;
	*f = (struct file){
		.refs = 1,
		.flags = flags,
		.ops = ops,
		.inode = inode,
		.data = data,
	};
	return f;
}

int file_create_anon(const struct file_ops *ops, uint32_t flags, void *data, struct file **out)
{
	*out = file_alloc(ops, flags, NULL, data);
	if (!*out)
		kmem_free(data);
	return *out ? 0 : -ENOMEM;
}

void file_release(struct file *f)
{
	if (unlikely(f->unsettled))
		sched_synchronize_all();
	if (unlikely(f->watched))
		file_epoll_release(f);
	if (unlikely(f->async))
		file_async_release(f);
	if (f->ops->release)
		f->ops->release(f);
	if (f->inode) {
		if (unlikely(f->writer))
			inode_count_writer(f->inode, -1);
		/* flock() locks belong to the open file. */
		if (unlikely(f->inode->locks)) {
			lock_release_owner(f->inode, f);
			if (f->inode->ops->notify_open)
				f->inode->ops->notify_open(f->inode, f->flags, true);
		}
		inode_put(f->inode);
	}
	kmem_free(f);
}

void file_put_last(struct file *f)
{
	KERNEL_SCOPE_NESTED();
	file_put(f);
}

int file_release_unlocked(struct file *f)
{
	struct inode *inode = f->inode;

	if (unlikely(f->unsettled || f->watched || f->async || f->ops->release))
		return -EAGAIN;
	if (f->writer)
		inode_count_writer(inode, -1);
	inode_put_unlocked(inode);
	kmem_free(f);
	return 0;
}

void inode_put_unlocked(struct inode *i)
{
	if (likely(object_put_unless_last(&i->object)))
		return;
	KERNEL_SCOPE();
	inode_put(i);
}

static const struct file_ops path_ops = {};

static int select_ops(struct inode *inode, uint32_t flags, const struct file_ops **ops)
{
	bool write = (flags & O_ACCMODE) != O_RDONLY;

	if (flags & O_PATH) {
		*ops = &path_ops;
		return 0;
	}
	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		*ops = &file_regular_ops;
		return (write || (flags & O_TRUNC)) && inode_read_only(inode) ? -EROFS : 0;
	case S_IFDIR:
		*ops = &file_directory_ops;
		return write || (flags & (O_CREAT | O_TRUNC)) ? -EISDIR
		       : flags & O_DIRECT		      ? -EINVAL
							      : 0;
	case S_IFCHR:
	case S_IFBLK:
		if (inode_forbids(inode, VOLUME_NODEV))
			return -EACCES;
		*ops = device_find(inode->mode & S_IFMT, inode->device);
		return *ops ? 0 : -ENXIO;
	case S_IFLNK:
		return -ELOOP;
	default:
		return -ENXIO;
	}
}

int file_open(struct inode *inode, uint32_t flags, struct file **out)
{
	const struct file_ops *ops;
	int err = select_ops(inode, flags, &ops);
	bool writer, truncates;

	if (err)
		return err;
	if (unlikely(inode->ops->poll) && ops == &file_regular_ops && inode->ops->poll(inode, NULL))
		ops = &file_polled_ops;
	writer = (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH) && inode_is(inode, S_IFREG);
	truncates = (flags & O_TRUNC) && inode_is(inode, S_IFREG) && !(flags & O_PATH);
	if ((writer || truncates) &&
	    unlikely(inode->executed || (inode->mode & (S_ISUID | S_ISGID | 0111)))) {
		if (file_is_running(inode))
			return -ETXTBSY;
		err = inode_privilege_bits(inode) ? notify_guard_suid(inode) : 0;
		if (err)
			return err;
	}
	if (truncates) {
		err = inode_truncate(inode, 0);
		if (err)
			return err;
	}
	*out = file_alloc(ops, flags & ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC),
			  inode_get(inode), NULL);
	if (!*out) {
		inode_put(inode);
		return -ENOMEM;
	}
	if (writer) {
		(*out)->writer = true;
		inode_count_writer(inode, 1);
	}
	err = unlikely(ops->open) ? ops->open(*out) : 0;
	if (err) {
		inode_put(inode);
		kmem_free(*out);
	}
	return err;
}

struct file *file_open_unlocked(struct inode *inode, uint32_t flags, const struct peek *p)
{
	bool writer =
		(flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH) && inode_is(inode, S_IFREG);
	const struct file_ops *ops;
	struct file *f = NULL;

	if (!object_get_unless_zero(&inode->object))
		return NULL;
	if (writer)
		inode_count_writer(inode, 1);
	/*
	 * Publishes the writer count before these checks: F_SETLEASE, chmod() and execve() change
	 * their state first and then count, so one side always sees the other.
	 */
	if (likely(!READ_ONCE(inode->locks)) &&
	    !(writer && unlikely(READ_ONCE(inode->executed) ||
				 (READ_ONCE(inode->mode) & (S_ISUID | S_ISGID | 0111)))) &&
	    likely(!select_ops(inode, flags, &ops)) && likely(!ops->open) && peek_valid(p))
		f = file_alloc(ops, flags & ~(uint32_t)(O_CREAT | O_EXCL | O_CLOEXEC), inode, NULL);
	if (likely(f)) {
		f->writer = writer;
		return f;
	}
	if (writer)
		inode_count_writer(inode, -1);
	inode_put_unlocked(inode);
	return NULL;
}

long file_read_at(struct inode *inode, uint64_t pos, void *to, size_t n)
{
	struct uio u = uio_kernel(to, n);

	if (!inode_is(inode, S_IFREG))
		return -EACCES;
	inode_accessed(inode);
	return inode->ops->read(inode, pos, &u);
}
