/* epoll: interest lists, ready lists and nesting of epoll files. */
#include "ipc/epoll.h"

#include "arch/time.h"
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "mm/kmem.h"
#include "mm/space.h"
#include "sched/wait.h"

/* Limits on nesting, and on wakeup paths from a file by length, as on Linux. */
#define DEPTH_MAX 5
static const unsigned int paths_max[DEPTH_MAX] = {UINT32_MAX, 500, 100, 50, 10};

struct epoll {
	struct file *file;
	/* The number of the last graph walk that visited this set, and the height it found. */
	uint64_t walk;
	unsigned int height;
	struct list items;
	/* Items that may be ready; each is polled again before it is reported. */
	struct list ready;
	struct wait_queue waiters;
};

struct epoll_item {
	struct epoll *set;
	struct file *file; /* no reference: the file's release removes the item */
	int fd;
	struct epoll_event event;
	struct poll_entry entry;
	struct list link;	 /* in epoll.items */
	struct list ready;	 /* in epoll.ready, or unlinked */
	struct epoll_item *next; /* watching the same file */
};

static const struct file_ops epoll_ops;

static void mark(struct epoll_item *i)
{
	if (list_empty(&i->ready))
		list_push_back(&i->set->ready, &i->ready);
	wait_wake_one(&i->set->waiters);
}

static void item_told(struct waiter *w)
{
	mark(w->ctx);
}

/*
 * EPOLLEXCLUSIVE: of a file's exclusive items, the first handles a wakeup for all, marking them
 * ready in turn up to one whose set has a waiter.
 */
static void exclusive_told(struct waiter *w)
{
	struct epoll_item *me = w->ctx, *i = me->file->watched;

	while (!(i->event.events & EPOLL_EXCLUSIVE))
		i = i->next;
	if (i != me)
		return;
	for (; i; i = i->next) {
		bool awaited = !wait_empty(&i->set->waiters);

		if (!(i->event.events & EPOLL_EXCLUSIVE))
			continue;
		mark(i);
		if (awaited)
			return;
	}
}

/* The requested events that are pending on an item's file. */
static uint32_t wanted(struct epoll_item *i, struct poll_entry *e)
{
	return file_poll(i->file, e) & (i->event.events | POLL_ALWAYS);
}

static void item_free(struct epoll_item *i)
{
	poll_remove(&i->entry);
	list_remove(&i->ready);
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
	i->entry.told = event->events & EPOLL_EXCLUSIVE ? exclusive_told : item_told;
	i->entry.ctx = i;
	list_init(&i->ready);
	list_push_back(&set->items, &i->link);
	i->next = f->watched;
	f->watched = i;
	if (wanted(i, &i->entry))
		mark(i);
	return 0;
}

/* Whether the wakeup paths up from `i` and the items after it stay within limits. */
static bool few_above(const struct epoll_item *i, unsigned int depth, unsigned int *paths)
{
	if (depth >= DEPTH_MAX)
		return false;
	for (; i; i = i->next) {
		const struct epoll_item *above = i->set->file->watched;

		if (above ? !few_above(above, depth + 1, paths) : ++paths[depth] > paths_max[depth])
			return false;
	}
	return true;
}

/* The number of nested sets above `set`; `walk` numbers this traversal. */
static unsigned int height_above(struct epoll *set, uint64_t walk)
{
	if (set->walk == walk)
		return set->height;
	set->walk = walk;
	set->height = 0;
	for (struct epoll_item *i = set->file->watched; i; i = i->next)
		set->height = MAX(set->height, 1 + height_above(i->set, walk));
	return set->height;
}

/* The same below `set`; more than DEPTH_MAX if `top` is among them, which would be a loop. */
static unsigned int depth_below(struct epoll *set, const struct file *top, uint64_t walk)
{
	struct epoll_item *i;

	if (set->walk == walk)
		return set->height;
	set->walk = walk;
	set->height = 0;
	list_for_each (i, &set->items, link) {
		if (i->file == top)
			set->height = DEPTH_MAX + 1;
		else if (i->file->ops == &epoll_ops)
			set->height = MAX(set->height, 1 + depth_below(i->file->data, top, walk));
	}
	return set->height;
}

