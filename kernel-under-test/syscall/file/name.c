/* mkdir, mknod, link, unlink, symlink, readlink, chdir, getdents. */
#include "fs/notify.h"
#include "fs/volume.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "syscall/user.h"

/* With a trailing slash only a directory can be created: the error for anything else, or 0. */
static int check_no_slash(const struct path_last *last)
{
	struct inode *there;
	int err;

	if (!last->slash)
		return 0;
	err = last->dir->ops->lookup(last->dir, last->name, last->len, &there);
	if (err)
		return err;
	inode_put(there);
	return -EEXIST;
}

static long make_node(int dirfd, uint64_t path, uint32_t mode, uint64_t device)
{
	char buffer[PATH_LEN_MAX];
	struct path_last last SCOPED(path_last_put) = {0};
	struct inode *inode SCOPED(inode_put) = NULL;

	return user_parent(dirfd, path, buffer, &last)
		       ?: ((mode & S_IFMT) == S_IFDIR ? 0 : check_no_slash(&last))
		       ?: user_may_create(&last)
		       ?: last.dir->ops->create(last.dir, last.name, last.len,
						mode & ~process_current()->umask, device, &inode);
}

long sys_mkdirat(uint64_t dirfd, uint64_t path, uint64_t mode)
{
	return make_node((int)dirfd, path, S_IFDIR | (mode & S_PERM), 0);
}

long sys_mknodat(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t device)
{
	uint32_t type = mode & S_IFMT ? (uint32_t)mode & S_IFMT : S_IFREG;

	switch (type) {
	case S_IFCHR:
	case S_IFBLK:
		if (!capable(CAP_MKNOD))
			return -EPERM;
		/* fall through */
	case S_IFREG:
	case S_IFIFO:
	case S_IFSOCK:
		return make_node((int)dirfd, path, type | (mode & S_PERM), device);
	default:
		return type == S_IFDIR ? -EPERM : -EINVAL;
	}
}

/* The error for removing `.`, `..` or the root. */
static int removal_error(const struct path_last *last, bool directory)
{
	if (!directory)
		return -EISDIR;
	return !last->len ? -EBUSY : last->len == 2 ? -ENOTEMPTY : -EINVAL;
}

/* With a trailing slash the name must be a directory, which unlink() does not remove. */
static int unlink_slash_error(const struct path_last *last)
{
	struct inode *there;
	int err = last->dir->ops->lookup(last->dir, last->name, last->len, &there);

	if (err)
		return err;
	err = inode_is(there, S_IFDIR) ? -EISDIR : -ENOTDIR;
	inode_put(there);
	return err;
}

static long unlink_at(int dirfd, uint64_t path, bool directory)
{
	char buffer[PATH_LEN_MAX];
	struct path_last last;
	long err = user_parent(dirfd, path, buffer, &last);

	if (err == -EEXIST)
		return removal_error(&last, directory);
	if (err)
		return err;
	if (last.slash && !directory)
		err = unlink_slash_error(&last);
	else
		err = user_may_remove(&last);
	notify_before_change(last.dir);
	if (!err)
		err = last.dir->ops->unlink(last.dir, last.name, last.len, directory);
	inode_put(last.dir);
	return err;
}

long sys_unlinkat(uint64_t dirfd, uint64_t path, uint64_t flags)
{
	if (flags & ~(uint64_t)AT_REMOVEDIR)
		return -EINVAL;
	return unlink_at((int)dirfd, path, flags & AT_REMOVEDIR);
}

long sys_unlink(uint64_t path)
{
	return unlink_at(AT_FDCWD, path, false);
}

long sys_symlinkat(uint64_t target, uint64_t dirfd, uint64_t path)
{
	char buffer[PATH_LEN_MAX], *text SCOPED(kmem_free) = NULL;
	struct path_last last SCOPED(path_last_put) = {0};
	long err = user_parent((int)dirfd, path, buffer, &last);

	if (err)
		return err;
	text = kmem_alloc(PATH_LEN_MAX);
	return (text ? user_path(text, target, false) : -ENOMEM)
		       ?: check_no_slash(&last)
		       ?: user_may_create(&last)
		       ?: last.dir->ops->symlink(last.dir, last.name, last.len, text);
}

