/* System calls of inotify. */
#include "ipc/inotify.h"

#include "syscall/user.h"

#define IN_FLAGS                                                                                   \
	(IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ONESHOT)

long sys_inotify_init1(uint64_t flags)
{
	struct file *f;

	if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	return inotify_create(flags & O_NONBLOCK, &f) ?: process_add_file(f, flags & O_CLOEXEC);
}

long sys_inotify_add_watch(uint64_t fd, uint64_t path, uint64_t mask)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);
	struct inode *inode SCOPED(inode_put) = NULL;
	long err;

	if (!f)
		return -EBADF;
	if (!(mask & (IN_ALL_EVENTS | IN_FLAGS)) || !inotify_is(f) ||
	    ((mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE)))
		return -EINVAL;
	err = user_inode(AT_FDCWD, path, mask & IN_DONT_FOLLOW ? AT_SYMLINK_NOFOLLOW : 0, &inode);
	if (err)
		return err;
	if ((mask & IN_ONLYDIR) && !inode_is(inode, S_IFDIR))
		return -ENOTDIR;
	return inode_permission(inode, MAY_READ) ?: inotify_watch(f, inode, (uint32_t)mask);
}

long sys_inotify_rm_watch(uint64_t fd, uint64_t wd)
{
	struct file *f = user_file(fd);

	if (!f)
		return -EBADF;
	return inotify_is(f) ? inotify_unwatch(f, (int)wd) : -EINVAL;
}
