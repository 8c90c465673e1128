/* Inodes: what a name leads to. A file system gives the operations and embeds struct inode. */
#pragma once

#include "arch/spin.h"
#include "lib/types.h"
#include "mm/object.h"
#include "sched/timer.h"

#define NAME_LEN_MAX 255
#define PATH_LEN_MAX 4096

/* File types, numbered as on Linux. */
#define S_IFMT	 0170000
#define S_IFIFO	 0010000
#define S_IFCHR	 0020000
#define S_IFDIR	 0040000
#define S_IFBLK	 0060000
#define S_IFREG	 0100000
#define S_IFLNK	 0120000
#define S_IFSOCK 0140000
#define S_ISUID	 04000
#define S_ISGID	 02000
#define S_ISVTX	 01000
#define S_PERM	 07777

#define DEVICE(major, minor) ((uint64_t)(major) << 8 | (minor))
#define DEVICE_MAJOR(d)	     ((uint32_t)((d) >> 8))
#define DEVICE_MINOR(d)	     ((uint32_t)((d)&0xff))

struct file;
struct inode;
struct lock_set;
struct pipe;
struct poll_entry;
struct socket;
struct uio;
struct volume;
struct watch;

/* Gets each entry of a directory in turn; false: no more wanted, this one was not taken. */
typedef bool (*readdir_visit)(void *ctx, const char *name, size_t len, uint64_t ino, uint32_t mode,
			      uint64_t next_pos);

#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE	 2

struct inode_ops {
	/* Directories. Names are not ended by a zero. Each inode returned has a reference. */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/* What has that name, or NULL, as fs/peek.h says; absent: the long way. */
	struct inode *(*peek)(struct inode *dir, const char *name, size_t len);
	int (*create)(struct inode *dir, const char *name, size_t len, uint32_t mode,
		      uint64_t device, struct inode **out);
	int (*symlink)(struct inode *dir, const char *name, size_t len, const char *target);
	int (*link)(struct inode *dir, const char *name, size_t len, struct inode *target);
	int (*unlink)(struct inode *dir, const char *name, size_t len, bool directory);
	/* `flags`: RENAME_NOREPLACE or 0. Both directories are of one file system. */
	int (*rename)(struct inode *from, const char *name, size_t len, struct inode *to,
		      const char *new_name, size_t new_len, unsigned int flags);
	int (*readdir)(struct inode *dir, uint64_t pos, readdir_visit visit, void *ctx);
	/* Of a root that is to be unmounted: whether someone works below it. May be absent. */
	bool (*in_use)(struct inode *root);
	/* A regular file in that directory that has no name. Absent: -EOPNOTSUPP. */
	int (*tmpfile)(struct inode *dir, uint32_t mode, struct inode **out);
	/* The directory above, with a reference. */
	struct inode *(*parent)(struct inode *dir);
	/*
	 * One of the names that an inode has now, and the directory it is in, with a reference; the
	 * length, or 0: not known. May be absent: then a directory's is searched for.
	 */
	size_t (*name)(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX]);

	/* Symbolic links: the target, ended by a zero; valid while the inode is. */
	const char *(*target)(struct inode *link);
	/*
	 * Of links that lead to a thing and not to a name: the thing, with a reference. Absent, or
	 * NULL: the target says it. -ENXIO: it can't be opened anew.
	 */
	int (*follow)(struct inode *link, struct inode **out);

	/* It was opened, or closed: fs/notify.h has put it there. */
	void (*opened)(struct inode *inode, uint32_t flags, bool closed);

	/* Mode, owner or times were changed, and ctime_ns says when. May be absent. */
	void (*changed)(struct inode *inode);
	/* The same of the time of access, which nobody is told of. */
	void (*accessed)(struct inode *inode);

	/*
	 * Regular files that can be waited for: as file_ops.poll; 0: this one can't be. May be
	 * absent.
	 */
	uint32_t (*poll)(struct inode *file, struct poll_entry *e);

	/* Regular files: bytes moved, or -errno. */
	long (*read)(struct inode *file, uint64_t pos, struct uio *u);
	long (*write)(struct inode *file, uint64_t pos, struct uio *u);
	int (*truncate)(struct inode *file, uint64_t size);
	/*
	 * Reading and writing with inode.lock and not the kernel lock: how many bytes were moved.
	 * What is left in `u` then is for read() and write(). May be absent, both together.
	 */
	long (*read_unlocked)(struct inode *file, uint64_t pos, struct uio *u);
	long (*write_unlocked)(struct inode *file, uint64_t pos, struct uio *u);
	/*
	 * Takes room for [pos, pos + len) (growing the file unless `keep`), or makes it zero
	 * (`clear`), giving room back where it can. Absent: -EOPNOTSUPP.
	 */
	int (*allocate)(struct inode *file, uint64_t pos, uint64_t len, bool keep, bool clear);

	/*
	 * The first byte at `pos` or after, which is inside the file, that is in a hole (`hole`),
	 * or is not; the size if none. With inode.lock. Absent: there are no holes.
	 */
	uint64_t (*seek_hole)(struct inode *file, uint64_t pos, bool hole);

	/* The last reference is gone. */
	void (*release)(struct inode *inode);
};

