/* access and its like: what one might do. */
#include "fs/volume.h"
#include "syscall/user.h"

#define AT_EACCESS 0x200

/* What access() asks is whether the real user may. */
static struct credentials *real_credentials(void)
{
	const struct credentials *now = credentials_current();
	struct credentials *c = credentials_copy(now, now->group_count);

	if (!c)
		return NULL;
	c->fsuid = c->uid;
	c->fsgid = c->gid;
	c->effective = c->uid ? 0 : c->permitted;
	return c;
}

static long check_access(int dirfd, uint64_t path, unsigned int mode, unsigned int flags)
{
	struct inode *inode SCOPED(inode_put) = NULL;
	long err = user_inode(dirfd, path, flags, &inode);

	if (err)
		return err;
	/* Root may do all but run what nobody may run. */
	if ((mode & MAY_WRITE) && inode_read_only(inode))
		return -EROFS;
	if ((mode & MAY_EXEC) && !inode_is(inode, S_IFDIR) && !(inode->mode & 0111))
		return -EACCES;
	return may(inode, mode);
}

long sys_faccessat2(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t flags)
{
	const struct credentials *now = credentials_current();
	struct credentials *real, *saved;
	long err;

	if ((mode & ~7ull) ||
	    (flags & ~(uint64_t)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	if (likely(!thread_current()->confined && !now->uid && now->fsuid == now->uid) ||
	    (flags & AT_EACCESS))
		return check_access((int)dirfd, path, (unsigned int)mode, (unsigned int)flags);
	real = real_credentials();
	if (!real)
		return -ENOMEM;
	saved = credentials_get(credentials_current());
	credentials_use(real);
	err = check_access((int)dirfd, path, (unsigned int)mode, (unsigned int)flags);
	credentials_use(saved);
	return err;
}
