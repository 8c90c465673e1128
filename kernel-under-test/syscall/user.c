/* Paths and descriptors of system calls. */
#include "syscall/user.h"

#include "fs/volume.h"

int user_path(char out[PATH_LEN_MAX], uint64_t path, bool empty)
{
	long n = copy_string_from_user(out, path, PATH_LEN_MAX);

	if (n < 0)
		return (int)n;
	return n == 0 && !empty ? -ENOENT : 0;
}

int user_base(int dirfd, const char *path, struct path_base *out)
{
	struct file *f;

	*out = process_path_base(process_current());
	if (dirfd == AT_FDCWD || *path == '/')
		return 0;
	f = user_file((uint32_t)dirfd);
	if (!f)
		return -EBADF;
	if (!f->inode || (*path && !inode_is(f->inode, S_IFDIR)))
		return -ENOTDIR;
	out->from = f->inode;
	return 0;
}

int user_inode(int dirfd, uint64_t path, unsigned int at_flags, struct inode **out)
{
	char buffer[PATH_LEN_MAX];

	return user_path(buffer, path, at_flags & AT_EMPTY_PATH)
		       ?: user_find(dirfd, buffer, at_flags, out);
}

int user_find(int dirfd, const char *path, unsigned int at_flags, struct inode **out)
{
	struct path_base base;
	int err = user_base(dirfd, path, &base);

	if (err)
		return err;
	if (!*path) {
		*out = inode_get(base.from);
		return 0;
	}
	return path_find(&base, path, !(at_flags & AT_SYMLINK_NOFOLLOW), out);
}

struct inode *user_peek(int dirfd, const char *path, unsigned int at_flags, struct peek *p)
{
	if (unlikely(!peek_begin(p) || user_base(dirfd, path, &p->base)))
		return NULL;
	return peek_path(p, path, !(at_flags & AT_SYMLINK_NOFOLLOW));
}

int user_parent(int dirfd, uint64_t path, char buffer[PATH_LEN_MAX], struct path_last *last)
{
	struct path_base base;

	return user_path(buffer, path, false)
		       ?: user_base(dirfd, buffer, &base)
		       ?: path_find_parent(&base, buffer, last);
}

static int look_up(const struct path_last *last, struct inode **there)
{
	return inode_permission(last->dir, MAY_EXEC)
		       ?: last->dir->ops->lookup(last->dir, last->name, last->len, there);
}

int user_may_create(const struct path_last *last)
{
	bool frozen = inode_read_only(last->dir);
	struct inode *there;
	int err;

	if (likely(!thread_current()->confined && !frozen))
		return 0;
	err = look_up(last, &there);
	if (!err)
		inode_put(there);
	if (err == -ENOENT)
		return frozen ? -EROFS : may_create(last->dir);
	return err ? err : -EEXIST;
}

int user_may_remove(const struct path_last *last)
{
	struct inode *there;
	int err;

	if (inode_read_only(last->dir))
		return -EROFS;
	if (likely(!thread_current()->confined))
		return 0;
	err = look_up(last, &there);
	if (err)
		return err;
	err = may_delete(last->dir, there);
	inode_put(there);
	return err;
}