/* A time of a file: set by hand, noted by reading, or kept on a disk. */
struct stamp {
	int64_t sec;   /* since 1970 */
	uint32_t kept; /* nanoseconds, and one more; 0: nothing is kept, it is as changed_ns says */
	/*
	 * Of `modified`: the day (timer_day) at which it was seen that the last access is later
	 * than all changes, so that another one need not be noted; 0: it is not known.
	 */
	uint32_t seen;
};

/*
 * Guarded by the kernel lock. Where the file system has read_unlocked(), its pages and `size` are
 * changed with `lock` too, so that either is enough to look at them. What stat() tells, each a
 * word, may be read without.
 */
struct inode {
	struct object object; /* counts the references, and makes the pages mappable */
	const struct inode_ops *ops;
	uint64_t ino;
	uint32_t mode;
	uint32_t links;
	uint32_t uid, gid;
	uint64_t device; /* of a device node */
	uint64_t size;
	uint64_t changed_ns; /* last change of the contents, since boot; 0: not known */
	uint64_t pages;	     /* that it takes up */
	struct stamp accessed, modified;
	/* Nanoseconds since 1970; of this and changed_ns the later holds. */
	uint64_t ctime_ns;
	/* How many have it open for writing: then nobody runs it. Of regular files; atomic. */
	uint32_t writers;
	bool executed; /* some time or other; it may be running though its mode says no more */
	bool linkable; /* though it has no name: it never had one */
	/* What it is on; NULL: it is in memory only. */
	struct volume *volume;
	/* The root of what is mounted here, and, for such a root, where. No references. */
	struct inode *mounted, *mountpoint;
	/* What may not happen to it any more (F_ADD_SEALS); its extended attributes; NULL: none. */
	uint32_t seals;
	struct xattr *xattrs;
	/* Advisory locks; NULL: none was ever set. */
	struct lock_set *locks;
	/* Who wants to be told what happens to it; belongs to ipc. */
	struct watch *watches;
	/* What those share who have opened this FIFO, or bound this socket; belongs to ipc and net.
	 */
	union {
		struct pipe *fifo;
		struct socket *socket;
	};
	struct spinlock lock;
};

static inline struct inode *inode_get(struct inode *i)
{
	object_get(&i->object);
	return i;
}

static inline void inode_put(struct inode *i)
{
	object_put(&i->object);
}

DEFINE_SCOPED(struct inode *, inode_put)

static inline void inode_count_writer(struct inode *i, int by)
{
	__atomic_fetch_add(&i->writers, (uint32_t)by, __ATOMIC_SEQ_CST);
}

/* Puts it without the kernel lock, which is taken if this is the last reference. */
void inode_put_unlocked(struct inode *i);

static inline struct stamp file_time_from_ns(uint64_t ns)
{
	return (struct stamp){(int64_t)(ns / NS_PER_SEC), (uint32_t)(ns % NS_PER_SEC) + 1, 0};
}

/* Something but its contents was changed, at that time. */
static inline void inode_set_ctime(struct inode *i, uint64_t ns)
{
	i->ctime_ns = ns;
	i->modified.seen = 0;
}

/* Sets the size of a regular file, and takes what is cut off from all who map it. 0 or -errno. */
static inline int inode_truncate(struct inode *i, uint64_t size)
{
	int err = i->ops->truncate(i, size);

	if (unlikely(i->object.mapped) && !err)
		object_unmap(&i->object, ALIGN_UP(size, PAGE_SIZE), UINT64_MAX, true);
	return err;
}

/* Notes the time of access, as the mount says (relatime). Of one on a disk with the kernel lock. */
void inode_update_atime(struct inode *i);

/* It is read, listed or followed: by all who are not told not to (O_NOATIME). */
static inline void inode_accessed(struct inode *i)
{
	if (unlikely(i->modified.seen != timer_day))
		inode_update_atime(i);
}

static inline bool inode_is(const struct inode *i, uint32_t type)
{
	return (i->mode & S_IFMT) == type;
}
