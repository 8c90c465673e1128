/* Signal-driven I/O. */
#include "proc/signal/async.h"

#include "net/socket.h"

#include "fs/credentials.h"
#include "fs/notify.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "proc/signal/signal.h"

#define POLL_IN_CODE  1
#define POLL_OUT_CODE 2
#define POLL_MSG_CODE 3
#define POLL_HUP_CODE 6
#define POLL_MSG      0x400

struct file_async {
	struct poll_entry entry;
	struct file *file;
	int fd;
	int signo;
	enum async_owner kind;
	int id;
	uint64_t serial;    /* of the process, since pids are reused */
	uint32_t uid, euid; /* of the thread that set the owner */
};

static struct file_async *get_or_alloc(struct file *f)
{
	if (!f->async)
		f->async = kmem_zalloc(sizeof(struct file_async));
	return f->async;
}

static struct process *owner_process(const struct file_async *a)
{
	const struct thread *t = a->kind == ASYNC_THREAD ? thread_find(a->id) : NULL;
	struct process *p = t ? t->process : process_find(a->id);

	return p && p->serial == a->serial ? p : NULL;
}

static bool in_group(struct process *p, void *ctx)
{
	return p->pgid != *(int *)ctx;
}

int async_set_owner(struct file *f, enum async_owner kind, int id)
{
	const struct credentials *c = credentials_current();
	const struct thread *t = thread_find(id);
	struct file_async *a;

	if (id && (kind == ASYNC_GROUP ? process_for_each(in_group, &id)
				       : !t || (kind == ASYNC_PROCESS && !process_find(id))))
		return -ESRCH;
	a = get_or_alloc(f);
	if (!a)
		return -ENOMEM;
	a->kind = kind;
	a->id = id;
	a->serial = kind != ASYNC_GROUP && t ? t->process->serial : 0;
	a->uid = c->uid;
	a->euid = c->euid;
	return 0;
}

int async_owner(const struct file *f, enum async_owner *kind)
{
	const struct file_async *a = f->async;

	*kind = a ? a->kind : ASYNC_THREAD;
	if (!a || !a->id || (a->kind != ASYNC_GROUP && !owner_process(a)))
		return 0;
	return a->id;
}

int async_set_signal(struct file *f, uint64_t signo)
{
	if (signo > SIGNALS_MAX)
		return -EINVAL;
	if (!signo && !f->async)
		return 0;
	if (!get_or_alloc(f))
		return -ENOMEM;
	f->async->signo = (int)signo;
	return 0;
}

int async_signal(const struct file *f)
{
	return f->async ? f->async->signo : 0;
}

static bool may_signal(const struct file_async *a, const struct process *p)
{
	const struct credentials *to = process_any_thread(p)->cred;

	return !a->euid || a->euid == to->suid || a->euid == to->uid || a->uid == to->suid ||
	       a->uid == to->uid;
}

struct group_send {
	const struct file_async *async;
	const struct signal_info *info;
};

static bool send_one(struct process *p, void *ctx)
{
	const struct group_send *s = ctx;

	if (p->pgid == s->async->id && may_signal(s->async, p))
		signal_send(p, s->info);
	return true;
}

static void deliver(const struct file_async *a, const struct signal_info *info)
{
	struct group_send s = {a, info};
	struct process *p;

	if (a->kind == ASYNC_GROUP) {
		process_for_each(send_one, &s);
		return;
	}
	p = owner_process(a);
	if (!p || !may_signal(a, p))
		return;
	if (a->kind == ASYNC_THREAD)
		signal_send_thread(thread_find(a->id), info);
	else
		signal_send(p, info);
}

static void send(const struct file_async *a, int fd, int code, uint32_t band)
{
	struct signal_info info = {.signo = SIGIO, .code = SI_KERNEL};

	if (a->signo) {
		info.signo = a->signo;
		info.code = code;
		info.band = band;
		info.fd = fd;
	}
	deliver(a, &info);
}

void socket_urgent(struct file *f)
{
	const struct signal_info info = {.signo = SIGURG, .code = SI_KERNEL};

	if (f->async && f->async->id)
		deliver(f->async, &info);
}

static void file_ready(struct waiter *w)
{
	const struct file_async *a = w->ctx;
	uint32_t events = file_poll(a->file, NULL);

	if (!a->id)
		return;
	if (events & POLL_IN)
		send(a, a->fd, POLL_IN_CODE, POLL_READABLE);
	else if (events & POLL_OUT)
		send(a, a->fd, POLL_OUT_CODE, POLL_WRITABLE | POLL_WRBAND);
	else if (events & (POLL_HUP | POLL_ERR))
		send(a, a->fd, POLL_HUP_CODE, POLL_HUP | POLL_ERR);
}

void notify_signal(struct file *f, int fd)
{
	if (f->async->id)
		send(f->async, fd, POLL_MSG_CODE, POLL_READABLE | POLL_MSG);
}

int async_set(struct file *f, int fd, bool on)
{
	struct file_async *a;

	if (!f->ops->signals || on == !!(f->flags & O_ASYNC))
		return 0;
	a = get_or_alloc(f);
	if (!a)
		return -ENOMEM;
	if (on) {
		a->file = f;
		a->fd = fd;
		a->entry.notify = file_ready;
		a->entry.ctx = a;
		file_poll(f, &a->entry);
		f->flags |= O_ASYNC;
	} else {
		poll_remove(&a->entry);
		f->flags &= ~(uint32_t)O_ASYNC;
	}
	return 0;
}

void file_async_release(struct file *f)
{
	poll_remove(&f->async->entry);
	dnotify_remove(f);
	kmem_free(f->async);
}
