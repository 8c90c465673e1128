/* System calls of inotify. */
#include "ipc/inotify.h"

#include "syscall/syscalls.h"
#include "syscall/user.h"

#define IN_FLAGS                                                                                   \
	(IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK | IN_MASK_CREATE | IN_MASK_ADD | IN_ONESHOT)

long sys_inotify_init1(uint64_t flags)
{
	struct file *f;
	int fd;

	if (flags & ~(uint64_t)(O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	fd = inotify_create(flags & O_NONBLOCK, &f);
	if (fd)
		return fd;
	fd = files_add(process_current()->files, f, 0, flags & O_CLOEXEC);
	if (fd < 0)
		file_put(f);
	return fd;
}

long sys_inotify_init(void)
{
	return sys_inotify_init1(0);
}

long sys_inotify_add_watch(uint64_t fd, uint64_t path, uint64_t mask)
{
	struct file *f = user_file_get(fd);
	struct inode *inode;
	long err = 0;

	if (!f)
		return -EBADF;
	if (!(mask & (IN_ALL_EVENTS | IN_FLAGS)) || !inotify_is(f) ||
	    ((mask & IN_MASK_ADD) && (mask & IN_MASK_CREATE)))
		err = -EINVAL;
	if (!err)
		err = user_inode(AT_FDCWD, path, mask & IN_DONT_FOLLOW ? AT_SYMLINK_NOFOLLOW : 0,
				 &inode);
	if (!err) {
		if ((mask & IN_ONLYDIR) && !inode_is(inode, S_IFDIR))
			err = -ENOTDIR;
		else
			err = may(inode, MAY_READ) ?: inotify_watch(f, inode, (uint32_t)mask);
		inode_put(inode);
	}
	file_put(f);
	return err;
}

long sys_inotify_rm_watch(uint64_t fd, uint64_t wd)
{
	struct file *f = user_file(fd);

	if (!f)
		return -EBADF;
	return inotify_is(f) ? inotify_unwatch(f, (int)wd) : -EINVAL;
}
