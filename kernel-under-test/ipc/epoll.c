/* epoll: interest lists and ready lists. */
#include "ipc/epoll.h"

#include "arch/time.h"
#include "arch/uaccess.h"
#include "ipc/epoll_internal.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "mm/kmem.h"
#include "mm/space.h"
#include "sched/sched.h"
#include "sched/timer.h"
#include "sched/wait.h"

/* Puts the item on the ready list. Returns whether a thread or another set was waiting. */
static bool item_set_ready(struct epoll_item *i)
{
	struct epoll *set = i->set;
	bool awaited;

	spin_lock(&set->lock, LOCK_EPOLL);
	awaited = !wait_empty(&set->waiters);
	if (list_empty(&i->ready))
		list_push_back(&set->ready, &i->ready);
	wait_wake_one(&set->waiters);
	spin_unlock(&set->lock);
	return awaited;
}

static void item_notify(struct waiter *w)
{
	item_set_ready(w->ctx);
}

/*
 * EPOLLEXCLUSIVE: of a file's exclusive items, the first handles a wakeup for all, marking them
 * ready in turn up to one whose set has a waiter.
 */
static void exclusive_notify(struct waiter *w)
{
	struct epoll_item *me = w->ctx, *i = me->file->watched;

	while (!(i->event.events & EPOLL_EXCLUSIVE))
		i = i->next;
	if (i != me)
		return;
	for (; i; i = i->next) {
		if ((i->event.events & EPOLL_EXCLUSIVE) && item_set_ready(i))
			return;
	}
}

/* The requested events that are pending on an item's file. */
static uint32_t item_poll(struct epoll_item *i, struct poll_entry *e)
{
	return file_poll(i->file, e) & (i->event.events | POLL_ALWAYS);
}

static void item_free(struct epoll_item *i)
{
	poll_remove(&i->entry);
	spin_lock(&i->set->lock, LOCK_EPOLL);
	list_remove(&i->ready);
	spin_unlock(&i->set->lock);
	list_remove(&i->link);
	for (struct epoll_item **at = &i->file->watched; *at; at = &(*at)->next) {
		if (*at == i) {
			*at = i->next;
			break;
		}
	}
	kmem_free(i);
}

void file_epoll_release(struct file *f)
{
	while (f->watched)
		item_free(f->watched);
}

static struct epoll_item *find(struct epoll *set, const struct file *f, int fd)
{
	for (struct epoll_item *i = f->watched; i; i = i->next)
		if (i->set == set && i->fd == fd)
			return i;
	return NULL;
}

static int add(struct epoll *set, struct file *f, int fd, const struct epoll_event *event)
{
	struct epoll_item *i = kmem_zalloc(sizeof(*i));

	if (!i)
		return -ENOMEM;
	i->set = set;
	i->file = f;
	i->fd = fd;
	i->event = *event;
	i->entry.notify = event->events & EPOLL_EXCLUSIVE ? exclusive_notify : item_notify;
	i->entry.unlocked = i->entry.notify == item_notify;
	i->entry.ctx = i;
	list_init(&i->ready);
	list_push_back(&set->items, &i->link);
	i->next = f->watched;
	f->watched = i;
	if (item_poll(i, &i->entry))
		item_set_ready(i);
	return 0;
}

/* Adds `f` where nesting is involved: `f` is a set, or the set is watched by another. */
static int add_nested(struct file *set_file, struct file *f, int fd,
		      const struct epoll_event *event)
{
	struct epoll *set = set_file->data;
	int err = epoll_check_depth(set, f) ?: add(set, f, fd, event);

	if (err || epoll_check_paths(f))
		return err;
	item_free(find(set, f, fd));
	return -EINVAL;
}

/* EPOLLEXCLUSIVE allows few other flags, can't be modified, and does not apply to sets. */
static bool is_exclusive_ok(const struct epoll_item *i, const struct file *f, int op,
			    uint32_t events)
{
	const uint32_t fine = POLL_IN | POLL_OUT | POLL_ERR | POLL_HUP | EPOLL_WAKEUP | EPOLL_ET |
			      EPOLL_EXCLUSIVE;

	if (op == EPOLL_CTL_MOD)
		return !(events & EPOLL_EXCLUSIVE) && !(i && (i->event.events & EPOLL_EXCLUSIVE));
	return op != EPOLL_CTL_ADD || !(events & EPOLL_EXCLUSIVE) ||
	       (f->ops != &epoll_ops && !(events & ~fine));
}

