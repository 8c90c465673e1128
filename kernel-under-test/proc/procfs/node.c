/* Operations that procfs refuses, and small helpers. */
#include "proc/procfs/node.h"

#include "fs/uio.h"
#include "lib/errno.h"

int procfs_refuse_create(struct inode *, const char *, size_t, uint32_t, uint64_t, struct inode **)
{
	return -EACCES;
}

int procfs_refuse_symlink(struct inode *, const char *, size_t, const char *)
{
	return -EACCES;
}

int procfs_refuse_link(struct inode *, const char *, size_t, struct inode *)
{
	return -EPERM;
}

int procfs_refuse_unlink(struct inode *dir, const char *name, size_t len, bool)
{
	struct inode *there SCOPED(inode_put) = NULL;

	return dir->ops->lookup(dir, name, len, &there) ?: -EPERM;
}

int procfs_refuse_rename(struct inode *, const char *, size_t, struct inode *, const char *, size_t,
			 unsigned int)
{
	return -EPERM;
}

long procfs_refuse_write(struct inode *, uint64_t, struct uio *)
{
	return -EACCES;
}

int procfs_refuse_truncate(struct inode *, uint64_t)
{
	return -EACCES;
}

int procfs_no_pages(struct object *, uint64_t, enum page_use, struct page **)
{
	return -ENXIO;
}

long procfs_read_text(const char *text, size_t len, uint64_t pos, struct uio *u)
{
	size_t part = pos < len ? MIN(u->left, len - pos) : 0;
	int err = part ? uio_copy_to(u, text + pos, part) : 0;

	return err ? err : (long)part;
}

int procfs_number(const char *name, size_t len)
{
	int v = 0;

	if (!len || len > 7 || (name[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		v = v * 10 + (name[i] - '0');
	}
	return v;
}
