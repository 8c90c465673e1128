/* File seals of memfd_create(): F_ADD_SEALS. */
#include "arch/spin.h"
#include "fs/tmpfs/node.h"
#include "fs/tmpfs/tmpfs.h"
#include "lib/errno.h"

static long sealed_write(struct inode *inode, uint64_t pos, struct uio *u)
{
	if (inode->seals & (SEAL_WRITE | SEAL_FUTURE_WRITE))
		return -EPERM;
	if ((inode->seals & SEAL_GROW) && (pos > inode->size || u->left > inode->size - pos))
		return -EPERM;
	return tmpfs_write(inode, pos, u);
}

static int sealed_truncate(struct inode *inode, uint64_t size)
{
	if ((size < inode->size && (inode->seals & SEAL_SHRINK)) ||
	    (size > inode->size && (inode->seals & SEAL_GROW)))
		return -EPERM;
	return tmpfs_truncate(inode, size);
}

static int sealed_allocate(struct inode *inode, uint64_t pos, uint64_t len, bool keep, bool clear)
{
	if ((clear && (inode->seals & (SEAL_WRITE | SEAL_FUTURE_WRITE))) ||
	    (!keep && pos + len > inode->size && (inode->seals & SEAL_GROW)))
		return -EPERM;
	return tmpfs_allocate(inode, pos, len, keep, clear);
}

/* Installed with the first seal, so that unsealed files need no checks. */
static const struct inode_ops sealed_inode_ops = {
	.read = tmpfs_read,
	.write = sealed_write,
	.truncate = sealed_truncate,
	.allocate = sealed_allocate,
	.seek_hole = tmpfs_seek_hole,
	.target = tmpfs_target,
	.name = tmpfs_name,
};

int tmpfs_seal(struct inode *inode, uint32_t seals)
{
	if (inode->seals & SEAL_SEAL)
		return -EPERM;
	spin_lock(&inode->lock, LOCK_INODE);
	inode->seals |= seals;
	inode->ops = &sealed_inode_ops;
	spin_unlock(&inode->lock);
	return 0;
}
