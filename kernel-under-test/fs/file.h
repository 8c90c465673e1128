/* Open files and the tables of file descriptors. */
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
/* Of a pipe: packets. */
#define O_DIRECT    040000
#define O_DIRECTORY 0200000
#define O_NOFOLLOW  0400000
#define O_NOATIME   01000000
#define O_CLOEXEC   02000000
#define O_LARGEFILE 0100000
#define O_PATH	    010000000
/* A file without a name, in that directory; O_DIRECTORY goes with it. */
#define O_TMPFILE_BIT 020000000

/* Descriptors a process may have before it asks for more, and may ask for (RLIMIT_NOFILE). */
#define FILES_SOFT_DEFAULT 1024
#define FILES_HARD_DEFAULT 4096
/* For so many a table has room in itself. */
#define FILES_INLINE 256
/* What anyone may have: /proc/sys/fs/nr_open. */
extern uint64_t files_nr_open;

struct epoll_item;
struct file_async;
struct file;
struct poll_entry;

struct file_ops {
	/* What links to it say where there is no name: "pipe", "anon_inode:[eventfd]". */
	const char *kind;
	/*
	 * A device is being opened: may set `data`, and `ops` to those of what it leads to. 0 or
	 * -errno; then release() is not called. May be absent.
	 */
	int (*open)(struct file *f);
	/* Move up to u->left bytes; how many were moved, or -errno. Absent: -EINVAL. */
	long (*read)(struct file *f, struct uio *u);
	long (*write)(struct file *f, struct uio *u);
	/*
	 * The same without the kernel lock: how many bytes were moved, or -errno. What is left in
	 * `u` then is for read() and write() with it; so if that was all there is to do, nothing
	 * is left. May sleep, with a reference: uio.held, which is the caller's to put if something
	 * is left. May be absent.
	 */
	long (*read_unlocked)(struct file *f, struct uio *u);
	long (*write_unlocked)(struct file *f, struct uio *u);
	/* The new position, or -errno; without the kernel lock. Absent: -ESPIPE. */
	int64_t (*seek)(struct file *f, int64_t offset, int whence);
	/* Absent: -ENOTTY. */
	long (*ioctl)(struct file *f, uint64_t request, uint64_t arg);
	/*
	 * What can be done now without sleeping (POLL_*), and with `e` also where to be told of
	 * changes (poll_add). Absent: reading and writing never sleep.
	 */
	uint32_t (*poll)(struct file *f, struct poll_entry *e);
	/* The same without the kernel lock. POLL_NEEDS_LOCK: it takes that. May be absent. */
	uint32_t (*poll_unlocked)(struct file *f, struct poll_entry *e);
	/* The last reference is gone. May be absent. */
	void (*release)(struct file *f);
	/* O_ASYNC is for it: what poll() tells of can be told by a signal. */
	bool signals;
};

/*
 * Guarded by the kernel lock; `ops`, `inode` and `data` never change once it is open. References
 * may be taken and put without, but the last: that goes with the kernel lock, so who has it may use
 * what he finds until he sleeps. `pos` of
 * a file whose inode has read_unlocked() is moved on with inode.lock; who does so with the kernel
 * lock counts himself in `pos_holders` meanwhile, and keeps the others away. Seeking is one store.
 */
struct file {
	uint32_t refs;
	uint32_t flags;
	uint32_t pos_holders;
	bool writer; /* counted in inode->writers */
	/* Closed somewhere without waiting for those that looked it up there. */
	bool unsettled;
	const struct file_ops *ops;
	struct inode *inode; /* NULL: none, as for a pipe */
	uint64_t pos;
	void *data; /* belongs to ops */
	/* The epoll sets it is in, which must forget it before it goes. */
	struct epoll_item *watched;
	/* Who gets signals of it (proc/signal/async.h); NULL: nobody was ever named. */
	struct file_async *async;
};

/* Sleeps on `q`, unless the file is not to wait: 0, -EAGAIN, -ERESTARTSYS. */
static inline int file_sleep(const struct file *f, struct wait_queue *q)
{
	return f->flags & O_NONBLOCK ? -EAGAIN : wait_sleep(q, WAIT_INTERRUPTIBLE);
}

/* Of what has no inode, by its `data`: the same for all that share it, told by stat and /proc. */
static inline uint64_t file_anon_ino(const void *data)
{
	return (uint64_t)data * 0x9e3779b97f4a7c15ull >> 40;
}

/* An open file with one reference that takes over the caller's on `inode`; NULL without memory. */
struct file *file_alloc(const struct file_ops *ops, uint32_t flags, struct inode *inode,
			void *data);
/* What file_open() gives files that have no device behind them: regular.c. */
extern const struct file_ops file_regular_ops, file_polled_ops, file_directory_ops;

/* One of `data` alone, which is freed if there is no memory. 0 or -ENOMEM. */
int file_create_anon(const struct file_ops *ops, uint32_t flags, void *data, struct file **out);

static inline struct file *file_get(struct file *f)
{
	__atomic_fetch_add(&f->refs, 1, __ATOMIC_RELAXED);
	return f;
}

void file_release(struct file *f);
/*
 * Without the kernel lock: the last reference, on one that nobody else can find or has found, with
 * an inode that has no locks. -EAGAIN: it takes that lock.
 */
int file_release_unlocked(struct file *f);

