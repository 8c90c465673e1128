/* utimensat and older calls that set file times. */
#include "fs/volume.h"
#include "syscall/user.h"

#define UTIME_NOW  0x3fffffff
#define UTIME_OMIT 0x3ffffffe

/* Access and modification time. */
struct times {
	struct {
		int64_t sec, nsec;
	} at[2];
};

static const struct times now_both = {{{0, UTIME_NOW}, {0, UTIME_NOW}}};

static bool nsec_is_valid(int64_t nsec)
{
	return nsec == UTIME_NOW || nsec == UTIME_OMIT || (nsec >= 0 && nsec < (int64_t)NS_PER_SEC);
}

static long set(struct inode *inode, const struct times *t)
{
	bool now = t->at[0].nsec == UTIME_NOW && t->at[1].nsec == UTIME_NOW;
	struct file_time now_at = file_time_from_ns(volume_now_ns()),
			 *to[] = {&inode->accessed, &inode->modified};
	int err = inode_check_changeable(inode);

	if (err)
		return err;
	if (!inode_owner_or_capable(inode) && (!now || inode_permission(inode, MAY_WRITE)))
		return now ? -EACCES : -EPERM;
	for (int i = 0; i < 2; i++)
		if (t->at[i].nsec == UTIME_NOW)
			*to[i] = now_at;
		else if (t->at[i].nsec != UTIME_OMIT)
			*to[i] = (struct file_time){t->at[i].sec, (uint32_t)t->at[i].nsec + 1, 0};
	inode_mark_changed(inode);
	return 0;
}

/* `path` 0: the file of `dirfd` itself. */
static long set_at(uint64_t dirfd, uint64_t path, const struct times *t, unsigned int flags)
{
	struct inode *inode SCOPED(inode_put) = NULL;
	struct file *f;
	long err = 0;

	if (t->at[0].nsec == UTIME_OMIT && t->at[1].nsec == UTIME_OMIT)
		return 0;
	if (path || (int)dirfd == AT_FDCWD) {
		err = user_inode((int)dirfd, path, flags, &inode);
	} else {
		f = user_file((uint32_t)dirfd);
		if (!f || !f->inode || (f->flags & O_PATH))
			return -EBADF;
		inode = inode_get(f->inode);
	}
	return err ? err : set(inode, t);
}

long sys_utimensat(uint64_t dirfd, uint64_t path, uint64_t times, uint64_t flags)
{
	struct times t = now_both;

	if (times && copy_from_user(&t, times, sizeof(t)) < 0)
		return -EFAULT;
	if (!nsec_is_valid(t.at[0].nsec) || !nsec_is_valid(t.at[1].nsec) ||
	    (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) || (!path && flags))
		return -EINVAL;
	return set_at(dirfd, path, &t, (unsigned int)flags);
}

/* Older calls, with microseconds or seconds. */
long sys_futimesat(uint64_t dirfd, uint64_t path, uint64_t times)
{
	struct times t = now_both;

	if (times && copy_from_user(&t, times, sizeof(t)) < 0)
		return -EFAULT;
	for (int i = 0; times && i < 2; i++) {
		if (t.at[i].nsec < 0 || t.at[i].nsec >= (int64_t)US_PER_SEC)
			return -EINVAL;
		t.at[i].nsec *= 1000;
	}
	return set_at(dirfd, path, &t, 0);
}

long sys_utime(uint64_t path, uint64_t times)
{
	struct times t = now_both;
	int64_t sec[2];

	if (times) {
		if (copy_from_user(sec, times, sizeof(sec)) < 0)
			return -EFAULT;
		t = (struct times){{{sec[0], 0}, {sec[1], 0}}};
	}
	return set_at((uint64_t)AT_FDCWD, path, &t, 0);
}
