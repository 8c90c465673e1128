/* fcntl() and ioctl() on signal-driven I/O, directory notification and leases. */
#include "proc/signal/async.h"
#include "fs/lock.h"
#include "fs/notify.h"
#include "ipc/inotify.h"
#include "syscall/user.h"

#define F_SETOWN    8
#define F_GETOWN    9
#define F_SETSIG    10
#define F_GETSIG    11
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16

#define F_SETLEASE 1024
#define F_GETLEASE 1025
#define F_NOTIFY   1026

#define DN_MULTISHOT 0x80000000u

#define FIOASYNC  0x5452
#define FIOSETOWN 0x8901
#define SIOCSPGRP 0x8902
#define FIOGETOWN 0x8903
#define SIOCGPGRP 0x8904

struct user_owner {
	int32_t kind, id;
};

/* A negative id is a process group's. */
static long set_owner(struct file *f, int id)
{
	if (id == INT32_MIN)
		return -EINVAL;
	return async_set_owner(f, id < 0 ? ASYNC_GROUP : ASYNC_PROCESS, id < 0 ? -id : id);
}

static int get_owner(const struct file *f)
{
	enum async_owner kind;
	int id = async_owner(f, &kind);

	return kind == ASYNC_GROUP ? -id : id;
}

/* F_NOTIFY. Without an owner the caller gets the signals. */
static long notify(struct file *f, int fd, uint32_t events)
{
	static const uint32_t masks[] = {
		IN_ACCESS,  IN_MODIFY, IN_CREATE | IN_MOVED_TO, IN_DELETE | IN_MOVED_FROM,
		IN_RENAMED, IN_ATTRIB,
	};
	uint32_t mask = events & DN_MULTISHOT ? 0 : IN_ONESHOT;
	enum async_owner kind;
	int err = 0;

	if (!(events & ~DN_MULTISHOT)) {
		dnotify_remove(f);
		return 0;
	}
	if (!f->inode || !inode_is(f->inode, S_IFDIR))
		return -ENOTDIR;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++)
		mask |= events & BIT(i) ? masks[i] : 0;
	if (!async_owner(f, &kind))
		err = async_set_owner(f, ASYNC_PROCESS, process_current()->pid);
	return err ? err : dnotify_set(f, fd, mask);
}

static long set_lease(struct file *f, int fd, int type)
{
	enum async_owner kind;
	int err = 0;

	if (!f->inode || !inode_is(f->inode, S_IFREG) || type < LOCK_READ || type > LOCK_NONE)
		return -EINVAL;
	if (credentials_current()->fsuid != f->inode->uid && !capable(CAP_LEASE))
		return -EACCES;
	if (type != LOCK_NONE && !async_owner(f, &kind))
		err = async_set_owner(f, ASYNC_PROCESS, process_current()->pid);
	err = err ? err : lease_set(f, fd, type);
	if (err || type != LOCK_NONE)
		return err;
	/* As on Linux, giving up a lease resets signal and owner. */
	async_set_signal(f, 0);
	return async_set_owner(f, ASYNC_PROCESS, 0);
}

long async_fcntl(struct file *f, uint64_t fd, uint64_t command, uint64_t arg)
{
	enum async_owner kind;
	struct user_owner o;

	switch (command) {
	case F_SETOWN:
		return set_owner(f, (int)arg);
	case F_GETOWN:
		return get_owner(f);
	case F_SETSIG:
		return async_set_signal(f, arg);
	case F_GETSIG:
		return async_signal(f);
	case F_SETLEASE:
		return set_lease(f, (int)fd, (int)arg);
	case F_GETLEASE:
		return f->inode ? lease_get(f) : -EINVAL;
	case F_NOTIFY:
		return notify(f, (int)fd, (uint32_t)arg);
	case F_SETOWN_EX:
		if (copy_from_user(&o, arg, sizeof(o)) < 0)
			return -EFAULT;
		if (o.kind < ASYNC_THREAD || o.kind > ASYNC_GROUP)
			return -EINVAL;
		return async_set_owner(f, (enum async_owner)o.kind, o.id);
	case F_GETOWN_EX:
		o.id = async_owner(f, &kind);
		o.kind = (int)kind;
		return copy_to_user(arg, &o, sizeof(o));
	default:
		return -EINVAL;
	}
}

long async_ioctl(struct file *f, uint32_t fd, uint32_t request, uint64_t arg)
{
	bool is_socket = f->ops->kind && f->ops->kind[0] == 's';
	int value;

	if (request != FIOASYNC && (!is_socket || request < FIOSETOWN || request > SIOCGPGRP))
		return f->ops->ioctl ? f->ops->ioctl(f, request, arg) : -ENOTTY;
	if (request == FIOGETOWN || request == SIOCGPGRP) {
		value = get_owner(f);
		return copy_to_user(arg, &value, sizeof(value));
	}
	if (copy_from_user(&value, arg, sizeof(value)) < 0)
		return -EFAULT;
	if (request != FIOASYNC)
		return set_owner(f, value);
	if (!f->ops->signals)
		return !value == !(f->flags & O_ASYNC) ? 0 : -ENOTTY;
	return async_set(f, (int)fd, value);
}
