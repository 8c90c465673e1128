/* System calls on extended attributes. */
#include "fs/xattr.h"

#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "syscall/user.h"

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0 && name[strlen(with)];
}

/* Whether the caller may read or write an attribute of that name. */
static int check(const struct inode *inode, const char *name, bool write)
{
	bool user = begins(name, "user.");

	if (write && inode_read_only(inode))
		return -EROFS;
	if (!tmpfs_is(inode) || (!user && !begins(name, "trusted.") && !begins(name, "security.")))
		return -EOPNOTSUPP;
	if (begins(name, "trusted.") && !capable(CAP_SYS_ADMIN))
		return write ? -EPERM : -ENODATA;
	if (begins(name, "security.") && write && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (user && !inode_is(inode, S_IFREG) && !inode_is(inode, S_IFDIR))
		return write ? -EPERM : -ENODATA;
	return user ? inode_permission(inode, write ? MAY_WRITE : MAY_READ) : 0;
}

static int get_name(char name[XATTR_NAME_MAX + 1], uint64_t from)
{
	long n = copy_string_from_user(name, from, XATTR_NAME_MAX + 1);

	return n == 0 || n == -ENAMETOOLONG ? -ERANGE : MIN((int)n, 0);
}

static long set(struct inode *inode, uint64_t name_at, uint64_t value, uint64_t size,
		uint64_t flags)
{
	char name[XATTR_NAME_MAX + 1];
	void *copy SCOPED(kmem_free) = NULL;
	long err;

	if (flags & ~(uint64_t)(XATTR_CREATE | XATTR_REPLACE))
		return -EINVAL;
	err = get_name(name, name_at);
	if (err)
		return err;
	if (size > XATTR_SIZE_MAX)
		return -E2BIG;
	copy = kmem_alloc(MAX(size, 1ul));
	if (!copy)
		return -ENOMEM;
	return copy_from_user(copy, value, size)
		       ?: check(inode, name, true)
		       ?: xattr_set(inode, name, copy, size, (int)flags);
}

static long get(const struct inode *inode, uint64_t name_at, uint64_t out, uint64_t room)
{
	char name[XATTR_NAME_MAX + 1];
	const void *value;
	size_t size;
	long err = get_name(name, name_at) ?: check(inode, name, false);

	if (err)
		return err;
	value = xattr_get(inode, name, &size);
	if (!value)
		return -ENODATA;
	if (!room)
		return (long)size;
	if (room < size)
		return -ERANGE;
	return copy_to_user(out, value, size) < 0 ? -EFAULT : (long)size;
}

static long list(const struct inode *inode, uint64_t out, uint64_t room)
{
	uint64_t used = 0;
	const char *name;

	for (size_t i = 0; tmpfs_is(inode) && (name = xattr_name(inode, i)); i++) {
		size_t size = strlen(name) + 1;

		if (begins(name, "trusted.") && !capable(CAP_SYS_ADMIN))
			continue;
		if (room && size > room - used)
			return -ERANGE;
		if (room && copy_to_user(out + used, name, size) < 0)
			return -EFAULT;
		used += size;
	}
	return (long)used;
}

static long remove(struct inode *inode, uint64_t name_at)
{
	char name[XATTR_NAME_MAX + 1];

	return get_name(name, name_at) ?: check(inode, name, true) ?: xattr_remove(inode, name);
}

/* The inode of a path or descriptor, with a reference. */
static int by_path(uint64_t path, bool follow, struct inode **out)
{
	return user_inode(AT_FDCWD, path, follow ? 0 : AT_SYMLINK_NOFOLLOW, out);
}

static int by_fd(uint64_t fd, struct inode **out)
{
	struct file *f = user_file(fd);

	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!f->inode)
		return -EOPNOTSUPP;
	*out = inode_get(f->inode);
	return 0;
}

#define WITH(find, call)                                                                           \
	{                                                                                          \
		struct inode *inode SCOPED(inode_put) = NULL;                                      \
		long err = find;                                                                   \
                                                                                                   \
		return err ? err : call;                                                           \
	}

/* NAMExattr follows symbolic links, lNAMExattr does not, fNAMExattr takes a descriptor. */
#define THREE_CALLS(name, arguments, call)                                                         \
	long sys_##name##xattr arguments WITH(by_path(at, true, &inode), call)                     \
	long sys_l##name##xattr arguments WITH(by_path(at, false, &inode), call)                   \
	long sys_f##name##xattr arguments WITH(by_fd(at, &inode), call)

THREE_CALLS(set, (uint64_t at, uint64_t name, uint64_t value, uint64_t size, uint64_t flags),
	    set(inode, name, value, size, flags))
THREE_CALLS(get, (uint64_t at, uint64_t name, uint64_t out, uint64_t room),
	    get(inode, name, out, room))
THREE_CALLS(list, (uint64_t at, uint64_t out, uint64_t room), list(inode, out, room))
THREE_CALLS(remove, (uint64_t at, uint64_t name), remove(inode, name))
