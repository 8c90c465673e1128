/* Shared by system calls: files by descriptor, and inodes by paths in user memory. */
#pragma once

#include "arch/spin.h"
#include "arch/uaccess.h"
#include "fs/credentials.h"
#include "fs/file.h"
#include "fs/path.h"
#include "fs/peek.h"
#include "lib/errno.h"
#include "proc/process.h"
#include "syscall/syscalls.h"

#define AT_FDCWD	    (-100)
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR	    0x200
#define AT_SYMLINK_FOLLOW   0x400
#define AT_EMPTY_PATH	    0x1000

/* Most bytes in one read or write, so that a count always fits the result. */
#define RW_MAX 0x7ffff000ul

/* For a call that runs without the kernel lock: one step that needs it. */
#define WITH_KERNEL_LOCK(call)                                                                     \
	({                                                                                         \
		KERNEL_SCOPE();                                                                    \
		(call);                                                                            \
	})

static inline struct file *user_file(uint64_t fd)
{
	return files_find(process_current()->files, fd);
}

/*
 * With a reference, for calls that may sleep: another thread may close the descriptor meanwhile.
 * The caller puts it.
 */
static inline struct file *user_file_get(uint64_t fd)
{
	struct file *f = user_file(fd);

	if (likely(f))
		file_get(f);
	return f;
}

/* The thread of that tid, 0 being the caller; or NULL. */
static inline struct thread *user_thread(uint64_t tid)
{
	return tid ? thread_find((int)tid) : thread_current();
}

/* Whether the caller may set the scheduling of `t`: same user, or CAP_SYS_NICE. */
static inline bool user_may_schedule(const struct thread *t)
{
	uint32_t euid = credentials_current()->euid;

	return euid == t->cred->uid || euid == t->cred->euid || capable(CAP_SYS_NICE);
}

/* Writes a struct rusage. 0 or -EFAULT. */
int usage_put(uint64_t out, const struct usage *u);

/* Lock commands of fcntl(). */
#define F_GETLK	 5
#define F_SETLK	 6
#define F_SETLKW 7
/* The same for locks owned by the open file. */
#define F_OFD_GETLK  36
#define F_OFD_SETLK  37
#define F_OFD_SETLKW 38
/* Without the kernel lock; the caller holds a reference. */
long fcntl_lock(struct file *f, uint64_t fd, uint64_t command, uint64_t arg);

/* Commands of fcntl() and ioctl() on signal-driven I/O. -EINVAL, -ENOTTY: not one of these. */
long async_fcntl(struct file *f, uint64_t fd, uint64_t command, uint64_t arg);
long async_ioctl(struct file *f, uint32_t fd, uint32_t request, uint64_t arg);

/* For MAP_LOCKED and MCL_FUTURE: locks a new mapping. -EAGAIN: RLIMIT_MEMLOCK; -EPERM. */
int user_lock_new(uint64_t addr, uint64_t len);
/* MCL_FUTURE: locks the heap, as far as allowed. */
void user_lock_heap(struct space *s);

/* Faults in the accessible pages of [addr, end). 0 or -ENOMEM. */
int user_populate(uint64_t addr, uint64_t end);

/* Total length of an iovec array, at most RW_MAX. -EFAULT, -EINVAL. */
long vector_size(uint64_t iov, uint64_t count);

/* Passes the result of a write on; -EPIPE also raises SIGPIPE. */
long user_check_sigpipe(long n);

/* pread() and pwrite(), with the kernel lock. The caller holds a reference if it may sleep. */
long user_transfer_at(struct file *f, struct uio *u, int64_t pos, bool write);

/* Whether the file is a byte stream or byte array, unlike a directory, epoll set or eventfd. */
bool user_has_bytes(const struct file *f);

/* Applies `op`, read or write, to each entry of a vector until one is short. */
long transfer_vec(struct file *f, long (*op)(struct file *f, struct uio *u), uint64_t iov,
		  uint64_t count);

/* Sets the size of a file. -EFBIG: RLIMIT_FSIZE. */
int user_truncate(struct inode *inode, uint64_t size);

/* prctl(PR_SET_SECCOMP). */
long user_set_seccomp(uint64_t mode, uint64_t program);

/* Whether a System V segment has it as its memory. */
bool shm_is_object(const struct object *o);
/* ptrace() on a tracee's program, by index: its code, or with `metadata` its flags. */
struct trace;
long user_get_filter(const struct trace *tr, uint64_t addr, uint64_t at, bool metadata);

/* F_ADD_SEALS and F_GET_SEALS. */
long user_add_seals(struct file *f, uint64_t seals);
long user_get_seals(const struct file *f);

/* Copies a path in. -ENOENT: it is empty and `empty` is false. 0 or -errno. */
int user_path(char out[PATH_LEN_MAX], uint64_t path, bool empty);

/* The start of a walk from `dirfd`. Holds no references. */
int user_base(int dirfd, const char *path, struct path_base *out);

/* The inode of a user's path, with a reference. */
int user_inode(int dirfd, uint64_t path, unsigned int at_flags, struct inode **out);
/* The same for a path that was copied in. */
int user_find(int dirfd, const char *path, unsigned int at_flags, struct inode **out);
/*
 * The same without the kernel lock and without a reference (fs/peek.h). NULL: peek_absent(), or
 * take the slow path.
 */
struct inode *user_peek(int dirfd, const char *path, unsigned int at_flags, struct peek *p);

/*
 * Whether the caller may create that name (-EEXIST takes precedence over -EACCES), or remove it. No
 * lookup for root.
 */
int user_may_create(const struct path_last *last);
int user_may_remove(const struct path_last *last);

/* The last component of a user's path; `buffer` must outlive `last`. */
int user_parent(int dirfd, uint64_t path, char buffer[PATH_LEN_MAX], struct path_last *last);

/* Whether mode, owner and times may be changed: 0 or -EROFS. And what to call after a change. */
int inode_check_changeable(const struct inode *inode);
void inode_mark_changed(struct inode *inode);
