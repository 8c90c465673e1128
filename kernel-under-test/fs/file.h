/* Open files and file descriptor tables. */
#pragma once

#include "fs/inode.h"
#include "fs/poll.h"
#include "fs/uio.h"
#include "lib/refs.h"
#include "lib/types.h"

/* Open flags, numbered as on Linux. */
#define O_ACCMODE  03
#define O_RDONLY   00
#define O_WRONLY   01
#define O_RDWR	   02
#define O_CREAT	   0100
#define O_EXCL	   0200
#define O_NOCTTY   0400
#define O_TRUNC	   01000
#define O_APPEND   02000
#define O_NONBLOCK 04000
#define O_ASYNC	   020000
/* On a pipe: packet mode. */
#define O_DIRECT    040000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000
#define O_NOATIME   01000000
#define O_CLOEXEC   02000000
#define O_LARGEFILE 0100000
#define O_PATH	    010000000
/* O_TMPFILE without the O_DIRECTORY that is part of it. */
#define O_TMPFILE_BIT 020000000

/* Default soft and hard limits on descriptors (RLIMIT_NOFILE). */
#define FILES_SOFT_DEFAULT 1024
#define FILES_HARD_DEFAULT 4096
/* Descriptors whose bitmap is part of struct files itself. */
#define FILES_INLINE 256
/* The ceiling of RLIMIT_NOFILE: /proc/sys/fs/nr_open. */
extern uint64_t files_nr_open;

struct epoll_item;
struct file_async;
struct file;
struct peek;
struct poll_entry;

struct file_ops {
	/* What /proc/PID/fd shows for a file without a name: "pipe", "anon_inode:[eventfd]". */
	const char *kind;
	/*
	 * Opens a device: may set `data`, and replace `ops`. 0, or -errno, and then release() is
	 * not called. May be absent.
	 */
	int (*open)(struct file *f);
	/* Move up to u->left bytes; return how many were moved, or -errno. Absent: -EINVAL. */
	long (*read)(struct file *f, struct uio *u);
	long (*write)(struct file *f, struct uio *u);
	/*
	 * The same without the kernel lock. What remains in `u` afterwards is left to read() and
	 * write() under that lock, so nothing remains if the request is complete. If it sleeps it
	 * takes a reference, uio.held, which the caller puts if something remains. May be absent.
	 */
	long (*read_unlocked)(struct file *f, struct uio *u);
	long (*write_unlocked)(struct file *f, struct uio *u);
	/* The new position, or -errno. Called without the kernel lock. Absent: -ESPIPE. */
	int64_t (*seek)(struct file *f, int64_t offset, int whence);
	/* Absent: -ENOTTY. */
	long (*ioctl)(struct file *f, uint64_t request, uint64_t arg);
	/*
	 * The events that are ready (POLL_*); with `e`, also subscribes to changes (poll_add).
	 * Absent: always ready for reading and writing.
	 */
	uint32_t (*poll)(struct file *f, struct poll_entry *e);
	/*
	 * The same without the kernel lock, taking no lock at all if `e` is NULL. POLL_NEEDS_LOCK:
	 * call poll(). May be absent.
	 */
	uint32_t (*poll_unlocked)(struct file *f, struct poll_entry *e);
	/* The last reference was dropped. May be absent. */
	void (*release)(struct file *f);
	/* O_ASYNC works: the events of poll() can raise a signal. */
	bool signals;
};

/*
 * Guarded by the kernel lock; `ops`, `inode` and `data` are constant once it is open. References
 * may be taken and dropped without the lock, except the last one: so whoever holds the lock may use
 * a file found in a table until it sleeps.
 *
 * `pos` of a file whose inode has read_unlocked() is advanced under inode.lock. Code that advances
 * it under the kernel lock raises `pos_holders` meanwhile, which keeps the lockless path away. A
 * seek is a single store.
 */
struct file {
	uint32_t refs;
	uint32_t flags;
	uint32_t pos_holders;
	bool writer; /* counted in inode->writers */
	/*
	 * It was closed while another thread may have been looking it up in a table: a grace period
	 * must pass before it is freed.
	 */
	bool unsettled;
	const struct file_ops *ops;
	struct inode *inode; /* NULL: none, as for a pipe */
	uint64_t pos;
	void *data; /* private to ops */
	/* The epoll sets that hold it, which are detached before it is freed. */
	struct epoll_item *watched;
	/* Receiver of its signals (proc/signal/async.h); NULL: never set. */
	struct file_async *async;
};