int epoll_control(struct file *set_file, int op, struct file *f, int fd,
		  const struct epoll_event *event)
{
	struct epoll *set = set_file->data;
	struct epoll_item *i;

	if (set_file->ops != &epoll_ops || f == set_file)
		return -EINVAL;
	/* A file without poll is always ready and cannot be watched. */
	if (!f->ops->poll)
		return -EPERM;
	i = find(set, f, fd);
	if (!is_exclusive_ok(i, f, op, event->events))
		return -EINVAL;
	switch (op) {
	case EPOLL_CTL_ADD:
		if (i)
			return -EEXIST;
		if (f->ops == &epoll_ops || set_file->watched)
			return add_nested(set_file, f, fd, event);
		return add(set, f, fd, event);
	case EPOLL_CTL_DEL:
		if (!i)
			return -ENOENT;
		item_free(i);
		return 0;
	case EPOLL_CTL_MOD:
		if (!i)
			return -ENOENT;
		spin_lock(&set->lock, LOCK_EPOLL);
		i->event = *event;
		spin_unlock(&set->lock);
		if (item_poll(i, NULL))
			item_set_ready(i);
		return 0;
	default:
		return -EINVAL;
	}
}

/* After an item has been reported. The set is locked. */
static void settle(struct epoll_item *i, struct list *again)
{
	if (i->event.events & EPOLL_ONESHOT)
		i->event.events &= EPOLL_ET | EPOLL_ONESHOT;
	else if (!(i->event.events & EPOLL_ET) && list_empty(&i->ready))
		list_push_back(again, &i->ready);
}

/* Level-triggered items go to the end of the list, to be polled again. */
static void put_again(struct epoll *set, struct list *again)
{
	while (!list_empty(again)) {
		struct list *l = again->next;

		list_remove(l);
		list_push_back(&set->ready, l);
	}
}

/* Reports ready items. The set is locked. Returns how many, or -EAGAIN if it needs the kernel lock.
 */
static long send_events(struct epoll *set, uint64_t out, unsigned int max)
{
	struct list again = LIST_INIT(again);
	unsigned int n = 0;
	bool stuck = set->inside;

	while (n < max && !list_empty(&set->ready) && !stuck) {
		struct epoll_item *i = list_first(&set->ready, struct epoll_item, ready);
		uint32_t mask = file_poll_unlocked(i->file, NULL);
		struct epoll_event e = {mask & (i->event.events | POLL_ALWAYS), i->event.data};

		stuck = (mask & POLL_NEEDS_LOCK) ||
			(e.events && copy_to_user_nofault(out + n * sizeof(e), &e, sizeof(e)));
		if (stuck)
			break;
		list_remove(&i->ready);
		if (e.events) {
			settle(i, &again);
			n++;
		}
	}
	put_again(set, &again);
	return n || !stuck ? (long)n : -EAGAIN;
}

/* Removes and returns the first ready item, or NULL. send_events() is kept out. */
static struct epoll_item *take_ready(struct epoll *set)
{
	struct epoll_item *i = NULL;

	spin_lock(&set->lock, LOCK_EPOLL);
	if (!list_empty(&set->ready)) {
		i = list_first(&set->ready, struct epoll_item, ready);
		list_remove(&i->ready);
	}
	spin_unlock(&set->lock);
	return i;
}

static void put_first(struct epoll_item *i)
{
	spin_lock(&i->set->lock, LOCK_EPOLL);
	if (list_empty(&i->ready))
		list_push_front(&i->set->ready, &i->ready);
	spin_unlock(&i->set->lock);
}

/* Under the kernel lock: keeps send_events() out (1), or lets it in again (-1). */
static void count_inside(struct epoll *set, int by, struct list *again)
{
	spin_lock(&set->lock, LOCK_EPOLL);
	set->inside += (unsigned int)by;
	if (again)
		put_again(set, again);
	spin_unlock(&set->lock);
}

