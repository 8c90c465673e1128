/* What system calls share: reaching files by number and inodes by a path in user memory. */
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

/* No read or write moves more, so that a length always fits the result. */
#define RW_MAX 0x7ffff000ul

/* What a call that runs without the kernel lock can't do so. */
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
 * The same with a reference, for calls that may sleep: meanwhile another thread may close the
 * descriptor. file_put() it.
 */
static inline struct file *user_file_get(uint64_t fd)
{
	struct file *f = user_file(fd);

	if (likely(f))
		file_get(f);
	return f;
}

/* The thread of that number, 0 being the caller's, or NULL. */
static inline struct thread *user_thread(uint64_t tid)
{
	return tid ? thread_find((int)tid) : thread_current();
}

/* Whether the caller may change who runs `t` how: it is the same user's, or CAP_SYS_NICE. */
static inline bool user_may_schedule(const struct thread *t)
{
	uint32_t euid = credentials_current()->euid;

	return euid == t->cred->uid || euid == t->cred->euid || capable(CAP_SYS_NICE);
}

/* Writes a struct rusage. 0 or -EFAULT. */
int usage_put(uint64_t out, const struct usage *u);

/* fcntl()'s commands on locks. */
#define F_GETLK	 5
#define F_SETLK	 6
#define F_SETLKW 7
/* The same, of the open file and not of the process. */
#define F_OFD_GETLK  36
#define F_OFD_SETLK  37
#define F_OFD_SETLKW 38
/* Without the kernel lock, and with a reference. */
long fcntl_lock(struct file *f, uint64_t fd, uint64_t command, uint64_t arg);

/* fcntl() and ioctl() on who gets signals of the file; -EINVAL, -ENOTTY: not such a command. */
long async_fcntl(struct file *f, uint64_t fd, uint64_t command, uint64_t arg);
long async_ioctl(struct file *f, uint32_t fd, uint32_t request, uint64_t arg);

/* Locks what was just mapped. -EAGAIN: more than the caller may lock; -EPERM. */
int user_lock_new(uint64_t addr, uint64_t len);
/* The same of the heap, as far as may be: MCL_FUTURE. */
void user_lock_heap(struct space *s);

/* Brings in what of [addr, end) may be touched. 0 or -ENOMEM. */
int user_populate(uint64_t addr, uint64_t end);

/* All bytes of a user's vector, at most RW_MAX. -EFAULT, -EINVAL. */
long vector_size(uint64_t iov, uint64_t count);

/* The result `n` of writing: -EPIPE comes with its signal. */
long user_check_sigpipe(long n);

/* As pread() and pwrite(), with the kernel lock; of what may sleep `f` wants a reference. */
long user_transfer_at(struct file *f, struct uio *u, int64_t pos, bool write);

/* Of files, devices, pipes, sockets bytes come in a row; not of events, and not of directories. */
bool user_has_bytes(const struct file *f);

/* Applies read or write (`op`) to each entry of a vector, until one is moved only in part. */
long transfer_vec(struct file *f, long (*op)(struct file *f, struct uio *u), uint64_t iov,
		  uint64_t count);

/* Sets the size of a file. -EFBIG: more than the caller's limit. */
int user_truncate(struct inode *inode, uint64_t size);

/* prctl(PR_SET_SECCOMP). */
long user_set_seccomp(uint64_t mode, uint64_t program);

/* fcntl() on seals. */
long user_add_seals(struct file *f, uint64_t seals);
long user_get_seals(const struct file *f);

/* Copies a path in; -ENOENT when it is empty unless `empty` allows that. 0 or -errno. */
int user_path(char out[PATH_LEN_MAX], uint64_t path, bool empty);

/* Where a walk from `dirfd` starts. The inode stays the process's or the file's. */
int user_base(int dirfd, const char *path, struct path_base *out);

/* The inode of a user's path, with a reference. */
int user_inode(int dirfd, uint64_t path, unsigned int at_flags, struct inode **out);
/* The same of one that was copied in. */
int user_find(int dirfd, const char *path, unsigned int at_flags, struct inode **out);
/*
 * The same without the kernel lock, and no reference (fs/peek.h). NULL: peek_absent(), or the long
 * way.
 */
struct inode *user_peek(int dirfd, const char *path, unsigned int at_flags, struct peek *p);

/*
 * Whether the caller may make that name (-EEXIST comes before -EACCES), or remove it. Root pays
 * nothing for the check.
 */
int user_may_create(const struct path_last *last);
int user_may_remove(const struct path_last *last);

/* The place of the last name of a user's path; `buffer` must live as long as `last`. */
int user_parent(int dirfd, uint64_t path, char buffer[PATH_LEN_MAX], struct path_last *last);

/*
 * Whether mode, owner and times may be changed at all: 0 or -EROFS. To be called after changing
 * them.
 */
int inode_check_changeable(const struct inode *inode);
void inode_mark_changed(struct inode *inode);
