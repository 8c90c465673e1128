#include "proc/procfs/node.h"

#include "fs/uio.h"
#include "lib/errno.h"

int procfs_refuse_create(struct inode *dir, const char *name, size_t len, uint32_t mode,
			 uint64_t device, struct inode **out)
{
	(void)dir, (void)name, (void)len, (void)mode, (void)device, (void)out;
	return -EACCES;
}

int procfs_refuse_symlink(struct inode *dir, const char *name, size_t len, const char *to)
{
	(void)dir, (void)name, (void)len, (void)to;
	return -EACCES;
}

int procfs_refuse_link(struct inode *dir, const char *name, size_t len, struct inode *to)
{
	(void)dir, (void)name, (void)len, (void)to;
	return -EPERM;
}

int procfs_refuse_unlink(struct inode *dir, const char *name, size_t len, bool directory)
{
	(void)dir, (void)name, (void)len, (void)directory;
	return -EPERM;
}

int procfs_refuse_rename(struct inode *from, const char *name, size_t len, struct inode *to,
			 const char *new_name, size_t new_len, unsigned int flags)
{
	(void)from, (void)name, (void)len, (void)to, (void)new_name, (void)new_len, (void)flags;
	return -EPERM;
}

long procfs_refuse_write(struct inode *inode, uint64_t pos, struct uio *u)
{
	(void)inode, (void)pos, (void)u;
	return -EACCES;
}

int procfs_refuse_truncate(struct inode *inode, uint64_t size)
{
	(void)inode, (void)size;
	return -EACCES;
}

int procfs_no_pages(struct object *o, uint64_t index, enum page_use use, struct page **out)
{
	(void)o, (void)index, (void)use, (void)out;
	return -ENXIO;
}

long procfs_read_text(const char *text, size_t len, uint64_t pos, struct uio *u)
{
	size_t part = pos < len ? MIN(u->left, len - pos) : 0;
	int err = part ? uio_put(u, text + pos, part) : 0;

	return err ? err : (long)part;
}
