/* open, openat2, close, lseek, ftruncate. */
#include "arch/spin.h"
#include "fs/lock.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "ipc/pipe.h"
#include "syscall/user.h"

#define CREATE_TRIES 16

/*
 * If the name is a symbolic link: the link, with a reference. Else -ENOENT, -EEXIST or another
 * -errno.
 */
static int find_link(const struct path_last *last, struct inode **out)
{
	int err = last->slash ? -EISDIR
			      : last->dir->ops->lookup(last->dir, last->name, last->len, out);

	if (err || inode_is(*out, S_IFLNK))
		return err;
	inode_put(*out);
	return -EEXIST;
}

/* Creates `last`, which does not exist. */
static int create_file(const struct path_last *last, uint32_t mode, struct inode **out)
{
	struct inode *dir = last->dir;
	uint32_t type = S_IFREG | (mode & S_PERM & ~process_current()->umask);
	int err = inode_read_only(dir) ? -EROFS : may_create(dir);

	/* As on Linux: the umask is not applied before this check. */
	if (unlikely(dir->mode & type & S_ISGID) && (mode & 010) &&
	    !credentials_in_group(credentials_current(), dir->gid) && !capable(CAP_FSETID))
		type &= ~(uint32_t)S_ISGID;
	return err ?: dir->ops->create(dir, last->name, last->len, type, 0, out);
}

/*
 * The usual open with O_CREAT, in one walk. 0: created; 1: it existed; -EAGAIN: needs the general
 * way.
 */
static int find_or_create(const struct path_base *base, const char *path, bool exclusive,
			  uint32_t mode, struct inode **out)
{
	struct path_last last;
	int err = path_find_parent(base, path, &last);

	if (err)
		return -EAGAIN;
	err = last.slash || inode_permission(last.dir, MAY_EXEC)
		      ? -EAGAIN
		      : last.dir->ops->lookup(last.dir, last.name, last.len, out);
	if (likely(err == -ENOENT)) {
		err = create_file(&last, mode, out);
	} else if (!err) {
		err = inode_is(*out, S_IFREG) && !exclusive ? 1 : -EAGAIN;
		if (err < 0)
			inode_put(*out);
	}
	inode_put(last.dir);
	return unlikely(err == -EEXIST) ? -EAGAIN : err;
}

/*
 * Creates a file for O_CREAT, following dangling symbolic links. -EEXIST: another process was
 * first.
 */
static int create_following_links(const struct path_base *base, const char *path, uint32_t mode,
				  struct inode **out)
{
	struct path_base from = *base;
	struct inode *dir = NULL, *link = NULL, *next;
	struct path_last last;
	int err;

	for (unsigned int links = 0;; links++) {
		err = path_find_parent(&from, path, &last);
		if (dir)
			inode_put(dir);
		dir = err ? NULL : last.dir;
		if (!err)
			err = find_link(&last, &next);
		if (err == -ENOENT && dir) {
			err = create_file(&last, mode, out);
			break;
		}
		if (err)
			break;
		if (link)
			inode_put(link);
		link = next;
		err = links < SYMLINKS_MAX ? 0 : -ELOOP;
		if (err)
			break;
		inode_accessed(link);
		path = link->ops->target(link);
		from.from = dir;
	}
	if (dir)
		inode_put(dir);
	if (link)
		inode_put(link);
	return err;
}

/* O_TMPFILE. */
static int make_tmpfile(const struct path_base *base, const char *path, uint32_t flags,
			uint32_t mode, struct inode **out)
{
	struct inode *dir;
	int err;

	if (!(flags & O_DIRECTORY) || (flags & O_CREAT) || (flags & O_ACCMODE) == O_RDONLY)
		return -EINVAL;
	err = path_find(base, path, !(flags & O_NOFOLLOW), &dir);
	if (err)
		return err;
	if (!inode_is(dir, S_IFDIR))
		err = -ENOTDIR;
	else if (inode_read_only(dir))
		err = -EROFS;
	else
		err = may_create(dir)
			      ?: dir->ops->tmpfile
				 ? dir->ops->tmpfile(dir, mode & S_PERM & ~process_current()->umask,
						     out)
				 : -EOPNOTSUPP;
	if (!err)
		(*out)->linkable = !(flags & O_EXCL);
	inode_put(dir);
	return err;
}