static inline void file_put(struct file *f)
{
	if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) == 0)
		file_release(f);
}

DEFINE_SCOPED(struct file *, file_put)

/* Without the kernel lock. False: it is the last reference, and still there. */
static inline bool file_put_unless_last(struct file *f)
{
	return refs_put_unless_last(&f->refs);
}

/* Takes the kernel lock if this CPU does not have it. */
void file_put_last(struct file *f);

/* With the kernel lock, or without. */
static inline void file_put_unlocked(struct file *f)
{
	if (unlikely(!file_put_unless_last(f)))
		file_put_last(f);
}

DEFINE_SCOPED(struct file *, file_put_unlocked)

/* Given by proc: whether a process runs that program. */
bool file_is_running(const struct inode *inode);

/* Given by ipc: takes a file that goes out of all epoll sets. */
void file_epoll_release(struct file *f);
/* Given by proc: the same of signals. */
void file_async_release(struct file *f);

/* It is read, or mapped. */
static inline void file_accessed(struct file *f)
{
	if (unlikely(f->inode->modified.seen != timer_day) && !(f->flags & O_NOATIME))
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

/* As fcntl() tells them: what was opened is of any size. */
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

/* The file behind an inode of any type, opened. Takes a reference of its own on `inode`. */
int file_open(struct inode *inode, uint32_t flags, struct file **out);

/*
 * The same of what was found without the kernel lock (fs/peek.h), and without it; not
 * O_TRUNC. NULL: the long way.
 */
struct file *file_open_unlocked(struct inode *inode, uint32_t flags, uint32_t before);

/*
 * The caller's limit on the size of files (RLIMIT_FSIZE): cuts what is to be written to a regular
 * file at `pos`. -EFBIG, and a signal, when nothing is left.
 */
int file_clamp_to_limit(const struct inode *inode, uint64_t pos, struct uio *u);

/* Given by proc. Where that limit is, and that it was run into. */
uint64_t file_size_limit(void);
void file_limit_exceeded(void);

/*
 * Without the kernel lock: moves the entries of a vector to or from a regular file at `pos`, or at
 * its position (-1), as far as that goes without. How many bytes; `v` is what is left to do.
 */
long file_transfer_vec(struct file *f, struct uio_vec *v, int64_t pos, bool write);

/* Reads kernel bytes at `pos`: how many, or -errno. */
long file_read_at(struct inode *inode, uint64_t pos, void *to, size_t n);

/* For 64 descriptors a bit each: it is in use, and (of such) is closed by execve. */
struct files_word {
	uint64_t used, cloexec;
};

/*
 * Changed with `lock`; `slots` and `capacity` with the kernel lock too, so that either is enough to
 * look. A thread of the process that has the table may look up files without any: a slot is
 * emptied, and slots move, in a way that leaves what was found good until that thread's CPU has
 * answered (sched_settle).
 */
struct files {
	struct spinlock lock;
	uint32_t refs;
	uint32_t capacity;
	/* None below is free. No descriptor is given out from `limit` on. */
	uint32_t hint, limit;
	struct file **slots;
	/* `first` while that is enough. */
	struct files_word *words, first[FILES_INLINE / 64];
};

/* An empty table with one reference; NULL without memory. */
struct files *files_create(void);
struct files *files_clone(struct files *from);
/* For another process that opens and closes together with those that have it. */
struct files *files_get(struct files *t);
void files_put(struct files *t);
void files_close_on_exec(struct files *t);

/* The file of a descriptor, or NULL. The reference stays the table's. */
static inline struct file *files_find(const struct files *t, uint64_t fd)
{
	/* In this order: the slots are as many before the capacity says so. */
	return likely(fd < READ_ONCE(t->capacity)) ? READ_ONCE(READ_ONCE(t->slots)[fd]) : NULL;
}

/* In another process's table: with a reference, as that process closes without the kernel lock. */
struct file *files_find_get(struct files *t, uint64_t fd);

/*
 * With the kernel lock, or without it for the caller's own table. The lowest free descriptor from
 * `from` on, which takes over the caller's reference; -EMFILE.
 */
int files_add(struct files *t, struct file *f, uint32_t from, bool cloexec);
/* Puts `f` at `fd`, closing what was there. */
int files_replace(struct files *t, struct file *f, uint32_t fd, bool cloexec);
int files_close(struct files *t, uint64_t fd);

/* Whether `fd` still is `f`: if not, whoever took it away does not see what was done since. */
bool files_holds(struct files *t, uint64_t fd, const struct file *f);

/*
 * Without the kernel lock. The lowest free descriptor for the file of `fd`, -EBADF, -EMFILE;
 * -EAGAIN: the table must grow, which takes the lock.
 */
int files_dup(struct files *t, uint64_t fd);
/*
 * Without the kernel lock: 0, -EBADF. -EAGAIN: *left is a file whose reference was the table's; it
 * must go by files_drop() with that lock. `threads`: the process has others.
 */
int files_close_unlocked(struct files *t, uint64_t fd, bool threads, struct file **left);
void files_drop(struct files *t, struct file *f);

static inline bool files_is_cloexec(const struct files *t, uint32_t fd)
{
	return t->words[fd / 64].cloexec & BIT(fd % 64);
}

void files_set_cloexec(struct files *t, uint32_t fd, bool on);
