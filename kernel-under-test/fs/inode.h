/*
 * Inodes: the objects that names lead to. A file system embeds struct inode and supplies its
 * operations.
 */
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

/* Called for each entry of a directory in turn; false: stop, and this entry was not consumed. */
typedef bool (*readdir_visit)(void *ctx, const char *name, size_t len, uint64_t ino, uint32_t mode,
			      uint64_t next_pos);

#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE	 2

struct inode_ops {
	/* Directories. `name` is not NUL-terminated. Each inode returned carries a reference. */
	int (*lookup)(struct inode *dir, const char *name, size_t len, struct inode **out);
	/*
	 * Lockless lookup: the inode of that name, or NULL (fs/peek.h). Absent: take the slow path.
	 */
	struct inode *(*peek)(struct inode *dir, const char *name, size_t len);
	/* As `parent`, by the same rules: beside `peek`. */
	struct inode *(*peek_parent)(struct inode *dir);
	int (*create)(struct inode *dir, const char *name, size_t len, uint32_t mode,
		      uint64_t device, struct inode **out);
	int (*symlink)(struct inode *dir, const char *name, size_t len, const char *target);
	int (*link)(struct inode *dir, const char *name, size_t len, struct inode *target);
	int (*unlink)(struct inode *dir, const char *name, size_t len, bool directory);
	/* `flags`: RENAME_*. Both directories belong to the same file system. */
	int (*rename)(struct inode *from, const char *name, size_t len, struct inode *to,
		      const char *new_name, size_t new_len, unsigned int flags);
	int (*readdir)(struct inode *dir, uint64_t pos, readdir_visit visit, void *ctx);
	/* For a root about to be unmounted: whether anything below it is in use. May be absent. */
	bool (*in_use)(struct inode *root);
	/* Makes a regular file without a name (O_TMPFILE). Absent: -EOPNOTSUPP. */
	int (*tmpfile)(struct inode *dir, uint32_t mode, struct inode **out);
	/* The parent directory, with a reference. */
	struct inode *(*parent)(struct inode *dir);
	/*
	 * One current name of the inode and, with a reference, the directory that holds it. Returns
	 * the name's length, or 0 if unknown. May be absent: then path_of_dir() searches the
	 * parent.
	 */
	size_t (*name)(struct inode *inode, struct inode **dir, char name[NAME_LEN_MAX]);

	/* Symbolic links: the NUL-terminated target, valid as long as the inode. */
	const char *(*target)(struct inode *link);
	/*
	 * Magic links, which lead to an object and not to a path: the object, with a reference.
	 * Absent or NULL: follow target(). -ENXIO: the object cannot be opened again.
	 */
	int (*follow)(struct inode *link, struct inode **out);

	/* The file was opened or closed. Set by fs/notify.c only, on watched inodes. */
	void (*notify_open)(struct inode *inode, uint32_t flags, bool closed);

	/* Mode, owner or times were changed; ctime_ns is already updated. May be absent. */
	void (*attr_changed)(struct inode *inode);
	/* The access time was changed, which no watcher is told about. May be absent. */
	void (*atime_changed)(struct inode *inode);

	/*
	 * Regular files that support poll: as file_ops.poll; 0: this one does not. May be absent.
	 */
	uint32_t (*poll)(struct inode *file, struct poll_entry *e);

	/* Regular files: the number of bytes moved, or -errno. */
	long (*read)(struct inode *file, uint64_t pos, struct uio *u);
	long (*write)(struct inode *file, uint64_t pos, struct uio *u);
	int (*truncate)(struct inode *file, uint64_t size);
	/*
	 * The same with inode.lock instead of the kernel lock; returns the number of bytes moved.
	 * What remains in `u` is left to read() and write(). May be absent, both together.
	 */
	long (*read_unlocked)(struct inode *file, uint64_t pos, struct uio *u);
	long (*write_unlocked)(struct inode *file, uint64_t pos, struct uio *u);
	/*
	 * Allocates blocks for [pos, pos + len), growing the file unless `keep`; or, with `clear`,
	 * zeroes the range and frees what blocks it can. Absent: -EOPNOTSUPP.
	 */
	int (*allocate)(struct inode *file, uint64_t pos, uint64_t len, bool keep, bool clear);

