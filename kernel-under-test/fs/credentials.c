/* Credentials, and permission checks on files. */
#include "fs/credentials.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

struct credentials credentials_root = {
	.refs = 1,
	.permitted = CAP_ALL,
	.effective = CAP_ALL,
	.bounding = CAP_ALL,
};

void credentials_put(struct credentials *c)
{
	if (--c->refs == 0)
		kmem_free(c);
}

struct credentials *credentials_copy(const struct credentials *from, uint32_t groups)
{
	struct credentials *c = kmem_alloc(sizeof(*c) + groups * sizeof(c->groups[0]));

	if (!c)
		return NULL;
	memcpy(c, from, sizeof(*c) + MIN(groups, from->group_count) * sizeof(c->groups[0]));
	c->refs = 1;
	c->group_count = groups;
	return c;
}

void credentials_install(struct thread *t, struct credentials *c)
{
	t->cred = c;
	t->confined = (c->effective & CAP_FILES) != CAP_FILES;
}

void credentials_commit(struct credentials *c)
{
	struct credentials *old = credentials_current();

	credentials_install(thread_current(), c);
	credentials_put(old);
}

bool credentials_in_group(const struct credentials *c, uint32_t gid)
{
	for (uint32_t i = 0; i < c->group_count; i++)
		if (c->groups[i] == gid)
			return true;
	return c->fsgid == gid;
}

uint32_t inode_privilege_bits(const struct inode *inode)
{
	uint32_t bits = inode->mode & (S_ISUID | S_ISGID);

	if (likely(!bits) || inode_is(inode, S_IFDIR))
		return 0;
	/*
	 * Setgid without group execute grants nothing (it once meant mandatory locking): it is kept
	 * for members of the group.
	 */
	if (!(inode->mode & 010) &&
	    (credentials_in_group(credentials_current(), inode->gid) || capable(CAP_FSETID)))
		bits &= S_ISUID;
	return bits;
}

int credentials_check(const struct credentials *c, const struct inode *inode, unsigned int mask)
{
	unsigned int shift = c->fsuid == inode->uid		   ? 6
			     : credentials_in_group(c, inode->gid) ? 3
								   : 0;
	bool dir = inode_is(inode, S_IFDIR);

	if (!(mask & ~(inode->mode >> shift)))
		return 0;
	if (credentials_capable(c, CAP_DAC_OVERRIDE) &&
	    (dir || !(mask & MAY_EXEC) || (inode->mode & 0111)))
		return 0;
	if (credentials_capable(c, CAP_DAC_READ_SEARCH) && !(mask & MAY_WRITE) &&
	    (dir || !(mask & MAY_EXEC)))
		return 0;
	return -EACCES;
}

int may_create(const struct inode *dir)
{
	return inode_permission(dir, MAY_WRITE | MAY_EXEC);
}

int may_delete(const struct inode *dir, const struct inode *target)
{
	uint32_t me;
	int err;

	if (likely(!thread_current()->confined))
		return 0;
	err = may_create(dir);
	if (err || !(dir->mode & S_ISVTX))
		return err;
	me = credentials_current()->fsuid;
	return me == target->uid || me == dir->uid || capable(CAP_FOWNER) ? 0 : -EPERM;
}

void inode_init_owner(const struct inode *dir, struct inode *inode)
{
	const struct credentials *c = credentials_current();

	inode->uid = c->fsuid;
	inode->gid = c->fsgid;
	if (unlikely(dir->mode & S_ISGID)) {
		inode->gid = dir->gid;
		if (inode_is(inode, S_IFDIR))
			inode->mode |= S_ISGID;
		else if ((inode->mode & 010) && !credentials_in_group(c, dir->gid) &&
			 !capable(CAP_FSETID))
			inode->mode &= ~(uint32_t)S_ISGID;
	}
}