/* Whether the caller may open it with these flags. */
static int may_open(const struct inode *inode, uint32_t flags)
{
	static const uint8_t masks[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE,
					MAY_READ | MAY_WRITE};

	if (flags & O_PATH)
		return 0;
	if ((flags & O_NOATIME) && !inode_owner_or_capable(inode))
		return -EPERM;
	/* Takes precedence over the mode bits. */
	if ((flags & O_ACCMODE) && inode_is(inode, S_IFREG) && inode_read_only(inode))
		return -EROFS;
	return inode_permission(inode,
				masks[flags & O_ACCMODE] | (flags & O_TRUNC ? MAY_WRITE : 0u));
}

/* O_TRUNC is cleared in *open_flags if the file was created. */
static int open_inode(const struct path_base *base, const char *path, uint32_t *open_flags,
		      uint32_t mode, struct inode **out)
{
	uint32_t flags = *open_flags;
	bool exclusive = (flags & O_CREAT) && (flags & O_EXCL);
	int err;

	if (unlikely((flags & (O_TMPFILE_BIT | O_PATH)) == O_TMPFILE_BIT))
		return make_tmpfile(base, path, flags, mode, out);
	if ((flags & (O_CREAT | O_DIRECTORY | O_PATH)) == O_CREAT) {
		err = find_or_create(base, path, exclusive, mode, out);
		if (err > 0)
			goto found;
		if (!err)
			*open_flags = flags & ~(uint32_t)O_TRUNC;
		if (err != -EAGAIN)
			return err;
	}
	/* Reading a disk sleeps: the name may appear between the lookup and the creation. */
	for (unsigned int tries = 0;; tries++) {
		err = path_find(base, path, !(flags & O_NOFOLLOW) && !exclusive, out);
		if (likely(err != -ENOENT || !(flags & O_CREAT)))
			break;
		err = create_following_links(base, path, mode, out);
		if (!err)
			*open_flags = flags & ~(uint32_t)O_TRUNC;
		if (err != -EEXIST || exclusive || tries == CREATE_TRIES)
			return err;
	}
	if (err)
		return err;
found:
	if (exclusive)
		err = -EEXIST;
	else if ((flags & O_DIRECTORY) && !inode_is(*out, S_IFDIR))
		err = -ENOTDIR;
	else
		err = unlikely(thread_current()->confined) ? may_open(*out, flags) : 0;
	if (err)
		inode_put(*out);
	return err;
}

static always_inline int open_unguarded(struct inode *inode, uint32_t flags, struct file **f)
{
	if (inode_is(inode, S_IFIFO) && !(flags & O_PATH))
		return fifo_open(inode, flags & (O_ACCMODE | O_NONBLOCK | O_DIRECT), f);
	return file_open(inode, flags, f);
}

/* For inodes with leases or watches, all of which have a lock set. */
static noinline int open_guarded(struct inode *inode, uint32_t flags, struct file **f)
{
	bool write = flags & (O_ACCMODE | O_TRUNC);
	int err = flags & O_PATH ? 0 : lease_break(inode, write, !(flags & O_NONBLOCK));

	if (!err)
		err = open_unguarded(inode, flags, f);
	if (!err && inode->ops->notify_open)
		inode->ops->notify_open(inode, flags, false);
	return err;
}

static long open_locked(int dirfd, const char *path, uint32_t flags, uint32_t mode,
			unsigned int resolve)
{
	struct path_base base;
	struct inode *inode;
	struct file *f;
	int err =
		user_base(dirfd, resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT) ? "" : path, &base);

	if (unlikely(resolve) && !err) {
		base.resolve = resolve;
		if (resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
			base.root = base.from;
		if (!inode_is(base.from, S_IFDIR))
			err = -ENOTDIR;
	}
	/* O_PATH overrides the other flags. */
	if (flags & O_PATH)
		flags &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	if (!err)
		err = open_inode(&base, path, &flags, mode, &inode);
	if (err)
		return err;
	if (likely(!inode->locks))
		err = open_unguarded(inode, flags, &f);
	else
		err = open_guarded(inode, flags, &f);
	inode_put(inode);
	return err ? err : process_add_file(f, flags & O_CLOEXEC);
}

/* What is to be created mostly does not exist yet, which is for the slow path. */
static inline bool may_open_unlocked(uint32_t flags)
{
	return !(flags & (O_TRUNC | O_TMPFILE_BIT | O_PATH)) &&
	       (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL) &&
	       !((flags & O_CREAT) && arch_cpu_count() == 1);
}

