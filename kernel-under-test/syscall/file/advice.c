/* msync, fadvise, readahead, sync_file_range. */
#include "fs/volume.h"
#include "ipc/pipe.h"
#include "mm/space.h"
#include "syscall/user.h"

#define MS_ASYNC      1
#define MS_INVALIDATE 2
#define MS_SYNC	      4

#define ADVICE_LAST 5

#define SYNC_RANGE_FLAGS 7

/* The next file mapped shared in [*addr, end), with a reference, or NULL. Advances *addr. */
static struct inode *next_shared(struct space *s, uint64_t *addr, uint64_t end, bool *hole)
{
	struct area a;

	while (*addr < end && space_next_area(s, *addr, &a) && a.start < end) {
		*hole |= a.start > *addr;
		*addr = a.end;
		/* Only on-disk files have anything to write back. */
		if ((a.flags & AREA_SHARED) && a.object && a.object->ops->load)
			return inode_get(container_of(a.object, struct inode, object));
	}
	*hole |= *addr < end;
	*addr = end;
	return NULL;
}

long sys_msync(uint64_t addr, uint64_t len, uint64_t flags)
{
	struct space *s = process_current()->space;
	uint64_t end = addr + ALIGN_UP(len, PAGE_SIZE);
	bool hole = false;
	int err = 0;

	if ((flags & ~(uint64_t)(MS_ASYNC | MS_INVALIDATE | MS_SYNC)) ||
	    !IS_ALIGNED(addr, PAGE_SIZE) || (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
		return -EINVAL;
	if (end < addr || len > UINT64_MAX - PAGE_SIZE)
		return -ENOMEM;
	if (flags & MS_INVALIDATE) {
		space_lock(s);
		err = space_locked_bytes(s, addr, end) ? -EBUSY : 0;
		space_unlock(s);
	}
	while (addr < end && !err) {
		struct inode *inode = next_shared(s, &addr, end, &hole);

		if (!inode)
			break;
		if ((flags & MS_SYNC) && inode->volume)
			err = inode->volume->ops->sync_inode(inode);
		inode_put(inode);
	}
	return err ? err : hole ? -ENOMEM : 0;
}

/* No effect: the page cache keeps what was read as long as memory lasts. */
long sys_fadvise64(uint64_t fd, uint64_t pos, uint64_t len, uint64_t advice)
{
	struct file *f = user_file(fd);

	(void)pos;
	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (pipe_is(f))
		return -ESPIPE;
	return (int64_t)len < 0 || (uint32_t)advice > ADVICE_LAST || !f->inode ? -EINVAL : 0;
}

/* No effect: reads have read-ahead. */
long sys_readahead(uint64_t fd, uint64_t pos, uint64_t count)
{
	struct file *f = user_file(fd);

	(void)pos, (void)count;
	if (!f || !file_readable(f))
		return -EBADF;
	return f->inode && (inode_is(f->inode, S_IFREG) || inode_is(f->inode, S_IFBLK)) ? 0
											: -EINVAL;
}

/* Writes back the whole file, which is more than was asked for. */
long sys_sync_file_range(uint64_t fd, uint64_t pos, uint64_t len, uint64_t flags)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);
	int64_t end;

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if ((flags & ~(uint64_t)SYNC_RANGE_FLAGS) || (int64_t)pos < 0 || (int64_t)len < 0 ||
	    __builtin_add_overflow((int64_t)pos, (int64_t)len, &end))
		return -EINVAL;
	if (!f->inode || inode_is(f->inode, S_IFCHR) || inode_is(f->inode, S_IFIFO))
		return -ESPIPE;
	return flags && f->inode->volume ? f->inode->volume->ops->sync_inode(f->inode) : 0;
}
