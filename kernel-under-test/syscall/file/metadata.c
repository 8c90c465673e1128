/* rename, chmod, chown, truncate. */
#include "fs/lock.h"
#include "fs/notify.h"
#include "fs/peek.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "mm/kmem.h"
#include "syscall/user.h"

/* Moving a directory writes to it: its `..` changes. */
static int may_move(const struct path_last *name, const struct path_last *to)
{
	struct inode *moved;
	int err = user_may_remove(name);

	if (!err && name->dir != to->dir)
		err = name->dir->ops->lookup(name->dir, name->name, name->len, &moved);
	else
		return err;
	if (err)
		return err;
	err = inode_is(moved, S_IFDIR) ? inode_permission(moved, MAY_WRITE) : 0;
	inode_put(moved);
	return err;
}

static int may_rename(const struct path_last *old, const struct path_last *new, bool exchange)
{
	int err = may_move(old, new);

	if (!err)
		err = exchange ? may_move(new, old) : user_may_remove(new);
	return err == -ENOENT ? user_may_create(new) : err;
}

long sys_renameat2(uint64_t from_fd, uint64_t from, uint64_t to_fd, uint64_t to, uint64_t flags)
{
	struct path_last old SCOPED(path_last_put) = {0}, new SCOPED(path_last_put) = {0};
	char old_name[PATH_LEN_MAX], *new_name SCOPED(kmem_free) = NULL;
	const struct inode_ops *ops;
	long err;

	if ((flags & ~(uint64_t)(RENAME_NOREPLACE | RENAME_EXCHANGE)) ||
	    flags == (RENAME_NOREPLACE | RENAME_EXCHANGE))
		return -EINVAL;
	new_name = kmem_alloc(PATH_LEN_MAX);
	if (!new_name)
		return -ENOMEM;
	err = user_parent((int)from_fd, from, old_name, &old)
		      ?: user_parent((int)to_fd, to, new_name, &new);
	if (!err && old.dir->volume != new.dir->volume)
		err = -EXDEV;
	else if (!err && inode_read_only(old.dir))
		err = -EROFS;
	else if (!err && unlikely(thread_current()->confined))
		err = may_rename(&old, &new, flags & RENAME_EXCHANGE);
	if (!err && (flags & RENAME_EXCHANGE) && !tmpfs_is(old.dir))
		err = -EINVAL;
	if (!err) {
		notify_before_change(old.dir);
		/* Both belong to the same file system, but only one may have wrapped operations. */
		ops = new.dir->ops->notify_open ? new.dir->ops : old.dir->ops;
		err = ops->rename(old.dir, old.name, old.len, new.dir, new.name, new.len,
				  (unsigned int)flags);
	}
	/* The path ends in `.` or `..`, or is the root. */
	return err == -EEXIST && !(flags & RENAME_NOREPLACE) ? -EBUSY : err;
}

int inode_check_changeable(const struct inode *inode)
{
	return inode_read_only(inode) ? -EROFS : 0;
}

void inode_mark_changed(struct inode *inode)
{
	inode_set_ctime(inode, volume_now_ns());
	if (inode->ops->attr_changed)
		inode->ops->attr_changed(inode);
}

static int set_mode(struct inode *inode, uint64_t mode)
{
	int err = inode_check_changeable(inode);

	if (err)
		return err;
	if (!inode_owner_or_capable(inode))
		return -EPERM;
	if (unlikely(mode & S_ISGID) && !credentials_in_group(credentials_current(), inode->gid) &&
	    !capable(CAP_FSETID))
		mode &= ~(uint64_t)S_ISGID;
	peek_block(false);
	inode->mode = (inode->mode & S_IFMT) | (mode & S_PERM);
	peek_unblock();
	/*
	 * An open for writing without the kernel lock publishes its count and then checks the mode
	 * again.
	 */
	if (unlikely(READ_ONCE(inode->writers)) && inode_privilege_bits(inode))
		notify_guard_suid(inode);
	inode_mark_changed(inode);
	return 0;
}

long sys_fchmodat(uint64_t dirfd, uint64_t path, uint64_t mode)
{
	struct inode *inode SCOPED(inode_put) = NULL;

	return user_inode((int)dirfd, path, 0, &inode) ?: set_mode(inode, mode);
}

long sys_fchmod(uint64_t fd, uint64_t mode)
{
	struct file *f = user_file(fd);

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	return f->inode ? set_mode(f->inode, mode) : 0;
}

static int set_owner(struct inode *inode, uint64_t uid, uint64_t gid)
{
	const struct credentials *c = credentials_current();
	bool mine = c->fsuid == inode->uid;
	int err = inode_check_changeable(inode);

	if (err)
		return err;
	/* An owner may give a file to a group that the owner is in, but not to another user. */
	if (!capable(CAP_CHOWN) &&
	    (((uint32_t)uid != UINT32_MAX && (!mine || (uint32_t)uid != inode->uid)) ||
	     ((uint32_t)gid != UINT32_MAX &&
	      (!mine || ((uint32_t)gid != inode->gid && !credentials_in_group(c, (uint32_t)gid))))))
		return -EPERM;
	if (inode_privilege_bits(inode) && !inode_owner_or_capable(inode))
		return -EPERM;
	peek_block(false);
	inode->mode &= ~inode_privilege_bits(inode);
	if ((uint32_t)uid != UINT32_MAX)
		inode->uid = (uint32_t)uid;
	if ((uint32_t)gid != UINT32_MAX)
		inode->gid = (uint32_t)gid;
	peek_unblock();
	inode_mark_changed(inode);
	return 0;
}

long sys_fchownat(uint64_t dirfd, uint64_t path, uint64_t uid, uint64_t gid, uint64_t flags)
{
	struct inode *inode SCOPED(inode_put) = NULL;
	int err = flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) ? -EINVAL : 0;

	if (!err)
		err = user_inode((int)dirfd, path, (unsigned int)flags, &inode);
	return err ? err : set_owner(inode, uid, gid);
}

long sys_fchown(uint64_t fd, uint64_t uid, uint64_t gid)
{
	struct file *f = user_file(fd);

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	return f->inode ? set_owner(f->inode, uid, gid) : 0;
}

int user_truncate(struct inode *inode, uint64_t size)
{
	if (size > file_size_limit()) {
		file_limit_exceeded();
		return -EFBIG;
	}
	if (unlikely(inode_privilege_bits(inode)) && notify_guard_suid(inode))
		return -ENOMEM;
	return inode_truncate(inode, size);
}

long sys_truncate(uint64_t path, uint64_t size)
{
	struct inode *inode SCOPED(inode_put) = NULL;
	int err = user_inode(AT_FDCWD, path, 0, &inode);

	if (err)
		return err;
	if (inode_is(inode, S_IFDIR))
		return -EISDIR;
	if (!inode_is(inode, S_IFREG) || (int64_t)size < 0)
		return -EINVAL;
	if (inode_read_only(inode))
		return -EROFS;
	if (inode_permission(inode, MAY_WRITE))
		return -EACCES;
	if (inode->executed && file_is_running(inode))
		return -ETXTBSY;
	return lease_break(inode, true, true) ?: user_truncate(inode, size);
}

long sys_fchdir(uint64_t fd)
{
	struct file *f = user_file(fd);

	if (!f)
		return -EBADF;
	if (!f->inode || !inode_is(f->inode, S_IFDIR))
		return -ENOTDIR;
	if (inode_permission(f->inode, MAY_EXEC))
		return -EACCES;
	process_set_cwd(inode_get(f->inode));
	return 0;
}
