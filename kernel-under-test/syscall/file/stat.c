/* stat, fstat, statx. */
#include "fs/volume.h"
#include "lib/string.h"
#include "syscall/user.h"

/* st_blocks counts 512-byte units. */
#define BLOCKS_PER_PAGE (PAGE_SIZE / 512)

#define STATX_BASIC    0x7ff
#define STATX_RESERVED 0x80000000u

/* the root of a mount */
#define STATX_ATTR_MOUNT_ROOT 0x2000

#define AT_NO_AUTOMOUNT 0x800
#define AT_STATX_SYNC	0x6000

/* struct stat of the x86_64 ABI. */
struct user_stat {
	uint64_t dev, ino, nlink;
	uint32_t mode, uid, gid, pad;
	uint64_t rdev;
	int64_t size, block_size, blocks;
	int64_t atime;
	uint64_t atime_ns;
	int64_t mtime;
	uint64_t mtime_ns, ctime, ctime_ns;
	uint64_t unused[3];
};

_Static_assert(sizeof(struct user_stat) == 144, "x86_64 ABI");

/* Attributes of a file without an inode: a pipe, a socket, an anonymous file. */
static void make_anonymous(const struct file *f, struct inode *out)
{
	const char *kind = f->ops->kind ? f->ops->kind : "";

	memset(out, 0, sizeof(*out));
	out->mode = kind[0] == 's' ? S_IFSOCK | 0777 : kind[0] == 'p' ? S_IFIFO | 0600 : 0600;
	out->links = 1;
	out->ino = file_anon_ino(f->data);
}

/* The status change time, given that of the contents. */
static uint64_t changed(const struct inode *i, uint64_t contents)
{
	return i->changed_ns ? MAX(i->ctime_ns, contents) : i->ctime_ns;
}

static long put_stat(const struct inode *i, uint64_t out)
{
	uint64_t last = volume_epoch_ns + i->changed_ns;
	uint64_t sec = last / NS_PER_SEC, ns = last % NS_PER_SEC;
	const struct file_time *a = &i->accessed, *m = &i->modified;
	struct user_stat st = {
		.dev = 1,
		.ino = i->ino,
		.nlink = i->links,
		.mode = i->mode,
		.uid = i->uid,
		.gid = i->gid,
		.rdev = i->device,
		.size = (int64_t)i->size,
		.block_size = PAGE_SIZE,
		.blocks = (int64_t)(i->pages * BLOCKS_PER_PAGE),
		.atime = a->nsec_plus1 ? a->sec : (int64_t)sec,
		.atime_ns = a->nsec_plus1 ? a->nsec_plus1 - 1 : ns,
		.mtime = m->nsec_plus1 ? m->sec : (int64_t)sec,
		.mtime_ns = m->nsec_plus1 ? m->nsec_plus1 - 1 : ns,
		.ctime = sec,
		.ctime_ns = ns,
	};

	if (unlikely(i->volume))
		st.dev = i->volume->number;
	if (unlikely(i->ctime_ns)) {
		last = changed(i, last);
		st.ctime = last / NS_PER_SEC;
		st.ctime_ns = last % NS_PER_SEC;
	}
	return copy_to_user(out, &st, sizeof(st));
}

static noinline long stat_locking(int dirfd, const char *path, uint64_t out, unsigned int at_flags,
				  long (*put)(const struct inode *i, uint64_t out))
{
	KERNEL_SCOPE();
	struct inode *inode SCOPED(inode_put) = NULL;

	return user_find(dirfd, path, at_flags, &inode) ?: put(inode, out);
}

/* Without the kernel lock, unless the slow path is needed. */
static always_inline long stat_at(int dirfd, uint64_t path, uint64_t out, unsigned int at_flags,
				  long (*put)(const struct inode *i, uint64_t out))
{
	char buffer[PATH_LEN_MAX];
	const struct inode *inode;
	struct peek p;
	long err = user_path(buffer, path, at_flags & AT_EMPTY_PATH);

	if (err)
		return err;
	inode = user_peek(dirfd, buffer, at_flags, &p);
	if (likely(inode)) {
		err = put(inode, out);
		if (peek_valid(&p))
			return err;
	} else if (peek_absent(&p)) {
		return -ENOENT;
	}
	return stat_locking(dirfd, buffer, out, at_flags, put);
}

