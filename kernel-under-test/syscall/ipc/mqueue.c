/* POSIX message queues. */
#include "ipc/mqueue.h"

#include "mm/kmem.h"
#include "proc/signal/signal.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

/* Limits with CAP_SYS_RESOURCE. */
#define COUNT_HARD 65536
#define SIZE_HARD  (1ul << 24)

#define SIGEV_SIGNAL 0
#define SIGEV_NONE   1
#define SIGEV_THREAD 2

/* struct mq_attr of the x86_64 ABI. */
struct user_attr {
	int64_t flags, count_max, size_max, count;
	int64_t reserved[4];
};

static int check_attr(const struct user_attr *a)
{
	bool more = capable(CAP_SYS_RESOURCE);

	if (a->count_max <= 0 || a->size_max <= 0)
		return -EINVAL;
	if (a->count_max > (more ? COUNT_HARD : (int64_t)mqueue_limits.count_max) ||
	    (uint64_t)a->size_max > (more ? SIZE_HARD : mqueue_limits.size_max))
		return -EINVAL;
	return 0;
}

static int get_name(uint64_t at, char name[MQUEUE_NAME_MAX + 1])
{
	long n = copy_string_from_user(name, at, MQUEUE_NAME_MAX + 1);

	if (n < 0)
		return (int)n;
	if (!*name)
		return -ENOENT;
	return strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, "..") ? -EACCES : 0;
}

/* The queue of that name, created if the flags ask for it. */
static int find_or_make(const char *name, uint64_t flags, uint64_t mode, const struct user_attr *a,
			struct mqueue **out)
{
	static const unsigned int masks[] = {MAY_READ, MAY_WRITE, MAY_READ | MAY_WRITE};
	int err = 0;