/* Checks the paths of `f`, or if it is a set, of all files below it. */
static bool few_above_all(struct file *f, uint64_t walk)
{
	unsigned int paths[DEPTH_MAX] = {0};
	struct epoll *set = f->data;
	struct epoll_item *i;

	if (f->ops != &epoll_ops)
		return few_above(f->watched, 0, paths);
	if (set->walk == walk)
		return true;
	set->walk = walk;
	list_for_each (i, &set->items, link)
		if (!few_above_all(i->file, walk))
			return false;
	return true;
}

/* Adds `f` where nesting is involved: `f` is a set, or the set is watched by another. */
static int add_nested(struct file *set_file, struct file *f, int fd,
		      const struct epoll_event *event)
{
	static uint64_t walk;
	struct epoll *set = set_file->data;
	unsigned int sets = 1;
	int err;

	if (f->ops == &epoll_ops) {
		sets += 1 + depth_below(f->data, set_file, ++walk);
		sets += height_above(set, ++walk);
	}
	if (sets > DEPTH_MAX)
		return -ELOOP;
	err = add(set, f, fd, event);
	if (err || few_above_all(f, ++walk))
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
		i->event = *event;
		if (wanted(i, NULL))
			mark(i);
		return 0;
	default:
		return -EINVAL;
	}
}

/* Reports ready items. Level-triggered ones go to the end of the list, to be polled again. */
static long harvest(struct epoll *set, uint64_t out, unsigned int max)
{
	struct list again = LIST_INIT(again);
	unsigned int n = 0;
	long err = 0;

	while (n < max && !list_empty(&set->ready)) {
		struct epoll_item *i = list_first(&set->ready, struct epoll_item, ready);
		struct epoll_event e = {wanted(i, NULL), i->event.data};

		list_remove(&i->ready);
		if (!e.events)
			continue;
		err = copy_to_user_nowait(out + n * sizeof(e), &e, sizeof(e));
		if (err) {
			list_push_front(&set->ready, &i->ready);
			break;
		}
		n++;
		if (i->event.events & EPOLL_ONESHOT)
			i->event.events &= EPOLL_ET | EPOLL_ONESHOT;
		else if (!(i->event.events & EPOLL_ET))
			list_push_back(&again, &i->ready);
	}
	while (!list_empty(&again)) {
		struct list *l = again.next;

		list_remove(l);
		list_push_back(&set->ready, l);
	}
	return n ? (long)n : err;
}

long epoll_wait(struct file *f, uint64_t events_out, unsigned int max, uint64_t deadline_ns)
{
	struct epoll *set = f->data;

	if (f->ops != &epoll_ops)
		return -EINVAL;
	for (;;) {
		long n = harvest(set, events_out, max);
		int err;

		if (n == -EPAGING && !(n = space_page_in()))
			continue;
		if (n)
			return n;
		if (deadline_ns != WAIT_FOREVER && arch_time_ns() >= deadline_ns)
			return 0;
		err = wait_sleep_until(&set->waiters, WAIT_INTERRUPTIBLE, deadline_ns);
		if (err == -ETIMEDOUT)
			deadline_ns = 0;
		else if (err)
			return -EINTR;
	}
}

static uint32_t epoll_poll(struct file *f, struct poll_entry *e)
{
	struct epoll *set = f->data;
	struct epoll_item *i, *next;

	poll_add(e, &set->waiters);
	list_for_each_safe (i, next, &set->ready, ready) {
		if (wanted(i, NULL))
			return POLL_READABLE;
		/* Do not poll it again on each call, through up to DEPTH_MAX nested sets. */
		list_remove(&i->ready);
	}
	return 0;
}

static void epoll_release(struct file *f)
{
	struct epoll *set = f->data;

	while (!list_empty(&set->items))
		item_free(list_first(&set->items, struct epoll_item, link));
	kmem_free(set);
}

static const struct file_ops epoll_ops = {
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