/* Sleeps on `q` unless O_NONBLOCK is set. 0, -EAGAIN, -ERESTARTSYS. */
static inline int file_sleep(const struct file *f, struct wait_queue *q)
{
	return f->flags & O_NONBLOCK ? -EAGAIN : wait_sleep(q, WAIT_INTERRUPTIBLE);
}

/*
 * An inode number for a file without an inode, from its `data`: the same for all files that share
 * it. Reported by stat() and /proc.
 */
static inline uint64_t file_anon_ino(const void *data)
{
	return (uint64_t)data * 0x9e3779b97f4a7c15ull >> 40;
}

/*
 * An open file with one reference; takes over the caller's reference on `inode`. NULL: no memory.
 */
struct file *file_alloc(const struct file_ops *ops, uint32_t flags, struct inode *inode,
			void *data);
/* regular.c: operations of files without a device behind them. */
extern const struct file_ops file_regular_ops, file_polled_ops, file_directory_ops;

/* A file without an inode. Takes over `data`, which is freed on -ENOMEM. 0 or -ENOMEM. */
int file_create_anon(const struct file_ops *ops, uint32_t flags, void *data, struct file **out);

static inline struct file *file_get(struct file *f)
{
	__atomic_fetch_add(&f->refs, 1, __ATOMIC_RELAXED);
	return f;
}

void file_release(struct file *f);
/*
 * Frees a file without the kernel lock: the caller dropped the last reference, nobody else can find
 * the file or has found it, and its inode has no locks. -EAGAIN: the kernel lock is needed.
 */
int file_release_unlocked(struct file *f);

static inline void file_put(struct file *f)
{
	if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) == 0)
		file_release(f);
}

DEFINE_SCOPED(struct file *, file_put)

/* Without the kernel lock. False: it is the last reference, which was not dropped. */
static inline bool file_put_unless_last(struct file *f)
{
	return refs_put_unless_last(&f->refs);
}

/* Drops the last reference; takes the kernel lock if this CPU does not hold it. */
void file_put_last(struct file *f);

/* With or without the kernel lock. */
static inline void file_put_unlocked(struct file *f)
{
	if (unlikely(!file_put_unless_last(f)))
		file_put_last(f);
}

DEFINE_SCOPED(struct file *, file_put_unlocked)

/* Implemented by proc: whether a process is running that program. */
bool file_is_running(const struct inode *inode);

/* Implemented by ipc: detaches a file that goes away from its epoll sets. */
void file_epoll_release(struct file *f);
/* Implemented by proc: frees f->async. */
void file_async_release(struct file *f);

/* The file was read or mapped. */
static inline void file_accessed(struct file *f)
{
	if (unlikely(f->inode->modified.atime_day != timer_day) && !(f->flags & O_NOATIME))
		inode_update_atime(f->inode);
}

static inline uint32_t file_poll(struct file *f, struct poll_entry *e)
{
	return f->ops->poll ? f->ops->poll(f, e) : POLL_READABLE | POLL_WRITABLE;
}

static inline uint32_t file_poll_unlocked(struct file *f, struct poll_entry *e)
{
	const struct file_ops *ops = f->ops;

	return likely(ops->poll_unlocked) ? ops->poll_unlocked(f, e)
	       : ops->poll		  ? POLL_NEEDS_LOCK
					  : POLL_READABLE | POLL_WRITABLE;
}

/* The flags that F_GETFL reports: on a 64-bit system every open file is O_LARGEFILE. */
static inline uint32_t file_user_flags(const struct file *f)
{
	return f->flags | (f->inode && !(f->flags & O_PATH) ? O_LARGEFILE : 0);
}

static inline bool file_readable(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_WRONLY && !(f->flags & O_PATH);
}

static inline bool file_writable(const struct file *f)
{
	return (f->flags & O_ACCMODE) != O_RDONLY && !(f->flags & O_PATH);
}

/* Opens an inode of any type. Takes its own reference on `inode`. 0 or -errno. */
int file_open(struct inode *inode, uint32_t flags, struct file **out);

