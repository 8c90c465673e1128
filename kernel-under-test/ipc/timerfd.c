/* timerfd: timers that can be read and polled. */
#include "ipc/timerfd.h"

#include "arch/time.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/timer.h"
#include "sched/wait.h"

/*
 * The timer fires once and is re-armed by the reader, who computes how many periods were missed: a
 * short interval causes no more interrupts than there are reads.
 */
struct timerfd {
	struct timer timer;
	uint64_t deadline_ns, interval_ns;
	bool expired;
	bool cancel, canceled;
	struct wait_queue readers;
	struct list realtime; /* in all_realtime, if on CLOCK_REALTIME */
};

static struct list all_realtime = LIST_INIT(all_realtime);

static void expire(struct timer *t)
{
	struct timerfd *d = container_of(t, struct timerfd, timer);

	d->expired = true;
	wait_wake_all(&d->readers);
}

/* Expirations since the last read. */
static uint64_t expirations(struct timerfd *d)
{
	uint64_t n = d->expired;

	if (!n || !d->interval_ns)
		return n;
	n += (arch_time_ns() - d->deadline_ns) / d->interval_ns;
	return n;
}

/* Resets the count and starts the next period. */
static void advance(struct timerfd *d, uint64_t n)
{
	d->expired = false;
	if (!d->interval_ns) {
		d->deadline_ns = 0;
		return;
	}
	d->deadline_ns += n * d->interval_ns;
	timer_add(&d->timer, d->deadline_ns);
}

static long timerfd_read(struct file *f, struct uio *u)
{
	struct timerfd *d = f->data;
	uint64_t n;
	int err;

	if (u->left < sizeof(n))
		return -EINVAL;
	while (!d->expired && !d->canceled) {
		err = file_sleep(f, &d->readers);
		if (err)
			return err;
	}
	if (d->canceled) {
		d->canceled = false;
		return -ECANCELED;
	}
	n = expirations(d);
	err = uio_copy_to(u, &n, sizeof(n));
	if (err)
		return err;
	advance(d, n);
	return sizeof(n);
}

static uint32_t timerfd_poll(struct file *f, struct poll_entry *e)
{
	struct timerfd *d = f->data;

	poll_add(e, &d->readers);
	return d->expired || d->canceled ? POLL_READABLE : 0;
}

static void timerfd_release(struct file *f)
{
	struct timerfd *d = f->data;

	timer_cancel(&d->timer);
	list_remove(&d->realtime);
	kmem_free(d);
}

static const struct file_ops timerfd_ops = {
	.read = timerfd_read,
	.poll = timerfd_poll,
	.release = timerfd_release,
};

int timerfd_create(uint32_t flags, struct file **out)
{
	struct timerfd *d = kmem_zalloc(sizeof(*d));

	if (!d)
		return -ENOMEM;
	d->timer.expire = expire;
	wait_init(&d->readers);
	list_init(&d->realtime);
	return file_create_anon(&timerfd_ops, O_RDWR | flags, d, out);
}

int timerfd_set(struct file *f, uint64_t deadline_ns, uint64_t interval_ns, bool realtime,
		bool cancel)
{
	struct timerfd *d = f->data;

	if (f->ops != &timerfd_ops)
		return -EINVAL;
	timer_cancel(&d->timer);
	d->expired = d->canceled = false;
	d->cancel = cancel;
	list_remove(&d->realtime);
	list_init(&d->realtime);
	if (realtime && deadline_ns)
		list_push_back(&all_realtime, &d->realtime);
	d->deadline_ns = deadline_ns;
	d->interval_ns = interval_ns;
	if (deadline_ns)
		timer_add(&d->timer, deadline_ns);
	return 0;
}

void timerfd_clock_set(int64_t by)
{
	struct timerfd *d;

	list_for_each (d, &all_realtime, realtime) {
		if (d->deadline_ns)
			d->deadline_ns = (uint64_t)MAX((int64_t)d->deadline_ns - by, (int64_t)1);
		if (d->deadline_ns && !d->expired) {
			timer_cancel(&d->timer);
			timer_add(&d->timer, d->deadline_ns);
		}
		d->canceled = d->cancel;
		if (d->canceled)
			wait_wake_all(&d->readers);
	}
}

int timerfd_get(struct file *f, uint64_t *left_ns, uint64_t *interval_ns)
{
	const struct timerfd *d = f->data;
	uint64_t now = arch_time_ns(), next;

	if (f->ops != &timerfd_ops)
		return -EINVAL;
	next = d->deadline_ns;
	if (next && next <= now)
		next = d->interval_ns ? next + ((now - next) / d->interval_ns + 1) * d->interval_ns
				      : 0;
	*left_ns = next ? next - now : 0;
	*interval_ns = d->interval_ns;
	return 0;
}