long sys_linkat(uint64_t from_fd, uint64_t from, uint64_t to_fd, uint64_t to, uint64_t flags)
{
	struct inode *target SCOPED(inode_put) = NULL;
	char buffer[PATH_LEN_MAX];
	struct path_last last SCOPED(path_last_put) = {0};
	long err;

	if (flags & ~(uint64_t)(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	err = user_inode((int)from_fd, from,
			 (flags & AT_SYMLINK_FOLLOW ? 0 : AT_SYMLINK_NOFOLLOW) |
				 (unsigned int)(flags & AT_EMPTY_PATH),
			 &target)
		      ?: user_parent((int)to_fd, to, buffer, &last);
	if (err)
		return err;
	err = check_no_slash(&last) ?: user_may_create(&last);
	if (!err && target->volume != last.dir->volume)
		err = -EXDEV;
	else if (!err && !target->links && !target->linkable)
		err = -ENOENT;
	notify_before_change(last.dir);
	if (!err)
		err = last.dir->ops->link(last.dir, last.name, last.len, target);
	if (!err)
		target->linkable = false;
	return err;
}

static long readlink_locking(int dirfd, const char *path, uint64_t out, size_t size)
{
	struct inode *inode SCOPED(inode_put) = NULL;
	const char *target;
	/* An empty path: the symbolic link that `dirfd` refers to (O_PATH). */
	long err = user_find(dirfd, path, AT_SYMLINK_NOFOLLOW, &inode);

	if (err)
		return err;
	if (!inode_is(inode, S_IFLNK))
		return *path ? -EINVAL : -ENOENT;
	inode_accessed(inode);
	target = inode->ops->target(inode);
	size = MIN(size, strlen(target));
	return copy_to_user(out, target, size) ?: (long)size;
}

/* Without the kernel lock, unless the slow path is needed. */
long sys_readlinkat(uint64_t dirfd, uint64_t path, uint64_t out, uint64_t size)
{
	char buffer[PATH_LEN_MAX];
	struct inode *inode;
	const char *target;
	struct peek p;
	size_t len;
	long err;

	if ((int64_t)size <= 0)
		return -EINVAL;
	err = user_path(buffer, path, true);
	if (err)
		return err;
	inode = user_peek((int)dirfd, buffer, AT_SYMLINK_NOFOLLOW, &p);
	if (likely(inode) && inode_is(inode, S_IFLNK)) {
		target = inode->ops->target(inode);
		len = MIN(size, strlen(target));
		if (peek_valid(&p) && !copy_to_user_nofault(out, target, len)) {
			inode_accessed(inode);
			return (long)len;
		}
	} else if (!inode && peek_absent(&p)) {
		return -ENOENT;
	}
	KERNEL_SCOPE();
	return readlink_locking((int)dirfd, buffer, out, size);
}

/* Resolves a directory and passes it to `set`. */
static long change_dir(uint64_t path, void (*set)(struct inode *inode))
{
	struct inode *inode SCOPED(inode_put) = NULL;
	int err = user_inode(AT_FDCWD, path, 0, &inode);

	if (err)
		return err;
	err = inode_is(inode, S_IFDIR) ? inode_permission(inode, MAY_EXEC) : -ENOTDIR;
	if (err)
		return err;
	if (set == process_set_root && !capable(CAP_SYS_CHROOT))
		return -EPERM;
	set(inode_get(inode));
	return 0;
}

long sys_chdir(uint64_t path)
{
	return change_dir(path, process_set_cwd);
}

long sys_chroot(uint64_t path)
{
	return change_dir(path, process_set_root);
}

long sys_getcwd(uint64_t out, uint64_t size)
{
	struct process *p = process_current();
	char buffer[PATH_LEN_MAX];
	long n = path_of_dir(p->root, p->cwd, buffer, MIN(size, sizeof(buffer)));

	if (n < 0)
		return n;
	return copy_to_user(out, buffer, (size_t)n) < 0 ? -EFAULT : n;
}

long sys_umask(uint64_t mask)
{
	uint32_t old = process_current()->umask;

	process_set_umask(mask & 0777);
	return old;
}

struct listing {
	uint64_t at;
	size_t left;
	uint64_t next;
	int err;
	bool legacy; /* getdents(): d_type is the last byte of each entry */
};

static bool emit_entry(void *ctx, const char *name, size_t len, uint64_t ino, uint32_t mode,
		       uint64_t next_pos)
{
	struct listing *l = ctx;
	struct {
		uint64_t ino, next;
		uint16_t size;
		uint8_t type;
		char name[NAME_LEN_MAX + 1];
	} __attribute__((packed))
	e = {ino, next_pos, 0, l->legacy ? 0 : (uint8_t)(mode >> 12), {0}};

	e.size = (uint16_t)ALIGN_UP(offsetof(__typeof__(e), name) + len + 1, 8);
	if (e.size > l->left) {
		l->err = -EINVAL;
		return false;
	}
	memcpy(l->legacy ? (char *)&e.type : e.name, name, len);
	if (l->legacy)
		((uint8_t *)&e)[e.size - 1] = (uint8_t)(mode >> 12);
	l->err = copy_to_user_nowait(l->at, &e, e.size);
	if (l->err)
		return false;
	l->at += e.size;
	l->left -= e.size;
	l->next = next_pos;
	return true;
}

static long getdents(uint64_t fd, uint64_t out, uint32_t size, bool legacy)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);
	struct listing l = {out, size, 0, 0, legacy};
	int err;

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!f->inode || !inode_is(f->inode, S_IFDIR))
		return -ENOTDIR;
	if (!f->inode->links)
		return -ENOENT;
	do
		err = f->inode->ops->readdir(f->inode, f->pos, emit_entry, &l);
	while (l.at == out && l.err == -EPAGING && !(l.err = space_page_in()));
	file_accessed(f);
	if (l.at == out)
		return err ? err : l.err;
	f->pos = l.next;
	return (long)(l.at - out);
}

long sys_getdents(uint64_t fd, uint64_t out, uint64_t size)
{
	return getdents(fd, out, (uint32_t)size, true);
}

long sys_getdents64(uint64_t fd, uint64_t out, uint64_t size)
{
	return getdents(fd, out, (uint32_t)size, false);
}