	/*
	 * The first offset from `pos` on (which lies within the file) that is in a hole, or in data
	 * if `hole` is false; the file's size if there is none. Called with inode.lock. Absent: the
	 * file has no holes.
	 */
	uint64_t (*seek_hole)(struct inode *file, uint64_t pos, bool hole);

	/* The last reference was dropped. */
	void (*release)(struct inode *inode);
};

/* A file time: set explicitly, updated by reading, or read from a disk. */
struct file_time {
	int64_t sec;	     /* since the epoch */
	uint32_t nsec_plus1; /* nanoseconds + 1; 0: unset, and changed_ns applies */
	/*
	 * In `modified` only: the day (timer_day) on which the access time was last found up to
	 * date, so that relatime need not look again; 0: unknown.
	 */
	uint32_t atime_day;
};

/*
 * Guarded by the kernel lock. Where the file system supplies read_unlocked(), pages and `size` are
 * changed under `lock` as well, so that either lock is enough to read them. The words stat()
 * reports may be read without a lock.
 */
struct inode {
	struct object object; /* reference count, and the pages for mmap() */
	const struct inode_ops *ops;
	uint64_t ino;
	uint32_t mode;
	uint32_t links;
	uint32_t uid, gid;
	uint64_t device; /* device nodes only */
	uint64_t size;
	uint64_t changed_ns; /* last change of the contents, in ns since boot; 0: unknown */
	uint64_t pages;	     /* allocated, for st_blocks */
	struct file_time accessed, modified;
	/*
	 * Status change time, ns since the epoch; stat() reports the later of this and changed_ns.
	 */
	uint64_t ctime_ns;
	/* Open files that may write to it: while there are any it cannot be executed. Atomic. */
	uint32_t writers;
	bool executed; /* at some time; it may still be running though no longer executable */
	bool linkable; /* without links, but link() may give it a name (O_TMPFILE) */
	/* The mounted file system; NULL: in memory only. */
	struct volume *volume;
	/*
	 * The root mounted on this directory; and for such a root, its mountpoint. No references.
	 */
	struct inode *mounted, *mountpoint;
	/* F_SEAL_* (F_ADD_SEALS); extended attributes, NULL: none. */
	uint32_t seals;
	struct xattr *xattrs;
	/* Advisory locks; NULL: none was ever set. */
	struct lock_set *locks;
	/* inotify and dnotify watches; owned by ipc. */
	struct watch *watches;
	/*
	 * What the openers of a FIFO, or the peers of a bound socket, share; owned by ipc and net.
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

/* Without the kernel lock, which is taken to drop the last reference. */
void inode_put_unlocked(struct inode *i);

static inline struct file_time file_time_from_ns(uint64_t ns)
{
	return (struct file_time){(int64_t)(ns / NS_PER_SEC), (uint32_t)(ns % NS_PER_SEC) + 1, 0};
}

/* Records a status change at time `ns`. */
static inline void inode_set_ctime(struct inode *i, uint64_t ns)
{
	i->ctime_ns = ns;
	i->modified.atime_day = 0;
}

/*
 * Sets the size of a regular file, and unmaps the pages cut off from every address space. 0 or
 * -errno.
 */
static inline int inode_truncate(struct inode *i, uint64_t size)
{
	int err = i->ops->truncate(i, size);

	if (unlikely(i->object.mapped) && !err)
		object_unmap(&i->object, ALIGN_UP(size, PAGE_SIZE), UINT64_MAX, true);
	return err;
}

/* Updates the access time as the mount options say (relatime). On a disk: with the kernel lock. */
void inode_update_atime(struct inode *i);

/* The file was read, listed or followed, without O_NOATIME. */
static inline void inode_accessed(struct inode *i)
{
	if (unlikely(i->modified.atime_day != timer_day))
		inode_update_atime(i);
}

static inline bool inode_is(const struct inode *i, uint32_t type)
{
	return (i->mode & S_IFMT) == type;
}
