/* pidfd_open(2): descriptors that refer to processes. */
#include "proc/pidfd.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/wait.h"

/* Pids are reused; serials are not. */
struct pidfd {
	int pid;
	uint64_t serial;
};

static struct wait_queue exit_waiters = {LIST_INIT(exit_waiters.waiters)};
static uint32_t watchers;

void pidfd_wake(void)
{
	if (unlikely(watchers))
		wait_wake_all(&exit_waiters);
}

void pidfd_subscribe(struct waiter *w)
{
	watchers++;
	wait_subscribe(&exit_waiters, w);
}

void pidfd_unsubscribe(struct waiter *w)
{
	watchers--;
	wait_unsubscribe(w);
}

static struct process *process_of(const struct pidfd *d)
{
	struct process *p = process_find_any(d->pid);

	return p && p->serial == d->serial ? p : NULL;
}

static uint32_t pidfd_poll(struct file *f, struct poll_entry *e)
{
	const struct process *p = process_of(f->data);

	poll_add(e, &exit_waiters);
	return !p || p->zombie ? POLL_READABLE : 0;
}

static void pidfd_release(struct file *f)
{
	watchers--;
	kmem_free(f->data);
}

static const struct file_ops pidfd_ops = {
	.kind = "anon_inode:[pidfd]",
	.poll = pidfd_poll,
	.release = pidfd_release,
};

int pidfd_install(const struct process *p, uint32_t flags)
{
	struct pidfd *d = kmem_alloc(sizeof(*d));
	struct file *f;

	if (!d)
		return -ENOMEM;
	*d = (struct pidfd){p->pid, p->serial};
	if (file_create_anon(&pidfd_ops, O_RDWR | flags, d, &f))
		return -ENOMEM;
	watchers++;
	return process_add_file(f, true);
}

int pidfd_process(const struct file *f, struct process **out)
{
	if (f->ops != &pidfd_ops)
		return -EBADF;
	*out = process_of(f->data);
	return 0;
}