	*out = mqueue_find(name);
	if (*out && (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return -EEXIST;
	if (*out)
		return mqueue_permission(*out, masks[flags & O_ACCMODE]);
	if (!(flags & O_CREAT))
		return -ENOENT;
	err = check_attr(a);
	if (!err)
		*out = mqueue_create(name, mode & S_PERM & ~process_current()->umask,
				     (uint64_t)a->count_max, (uint64_t)a->size_max,
				     process_limit(RLIMIT_MSGQUEUE), &err);
	return *out ? 0 : err;
}

long sys_mq_open(uint64_t name_at, uint64_t flags, uint64_t mode, uint64_t attr)
{
	const struct mqueue_limits *l = &mqueue_limits;
	struct user_attr a = {.count_max = (int64_t)MIN(l->count_default, l->count_max),
			      .size_max = (int64_t)MIN(l->size_default, l->size_max)};
	char name[MQUEUE_NAME_MAX + 1];
	struct mqueue *q;
	struct file *f;
	long err;

	if ((flags & O_CREAT) && attr && copy_from_user(&a, attr, sizeof(a)) < 0)
		return -EFAULT;
	err = get_name(name_at, name);
	if (!err && (flags & O_ACCMODE) == O_ACCMODE)
		err = -EINVAL;
	if (!err)
		err = find_or_make(name, flags, mode, &a, &q);
	if (err)
		return err;
	/* A notification ended by closing the queue must not be revived by opening it again. */
	if (q->notification.pid && !mqueue_notify_alive(q))
		q->notification.pid = 0;
	f = mqueue_file(q, flags & (O_ACCMODE | O_NONBLOCK));
	return f ? process_add_file(f, true) : -ENOMEM;
}

long sys_mq_unlink(uint64_t name_at)
{
	char name[MQUEUE_NAME_MAX + 1];
	int err = get_name(name_at, name);
	struct mqueue *q = err ? NULL : mqueue_find(name);

	if (!q)
		return err ? err : -ENOENT;
	if (q->uid != credentials_current()->fsuid && !capable(CAP_FOWNER))
		return -EPERM;
	mqueue_unlink(q);
	return 0;
}

/* Converts an absolute wall clock time; `at` 0: never. */
static int get_deadline(uint64_t at, uint64_t *deadline)
{
	uint64_t ns, epoch = time_epoch_ns();
	int err = at ? time_get_user(at, &ns) : 0;

	*deadline = !at ? WAIT_FOREVER : err ? 0 : MAX(ns, epoch + 1) - epoch;
	return err;
}

/* The queue of a descriptor and its open file, or NULL. */
static struct mqueue *queue_of(uint64_t fd, struct file **f)
{
	*f = user_file(fd);
	return *f ? mqueue_of(*f) : NULL;
}

/* The file of a queue, with a reference. */
static int get_queue(uint64_t fd, bool write, uint64_t *deadline, struct file **f)
{
	struct file *found;

	if (!queue_of(fd, &found) || (write ? !file_writable(found) : !file_readable(found)))
		return -EBADF;
	*f = file_get(found);
	if (found->flags & O_NONBLOCK)
		*deadline = 0;
	return 0;
}

static int send(struct mqueue *q, uint64_t from, uint64_t len, uint32_t priority, uint64_t deadline)
{
	struct mqueue_message *m;
	int err;

	if (len > q->size_max)
		return -EMSGSIZE;
	m = kmem_alloc(sizeof(*m) + len);
	if (!m)
		return -ENOMEM;
	m->priority = priority;
	m->len = len;
	err = (len ? copy_from_user(m->bytes, from, len) : 0) ?: mqueue_send(q, m, deadline);
	if (err)
		kmem_free(m);
	return err;
}

long sys_mq_timedsend(uint64_t fd, uint64_t from, uint64_t len, uint64_t priority, uint64_t timeout)
{
	uint64_t deadline;
	struct file *f SCOPED(file_put) = NULL;

	return get_deadline(timeout, &deadline)
		       ?: ((uint32_t)priority >= MQUEUE_PRIORITY_MAX ? -EINVAL : 0)
		       ?: get_queue(fd, true, &deadline, &f)
		       ?: send(mqueue_of(f), from, len, (uint32_t)priority, deadline);
}

long sys_mq_timedreceive(uint64_t fd, uint64_t to, uint64_t len, uint64_t priority_out,
			 uint64_t timeout)
{
	struct mqueue_message *m SCOPED(kmem_free) = NULL;
	uint64_t deadline;
	struct file *f SCOPED(file_put) = NULL;
	long err = get_deadline(timeout, &deadline) ?: get_queue(fd, false, &deadline, &f);

	if (!err)
		err = len < mqueue_of(f)->size_max ? -EMSGSIZE
						   : mqueue_receive(mqueue_of(f), &m, deadline);
	if (err)
		return err;
	if ((m->len && copy_to_user(to, m->bytes, m->len) < 0) ||
	    (priority_out && copy_to_user(priority_out, &m->priority, sizeof(m->priority)) < 0))
		return -EFAULT;
	return (long)m->len;
}

/* SIGEV_THREAD needs netlink notification, which is not supported. */
long sys_mq_notify(uint64_t fd, uint64_t event)
{
	struct process *p = process_current();
	struct {
		uint64_t value;
		int32_t signo, notify;
	} e = {0};
	struct file *f;
	struct mqueue *q;

	if (event) {
		if (copy_from_user(&e, event, sizeof(e)) < 0)
			return -EFAULT;
		if (e.notify != SIGEV_NONE && e.notify != SIGEV_SIGNAL)
			return e.notify == SIGEV_THREAD ? -EBADF : -EINVAL;
		if (e.notify == SIGEV_SIGNAL && (e.signo < 0 || e.signo > SIGNALS_MAX))
			return -EINVAL;
	}
	q = queue_of(fd, &f);
	if (!q)
		return -EBADF;
	if (!event) {
		if (q->notification.pid == p->pid && q->notification.serial == p->serial)
			q->notification.pid = 0;
		return 0;
	}
	if (q->notification.pid && mqueue_notify_alive(q))
		return -EBUSY;
	q->notification = (struct mqueue_notification){
		p->pid, p->serial, e.notify == SIGEV_SIGNAL ? e.signo : 0, e.value};
	return 0;
}

long sys_mq_getsetattr(uint64_t fd, uint64_t new, uint64_t old)
{
	struct user_attr set, was = {0};
	struct file *f;
	struct mqueue *q;

	if (new) {
		if (copy_from_user(&set, new, sizeof(set)) < 0)
			return -EFAULT;
		if (set.flags & ~(int64_t)O_NONBLOCK)
			return -EINVAL;
	}
	q = queue_of(fd, &f);
	if (!q)
		return -EBADF;
	was.flags = f->flags & O_NONBLOCK;
	was.count_max = (int64_t)q->count_max;
	was.size_max = (int64_t)q->size_max;
	was.count = (int64_t)q->count;
	if (new)
		f->flags = (f->flags & ~(uint32_t)O_NONBLOCK) | (uint32_t)set.flags;
	return old ? copy_to_user(old, &was, sizeof(was)) : 0;
}