/*
 * The same without the kernel lock, for an inode found by a peek that began at `before`
 * (fs/peek.h); not for O_TRUNC. NULL: take the slow path.
 */
struct file *file_open_unlocked(struct inode *inode, uint32_t flags, const struct peek *p);

/*
 * Applies the caller's RLIMIT_FSIZE: shortens a write to a regular file at `pos`. 0; or -EFBIG and
 * SIGXFSZ when nothing may be written.
 */
int file_clamp_to_limit(const struct inode *inode, uint64_t pos, struct uio *u);

/* Implemented by proc: the limit, and what happens when it is hit. */
uint64_t file_size_limit(void);
void file_limit_exceeded(void);

/*
 * Without the kernel lock: transfers the entries of a vector to or from a regular file, at `pos` or
 * at the file's position (-1), as far as that works without it. Returns the number of bytes; `v` is
 * left with the rest.
 */
long file_transfer_vec(struct file *f, struct uio_vec *v, int64_t pos, bool write);

/* Reads into kernel memory at `pos`: the number of bytes, or -errno. */
long file_read_at(struct inode *inode, uint64_t pos, void *to, size_t n);

/* 64 descriptors, one bit each: in use, and close-on-exec. */
struct files_word {
	uint64_t used, cloexec;
};

/*
 * Changed under `lock`; `slots` and `capacity` also under the kernel lock, so that either lock is
 * enough to read them. A thread of a process that uses the table may look up files without a lock:
 * whoever clears a slot or replaces the array waits for a grace period (sched_synchronize) before
 * freeing what a lookup may have found.
 */
struct files {
	struct spinlock lock;
	uint32_t refs;
	uint32_t capacity;
	/* No descriptor below `hint` is free; none from `limit` on is handed out. */
	uint32_t hint, limit;
	struct file **slots;
	/* `first` until more is needed. */
	struct files_word *words, first[FILES_INLINE / 64];
};

/* An empty table with one reference. NULL: no memory. */
struct files *files_create(void);
struct files *files_clone(struct files *from);
/* Shares the table with another process (CLONE_FILES). */
struct files *files_get(struct files *t);
void files_put(struct files *t);
void files_close_on_exec(struct files *t);

/* The file of a descriptor, or NULL. No reference is taken. */
static inline struct file *files_find(const struct files *t, uint64_t fd)
{
	/* Read in this order: the slots are published before the capacity that counts them. */
	return likely(fd < READ_ONCE(t->capacity)) ? READ_ONCE(READ_ONCE(t->slots)[fd]) : NULL;
}

/* In another process's table, whose threads close without the kernel lock: takes a reference. */
struct file *files_find_get(struct files *t, uint64_t fd);

/*
 * Installs `f` at the lowest free descriptor from `from` on, and takes over the caller's reference.
 * With the kernel lock, or without it for the caller's own table. The descriptor, -EMFILE, -ENOMEM.
 */
int files_add(struct files *t, struct file *f, uint32_t from, bool cloexec);
/* dup2(): installs `f` at `fd`, and closes what was there. */
int files_replace(struct files *t, struct file *f, uint32_t fd, bool cloexec);
int files_close(struct files *t, uint64_t fd);

/*
 * Whether `fd` still refers to `f`. If not, the thread that closed it did not see what the caller
 * did to `f` since it looked it up.
 */
bool files_holds(struct files *t, uint64_t fd, const struct file *f);

/*
 * Without the kernel lock: duplicates `fd` to the lowest free descriptor. -EBADF, -EMFILE; -EAGAIN:
 * the table must grow, which takes the kernel lock.
 */
int files_dup(struct files *t, uint64_t fd);
/*
 * Without the kernel lock: 0, -EBADF. -EAGAIN: *left is the file, whose reference the caller must
 * drop by files_drop() with that lock. `threads`: the process has more than one thread.
 */
int files_close_unlocked(struct files *t, uint64_t fd, bool threads, struct file **left);
void files_drop(struct files *t, struct file *f);

static inline bool files_is_cloexec(const struct files *t, uint32_t fd)
{
	return t->words[fd / 64].cloexec & BIT(fd % 64);
}

void files_set_cloexec(struct files *t, uint32_t fd, bool on);