/* AT_EMPTY_PATH with an empty path: the descriptor itself. */
static bool is_of_descriptor(uint64_t dirfd, uint64_t path, uint64_t flags)
{
	char first;

	return (flags & AT_EMPTY_PATH) && (int)dirfd >= 0 && !copy_from_user(&first, path, 1) &&
	       !first;
}

/* These run without the kernel lock. */
long sys_stat(uint64_t path, uint64_t out)
{
	return stat_at(AT_FDCWD, path, out, 0, put_stat);
}

long sys_lstat(uint64_t path, uint64_t out)
{
	return stat_at(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW, put_stat);
}

static noinline long stat_anonymous(const struct file *f, uint64_t out)
{
	struct inode room;

	make_anonymous(f, &room);
	return put_stat(&room, out);
}

/* Without the kernel lock. */
long sys_fstat(uint64_t fd, uint64_t out)
{
	struct file *f = user_file(fd);

	if (!f)
		return -EBADF;
	return likely(f->inode) ? put_stat(f->inode, out) : stat_anonymous(f, out);
}

long sys_newfstatat(uint64_t dirfd, uint64_t path, uint64_t out, uint64_t flags)
{
	if (flags & ~(uint64_t)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT))
		return -EINVAL;
	/* How newer C libraries implement fstat(). */
	if (is_of_descriptor(dirfd, path, flags))
		return sys_fstat(dirfd, out);
	return stat_at((int)dirfd, path, out, (unsigned int)flags, put_stat);
}

/* struct statx of the Linux ABI. */
struct user_statx_time {
	int64_t sec;
	uint32_t nsec, pad;
};

struct user_statx {
	uint32_t mask, block_size;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, pad;
	uint64_t ino, size, blocks, attributes_mask;
	struct user_statx_time atime, btime, ctime, mtime;
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t spare[14];
};

_Static_assert(sizeof(struct user_statx) == 256, "Linux ABI");

/* `contents`: the time, in ns, if `at` is unset. */
static struct user_statx_time time_of(struct file_time at, uint64_t contents)
{
	if (!at.nsec_plus1)
		at = file_time_from_ns(contents);
	return (struct user_statx_time){at.sec, at.nsec_plus1 - 1, 0};
}

static long put_statx(const struct inode *i, uint64_t out)
{
	uint64_t last = volume_epoch_ns + i->changed_ns;
	struct user_statx st = {
		.mask = STATX_BASIC,
		.block_size = PAGE_SIZE,
		.attributes = inode_is(i, S_IFDIR) &&
					      (i->mountpoint || i == READ_ONCE(init_process->root))
				      ? STATX_ATTR_MOUNT_ROOT
				      : 0,
		.attributes_mask = STATX_ATTR_MOUNT_ROOT,
		.nlink = i->links,
		.uid = i->uid,
		.gid = i->gid,
		.mode = (uint16_t)i->mode,
		.ino = i->ino,
		.size = i->size,
		.blocks = i->pages * BLOCKS_PER_PAGE,
		.atime = time_of(i->accessed, last),
		.ctime = time_of((struct file_time){0}, i->ctime_ns ? changed(i, last) : last),
		.mtime = time_of(i->modified, last),
		.rdev_major = DEVICE_MAJOR(i->device),
		.rdev_minor = DEVICE_MINOR(i->device),
		.dev_major = i->volume ? DEVICE_MAJOR(i->volume->number) : 0,
		.dev_minor = i->volume ? DEVICE_MINOR(i->volume->number) : 1,
	};

	return copy_to_user(out, &st, sizeof(st));
}

/* Without the kernel lock. */
long sys_statx(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mask, uint64_t out)
{
	const uint64_t known =
		AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_SYNC;
	const struct file *f;
	struct inode room;

	if ((flags & ~known) || (flags & AT_STATX_SYNC) == AT_STATX_SYNC || (mask & STATX_RESERVED))
		return -EINVAL;
	if (!is_of_descriptor(dirfd, path, flags))
		return stat_at((int)dirfd, path, out, (unsigned int)flags, put_statx);
	f = user_file(dirfd);
	if (!f)
		return -EBADF;
	if (f->inode)
		return put_statx(f->inode, out);
	make_anonymous(f, &room);
	return put_statx(&room, out);
}
