/* access() and faccessat(). */
#include "fs/volume.h"
#include "syscall/user.h"

#define AT_EACCESS 0x200

/* access() checks the real user's permissions. */
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

static long check_mode(const struct inode *inode, unsigned int mode)
{
	/* Even root cannot execute a file that nobody may execute. */
	if ((mode & MAY_WRITE) && inode_read_only(inode))
		return -EROFS;
	if ((mode & MAY_EXEC) && !inode_is(inode, S_IFDIR) && !(inode->mode & 0111))
		return -EACCES;
	return inode_permission(inode, mode);
}

static long check_access(int dirfd, const char *path, unsigned int mode, unsigned int flags)
{
	struct inode *inode SCOPED(inode_put) = NULL;

	return user_find(dirfd, path, flags, &inode) ?: check_mode(inode, mode);
}

/* Checks with the real user and group ids in place of the effective ones. */
static long check_as_real(int dirfd, const char *path, unsigned int mode, unsigned int flags)
{
	struct credentials *real = real_credentials(), *saved;
	long err;

	if (!real)
		return -ENOMEM;
	saved = credentials_get(credentials_current());
	credentials_commit(real);
	err = check_access(dirfd, path, mode, flags);
	credentials_commit(saved);
	return err;
}

/* Without the kernel lock, which the slow path and every refusal take. */
long sys_faccessat2(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t flags)
{
	const struct credentials *now = credentials_current();
	bool as_real =
		!(likely(!thread_current()->confined && !now->uid && now->fsuid == now->uid) ||
		  (flags & AT_EACCESS));
	char buffer[PATH_LEN_MAX];
	struct inode *inode;
	struct peek p = {0};
	long err;

	if ((mode & ~7ull) ||
	    (flags & ~(uint64_t)(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)))
		return -EINVAL;
	err = user_path(buffer, path, flags & AT_EMPTY_PATH);
	if (err)
		return err;
	inode = as_real ? NULL : user_peek((int)dirfd, buffer, (unsigned int)flags, &p);
	if (likely(inode) && likely(!check_mode(inode, (unsigned int)mode)) && peek_valid(&p))
		return 0;
	if (!inode && peek_absent(&p))
		return -ENOENT;
	KERNEL_SCOPE();
	return (as_real ? check_as_real : check_access)((int)dirfd, buffer, (unsigned int)mode,
							(unsigned int)flags);
}
