/* System calls on extended attributes. */
#include "fs/attribute.h"

#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "syscall/user.h"

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0 && name[strlen(with)];
}

/* Whether the caller may read or write what is called so. */
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
	return user ? may(inode, write ? MAY_WRITE : MAY_READ) : 0;
}

static int get_name(char name[ATTRIBUTE_NAME_MAX + 1], uint64_t from)
{
	long n = copy_string_from_user(name, from, ATTRIBUTE_NAME_MAX + 1);

	return n == 0 || n == -ENAMETOOLONG ? -ERANGE : MIN((int)n, 0);
}

static long set(struct inode *inode, uint64_t name_at, uint64_t value, uint64_t size,
		uint64_t flags)
{
	char name[ATTRIBUTE_NAME_MAX + 1];
	void *copy;
	long err;

	if (flags & ~(uint64_t)(ATTRIBUTE_CREATE | ATTRIBUTE_REPLACE))
		return -EINVAL;
	err = get_name(name, name_at);
	if (err)
		return err;
	if (size > ATTRIBUTE_VALUE_MAX)
		return -E2BIG;
	copy = kmem_alloc(MAX(size, 1ul));
	if (!copy)
		return -ENOMEM;
	err = copy_from_user(copy, value, size);
	if (!err)
		err = check(inode, name, true);
	if (!err)
		err = attribute_set(inode, name, copy, size, (int)flags);
	kmem_free(copy);
	return err;
}

static long get(const struct inode *inode, uint64_t name_at, uint64_t out, uint64_t room)
{
	char name[ATTRIBUTE_NAME_MAX + 1];
	const void *value;
	size_t size;
	long err = get_name(name, name_at);

	if (!err)
		err = check(inode, name, false);
	if (err)
		return err;
	value = attribute_get(inode, name, &size);
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

	for (size_t i = 0; tmpfs_is(inode) && (name = attribute_name(inode, i)); i++) {
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
	char name[ATTRIBUTE_NAME_MAX + 1];
	long err = get_name(name, name_at);

	if (!err)
		err = check(inode, name, true);
	return err ? err : attribute_remove(inode, name);
}

/* The inode of a path or of a descriptor, with a reference. */
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
	do {                                                                                       \
		struct inode *inode;                                                               \
		long err = find;                                                                   \
                                                                                                   \
		if (err)                                                                           \
			return err;                                                                \
		err = call;                                                                        \
		inode_put(inode);                                                                  \
		return err;                                                                        \
	} while (0)

long sys_setxattr(uint64_t path, uint64_t name, uint64_t value, uint64_t size, uint64_t flags)
{
	WITH(by_path(path, true, &inode), set(inode, name, value, size, flags));
}

long sys_lsetxattr(uint64_t path, uint64_t name, uint64_t value, uint64_t size, uint64_t flags)
{
	WITH(by_path(path, false, &inode), set(inode, name, value, size, flags));
}

long sys_fsetxattr(uint64_t fd, uint64_t name, uint64_t value, uint64_t size, uint64_t flags)
{
	WITH(by_fd(fd, &inode), set(inode, name, value, size, flags));
}

long sys_getxattr(uint64_t path, uint64_t name, uint64_t out, uint64_t room)
{
	WITH(by_path(path, true, &inode), get(inode, name, out, room));
}

long sys_lgetxattr(uint64_t path, uint64_t name, uint64_t out, uint64_t room)
{
	WITH(by_path(path, false, &inode), get(inode, name, out, room));
}

long sys_fgetxattr(uint64_t fd, uint64_t name, uint64_t out, uint64_t room)
{
	WITH(by_fd(fd, &inode), get(inode, name, out, room));
}

long sys_listxattr(uint64_t path, uint64_t out, uint64_t room)
{
	WITH(by_path(path, true, &inode), list(inode, out, room));
}

long sys_llistxattr(uint64_t path, uint64_t out, uint64_t room)
{
	WITH(by_path(path, false, &inode), list(inode, out, room));
}

long sys_flistxattr(uint64_t fd, uint64_t out, uint64_t room)
{
	WITH(by_fd(fd, &inode), list(inode, out, room));
}

long sys_removexattr(uint64_t path, uint64_t name)
{
	WITH(by_path(path, true, &inode), remove(inode, name));
}

long sys_lremovexattr(uint64_t path, uint64_t name)
{
	WITH(by_path(path, false, &inode), remove(inode, name));
}

long sys_fremovexattr(uint64_t fd, uint64_t name)
{
	WITH(by_fd(fd, &inode), remove(inode, name));
}