/* send_events() under the kernel lock, for any file. Returns how many, -EFAULT or -EPAGING. */
static long harvest_inside(struct epoll *set, uint64_t out, unsigned int max)
{
	struct list again = LIST_INIT(again);
	struct epoll_item *i;
	unsigned int n = 0;
	long err = 0;

	count_inside(set, 1, NULL);
	while (n < max && (i = take_ready(set))) {
		struct epoll_event e = {item_poll(i, NULL), i->event.data};

		if (!e.events)
			continue;
		err = copy_to_user_nowait(out + n * sizeof(e), &e, sizeof(e));
		if (err) {
			put_first(i);
			break;
		}
		n++;
		spin_lock(&set->lock, LOCK_EPOLL);
		settle(i, &again);
		spin_unlock(&set->lock);
	}
	count_inside(set, -1, &again);
	return n ? (long)n : err;
}

static noinline long harvest_locking(struct epoll *set, uint64_t out, unsigned int max)
{
	long n;

	KERNEL_SCOPE();
	do
		n = harvest_inside(set, out, max);
	while (n == -EPAGING && !(n = space_page_in()));
	return n;
}

/* Sleeps, releasing the set's lock. Returns 0 if woken, -ETIMEDOUT or -ERESTARTSYS. */
static int sleep_in(struct epoll *set, uint64_t deadline_ns)
{
	struct waiter w = {.thread = thread_current()};
	struct alarm a;
	bool woken = true;

	alarm_set(&a, deadline_ns);
	list_push_back(&set->waiters.waiters, &w.link);
	if (!sched_sleep(&set->lock)) {
		spin_lock(&set->lock, LOCK_EPOLL);
		/* If a waker has removed us, its wakeup must not be lost. */
		woken = list_empty(&w.link);
		list_remove(&w.link);
		spin_unlock(&set->lock);
	}
	if (alarm_cancel(&a) && !woken)
		return -ETIMEDOUT;
	return woken ? 0 : wait_interrupted();
}

long epoll_wait(struct file *f, uint64_t events_out, unsigned int max, uint64_t deadline_ns)
{
	struct epoll *set = f->data;
	long n;
	int err;

	if (f->ops != &epoll_ops)
		return -EINVAL;
	for (;;) {
		spin_lock(&set->lock, LOCK_EPOLL);
		n = send_events(set, events_out, max);
		if (n || !deadline_ns ||
		    (deadline_ns != WAIT_FOREVER && arch_time_ns() >= deadline_ns)) {
			spin_unlock(&set->lock);
			if (n == -EAGAIN && !(n = harvest_locking(set, events_out, max)) &&
			    deadline_ns)
				continue;
			return n;
		}
		err = sleep_in(set, deadline_ns);
		if (err == -ETIMEDOUT)
			deadline_ns = 0;
		else if (err)
			return -EINTR;
	}
}

static uint32_t epoll_poll(struct file *f, struct poll_entry *e)
{
	struct epoll *set = f->data;
	struct epoll_item *i;

	if (e) {
		e->epoll = &set->lock;
		spin_lock(&set->lock, LOCK_EPOLL);
		poll_add(e, &set->waiters);
		spin_unlock(&set->lock);
	}
	count_inside(set, 1, NULL);
	/* Items that turn out not to be ready are not polled again through every nested set. */
	while ((i = take_ready(set)) && !item_poll(i, NULL))
		;
	if (i)
		put_first(i);
	count_inside(set, -1, NULL);
	return i ? POLL_READABLE : 0;
}

static void epoll_release(struct file *f)
{
	struct epoll *set = f->data;

	while (!list_empty(&set->items))
		item_free(list_first(&set->items, struct epoll_item, link));
	kmem_free(set);
}

const struct file_ops epoll_ops = {
	.kind = "anon_inode:[eventpoll]",
	.poll = epoll_poll,
	.release = epoll_release,
};

int epoll_create(struct file **out)
{
	struct epoll *set = kmem_zalloc(sizeof(*set));

	if (!set)
		return -ENOMEM;
	list_init(&set->items);
	list_init(&set->ready);
	wait_init(&set->waiters);
	set->file = *out = file_alloc(&epoll_ops, O_RDWR, NULL, set);
	if (*out)
		return 0;
	kmem_free(set);
	return -ENOMEM;
}
