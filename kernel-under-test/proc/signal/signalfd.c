/* signalfd(2). */
#include "proc/signal/signalfd.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "proc/signal/signal.h"
#include "sched/wait.h"

/* struct signalfd_siginfo of the Linux ABI. */
struct record {
	uint32_t signo;
	int32_t error, code;
	uint32_t pid, uid;
	int32_t fd;
	uint32_t timer, band, overrun, trap;
	int32_t status, value;
	uint64_t pointer, user_time, system_time, addr;
	uint8_t rest[48];
};

_Static_assert(sizeof(struct record) == 128, "Linux ABI");

static bool is_pending(uint64_t set)
{
	const struct thread *t = thread_current();

	return (t->pending | t->process->pending) & set;
}

static struct record record_of(const struct signal_info *i)
{
	struct record r = {.signo = (uint32_t)i->signo, .error = i->error, .code = i->code};

	if (i->code == SI_TIMER) {
		r.timer = (uint32_t)i->pid;
		r.overrun = i->uid;
		r.pointer = i->value;
		r.value = (int32_t)i->value;
	} else if (i->signo == SIGCHLD) {
		r.pid = (uint32_t)i->pid;
		r.uid = i->uid;
		r.status = i->status;
	} else if (i->code > 0 && i->code < SI_KERNEL) {
		r.addr = i->addr;
	} else {
		r.pid = (uint32_t)i->pid;
		r.uid = i->uid;
		r.pointer = i->value;
		r.value = (int32_t)i->value;
	}
	return r;
}

static long signalfd_read(struct file *f, struct uio *u)
{
	uint64_t set = *(uint64_t *)f->data;
	struct signal_info info;
	struct record r;
	long done = 0;
	int err;

	if (u->left < sizeof(r))
		return -EINVAL;
	while (!is_pending(set)) {
		if (f->flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_sleep(&signal_watchers, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
	while (u->left >= sizeof(r) && signal_dequeue(thread_current(), set, &info)) {
		r = record_of(&info);
		err = uio_copy_to(u, &r, sizeof(r));
		if (err)
			return done ? done : err;
		done += (long)sizeof(r);
	}
	return done;
}

static uint32_t signalfd_poll(struct file *f, struct poll_entry *e)
{
	poll_add(e, &signal_watchers);
	return is_pending(*(uint64_t *)f->data) ? POLL_READABLE : 0;
}

static void signalfd_release(struct file *f)
{
	signal_watched--;
	kmem_free(f->data);
}

static const struct file_ops signalfd_ops = {
	.read = signalfd_read,
	.poll = signalfd_poll,
	.release = signalfd_release,
};

int signalfd_create(uint64_t set, uint32_t flags, struct file **out)
{
	uint64_t *data = kmem_alloc(sizeof(*data));

	if (!data)
		return -ENOMEM;
	*data = set & ~SIGNALS_UNBLOCKABLE;
	if (file_create_anon(&signalfd_ops, O_RDWR | flags, data, out))
		return -ENOMEM;
	signal_watched++;
	return 0;
}

int signalfd_change(struct file *f, uint64_t set)
{
	if (f->ops != &signalfd_ops)
		return -EINVAL;
	*(uint64_t *)f->data = set & ~SIGNALS_UNBLOCKABLE;
	wait_wake_all(&signal_watchers);
	return 0;
}