/* Opens what exists and needs no more than a reference. NULL: the slow path, or peek_absent(). */
static struct file *open_unlocked(int dirfd, const char *path, uint32_t flags, struct peek *p)
{
	struct inode *inode =
		user_peek(dirfd, path, flags & O_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0, p);

	if (!inode || ((flags & O_DIRECTORY) && !inode_is(inode, S_IFDIR)) ||
	    (unlikely(thread_current()->confined) && may_open(inode, flags)))
		return NULL;
	return file_open_unlocked(inode, flags, p);
}

/* Without the kernel lock, which the slow path takes. */
static long open_at(int dirfd, uint64_t path, uint32_t flags, uint32_t mode)
{
	char buffer[PATH_LEN_MAX];
	struct file *f;
	struct peek p;
	long fd = user_path(buffer, path, false);

	if (fd)
		return fd;
	if (may_open_unlocked(flags)) {
		f = open_unlocked(dirfd, buffer, flags, &p);
		if (likely(f)) {
			fd = files_add(process_current()->files, f, 0, flags & O_CLOEXEC);
			if (unlikely(fd < 0))
				file_put_unlocked(f);
			return fd;
		}
		if (!(flags & O_CREAT) && peek_absent(&p))
			return -ENOENT;
	}
	KERNEL_SCOPE();
	return open_locked(dirfd, buffer, flags, mode, 0);
}

/* Both run without the kernel lock. */
long sys_open(uint64_t path, uint64_t flags, uint64_t mode)
{
	return open_at(AT_FDCWD, path, (uint32_t)flags, (uint32_t)mode);
}

long sys_openat(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mode)
{
	return open_at((int)dirfd, path, (uint32_t)flags, (uint32_t)mode);
}

struct user_open_how {
	uint64_t flags, mode, resolve;
};

#define OPEN_FLAGS_KNOWN 037777703ull
/* Asks not to wait for a disk; not honoured. */
#define RESOLVE_CACHED 0x20u
#define RESOLVE_KNOWN  0x3full

long sys_openat2(uint64_t dirfd, uint64_t path, uint64_t how_at, uint64_t size)
{
	const uint64_t of_path = O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC;
	char buffer[PATH_LEN_MAX];
	struct user_open_how how;
	int err;

	if (size < sizeof(how))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	err = user_tail_is_zero(how_at + sizeof(how), size - sizeof(how))
		      ?: copy_from_user(&how, how_at, sizeof(how));
	if (err)
		return err;
	if ((how.flags & ~OPEN_FLAGS_KNOWN) || (how.mode & ~(uint64_t)S_PERM) ||
	    (how.mode && !(how.flags & (O_CREAT | O_TMPFILE_BIT))) ||
	    ((how.flags & O_PATH) && (how.flags & ~of_path)))
		return -EINVAL;
	if ((how.resolve & ~RESOLVE_KNOWN) || (how.resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT)) ==
						      (RESOLVE_BENEATH | RESOLVE_IN_ROOT))
		return -EINVAL;
	if ((how.resolve & RESOLVE_CACHED) && (how.flags & (O_TRUNC | O_CREAT | O_TMPFILE_BIT)))
		return -EAGAIN;
	err = user_path(buffer, path, false);
	return err ? err
		   : open_locked((int)dirfd, buffer, (uint32_t)how.flags, (uint32_t)how.mode,
				 (unsigned int)how.resolve & ~RESOLVE_CACHED);
}

/* Without the kernel lock, unless the file must be freed under it. */
long sys_close(uint64_t fd)
{
	struct process *p = process_current();
	struct file *left;
	int err = files_close_unlocked(p->files, fd, p->thread_count > 1, &left);

	if (err != -EAGAIN)
		return err;
	kernel_lock();
	files_drop(p->files, left);
	kernel_unlock();
	return 0;
}

/* Without the kernel lock. */
long sys_lseek(uint64_t fd, uint64_t offset, uint64_t whence)
{
	struct file *f = user_file(fd);

	if (!f)
		return -EBADF;
	return f->ops->seek ? f->ops->seek(f, (int64_t)offset, (int)whence) : -ESPIPE;
}

long sys_ftruncate(uint64_t fd, uint64_t size)
{
	struct file *f = user_file(fd);
	struct inode *inode;
	int err;

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!f->inode || !inode_is(f->inode, S_IFREG) || !file_writable(f) || (int64_t)size < 0)
		return -EINVAL;
	inode = inode_get(f->inode);
	err = user_truncate(inode, size);
	inode_put(inode);
	return err;
}
