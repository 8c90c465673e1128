/* inotify and dnotify: watches on inodes, and queues of events. */
#include "ipc/inotify.h"

#include "fs/notify.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/space.h"
#include "sched/wait.h"

#define FIONREAD 0x541b

/* struct inotify_event, as read() returns it. */
struct head {
	int32_t wd;
	uint32_t mask, cookie, len;
};

struct event {
	struct list all;
	struct head head;
	char name[]; /* head.len bytes, NUL padded */
};

struct inotify {
	struct list watches, events;
	uint32_t event_count, byte_count;
	int last_wd;
	struct wait_queue readers;
};

/* Holds a reference to the inode it watches. */
struct watch {
	struct watch *next;    /* on the same inode */
	struct list all;       /* in the instance's list, or in that of dnotify */
	struct list dirs;      /* in the list of watched directories, if it is one */
	struct inotify *owner; /* NULL: dnotify, for `file` at descriptor `wd` */
	struct file *file;
	struct inode *inode;
	int wd;
	uint32_t mask;
};

static struct list watched_dirs = LIST_INIT(watched_dirs),
		   dnotify_watches = LIST_INIT(dnotify_watches);
static unsigned int instance_count;

uint64_t inotify_instances_max = 128, inotify_watches_max = 8192, inotify_events_max = 16384;

/* Identical consecutive events are merged. */
static bool is_last(const struct inotify *in, const struct event *e)
{
	const struct event *last;

	if (list_empty(&in->events))
		return false;
	last = list_entry(in->events.prev, struct event, all);
	return memcmp(&last->head, &e->head, sizeof(e->head)) == 0 &&
	       memcmp(last->name, e->name, e->head.len) == 0;
}

static void add_event(struct inotify *in, int wd, uint32_t mask, uint32_t cookie, const char *name,
		      size_t len)
{
	size_t room = name ? ALIGN_UP(len + 1, sizeof(struct head)) : 0;
	struct event *e;

	if (in->event_count > inotify_events_max)
		return;
	if (in->event_count == inotify_events_max)
		wd = -1, mask = IN_Q_OVERFLOW, cookie = 0, room = 0;
	e = kmem_zalloc(sizeof(*e) + room);
	if (!e)
		return;
	e->head = (struct head){wd, mask, cookie, (uint32_t)room};
	if (room)
		memcpy(e->name, name, len);
	if (is_last(in, e)) {
		kmem_free(e);
		return;
	}
	list_push_back(&in->events, &e->all);
	in->event_count++;
	in->byte_count += (uint32_t)(sizeof(e->head) + room);
	wait_wake_one(&in->readers);
}

static void free_event(struct inotify *in, struct event *e)
{
	list_remove(&e->all);
	in->event_count--;
	in->byte_count -= (uint32_t)sizeof(e->head) + e->head.len;
	kmem_free(e);
}

static void free_watch(struct watch *w)
{
	struct watch **at = &w->inode->watches;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	list_remove(&w->all);
	if (inode_is(w->inode, S_IFDIR))
		list_remove(&w->dirs);
	notify_watches--;
	inode_put(w->inode);
	kmem_free(w);
}

/* Removes the watch with a final IN_IGNORED event. */
static void end_watch(struct watch *w)
{
	if (w->owner)
		add_event(w->owner, w->wd, IN_IGNORED, 0, NULL, 0);
	free_watch(w);
}

void notify_event(struct inode *inode, uint32_t mask, uint32_t cookie, const char *name, size_t len)
{
	for (struct watch *w = inode->watches, *next; w; w = next) {
		next = w->next;
		if (!(w->mask & mask & (IN_ALL_EVENTS | IN_RENAMED)))
			continue;
		if (w->owner)
			add_event(w->owner, w->wd, mask, cookie, name, len);
		else
			notify_signal(w->file, w->wd);
		if (w->mask & IN_ONESHOT)
			end_watch(w);
	}
}

struct search {
	uint64_t ino;
	char name[NAME_LEN_MAX];
	size_t len;
};

static bool is_it(void *ctx, const char *name, size_t len, uint64_t ino, uint32_t, uint64_t)
{
	struct search *s = ctx;

	if (ino != s->ino || (name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'))))
		return true;
	memcpy(s->name, name, len);
	s->len = len;
	return false;
}

/* The i-th watched directory, each counted once, with a reference; NULL past the last. */
static struct inode *dir_at(size_t i)
{
	struct watch *w;

	list_for_each (w, &watched_dirs, dirs)
		if (w->inode->watches == w && i-- == 0)
			return inode_get(w->inode);
	return NULL;
}

void notify_event_parents(struct inode *inode, uint32_t mask)
{
	struct search s = {.ino = inode->ino};
	struct inode *dir;

	if (inode_is(inode, S_IFDIR))
		mask |= IN_ISDIR;
	/* Directories may come and go while one is read from disk, hence by index. */
	for (size_t i = 0; (dir = dir_at(i)); i++) {
		s.len = 0;
		if (dir->volume == inode->volume && dir != inode)
			dir->ops->readdir(dir, 0, is_it, &s);
		if (s.len)
			notify_event(dir, mask, 0, s.name, s.len);
		inode_put(dir);
	}
	notify_event(inode, mask, 0, NULL, 0);
}

void notify_deleted(struct inode *inode, uint32_t others)
{
	for (const struct watch *w = inode->watches; w; w = w->next)
		others++;
	if (inode->object.refs > others)
		return;
	notify_event(inode, IN_DELETE_SELF, 0, NULL, 0);
	while (inode->watches)
		end_watch(inode->watches);
}

static long inotify_read(struct file *f, struct uio *u)
{
	struct inotify *in = f->data;
	long done = 0;
	int err;

	while (list_empty(&in->events)) {
		err = file_sleep(f, &in->readers);
		if (err)
			return err;
	}
	while (!list_empty(&in->events)) {
		struct event *e = list_first(&in->events, struct event, all);
		size_t size = sizeof(e->head) + e->head.len;

		if (size > u->left)
			return done ? done : -EINVAL;
		err = uio_copy_to(u, &e->head, size);
		if (err)
			return done ? done : err;
		done += (long)size;
		free_event(in, e);
	}
	return done;
}

static long inotify_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	int left = (int)((struct inotify *)f->data)->byte_count;

	return request == FIONREAD ? copy_to_user(arg, &left, sizeof(left)) : -ENOTTY;
}

static uint32_t inotify_poll(struct file *f, struct poll_entry *p)
{
	struct inotify *in = f->data;

	poll_add(p, &in->readers);
	return list_empty(&in->events) ? 0 : POLL_READABLE;
}

static void inotify_release(struct file *f)
{
	struct inotify *in = f->data;

	while (!list_empty(&in->watches))
		free_watch(list_first(&in->watches, struct watch, all));
	while (!list_empty(&in->events))
		free_event(in, list_first(&in->events, struct event, all));
	instance_count--;
	kmem_free(in);
}

static const struct file_ops inotify_ops = {
	.signals = true,
	.kind = "anon_inode:inotify",
	.read = inotify_read,
	.ioctl = inotify_ioctl,
	.poll = inotify_poll,
	.release = inotify_release,
};

int inotify_create(uint32_t flags, struct file **out)
{
	struct inotify *in;

	if (instance_count >= inotify_instances_max)
		return -EMFILE;
	in = kmem_zalloc(sizeof(*in));
	if (!in)
		return -ENOMEM;
	list_init(&in->watches);
	list_init(&in->events);
	wait_init(&in->readers);
	if (file_create_anon(&inotify_ops, O_RDONLY | flags, in, out))
		return -ENOMEM;
	instance_count++;
	return 0;
}

bool inotify_is(const struct file *f)
{
	return f->ops == &inotify_ops;
}

static struct watch *create_watch(struct inode *inode, uint32_t mask, struct list *all)
{
	struct watch *w = notify_watch(inode) ? NULL : kmem_zalloc(sizeof(*w));

	if (!w)
		return NULL;
	w->inode = inode_get(inode);
	w->mask = mask;
	w->next = inode->watches;
	inode->watches = w;
	list_push_back(all, &w->all);
	if (inode_is(inode, S_IFDIR))
		list_push_back(&watched_dirs, &w->dirs);
	notify_watches++;
	return w;
}

int inotify_watch(struct file *f, struct inode *inode, uint32_t mask)
{
	struct inotify *in = f->data;
	uint32_t bits = mask & (IN_ALL_EVENTS | IN_ONESHOT | IN_EXCL_UNLINK);
	struct watch *w;

	for (w = inode->watches; w; w = w->next) {
		if (w->owner != in)
			continue;
		if (mask & IN_MASK_CREATE)
			return -EEXIST;
		w->mask = mask & IN_MASK_ADD ? w->mask | bits : bits;
		return w->wd;
	}
	if (notify_watches >= inotify_watches_max)
		return -ENOSPC;
	w = create_watch(inode, bits, &in->watches);
	if (!w)
		return -ENOMEM;
	w->owner = in;
	w->wd = ++in->last_wd;
	return w->wd;
}

bool inotify_get(const struct file *f, size_t i, struct inotify_watched *out)
{
	const struct inotify *in = f->data;
	const struct watch *w;

	list_for_each (w, &in->watches, all) {
		if (i--)
			continue;
		*out = (struct inotify_watched){w->wd, w->mask, w->inode};
		return true;
	}
	return false;
}

int inotify_unwatch(struct file *f, int wd)
{
	struct inotify *in = f->data;
	struct watch *w;

	list_for_each (w, &in->watches, all) {
		if (w->wd == wd) {
			end_watch(w);
			return 0;
		}
	}
	return -EINVAL;
}

int dnotify_set(struct file *f, int fd, uint32_t mask)
{
	struct watch *w;

	for (w = f->inode->watches; w; w = w->next)
		if (w->file == f)
			break;
	if (!w)
		w = create_watch(f->inode, IN_ONESHOT, &dnotify_watches);
	if (!w)
		return -ENOMEM;
	w->file = f;
	w->wd = fd;
	w->mask = (w->mask & mask & IN_ONESHOT) | ((w->mask | mask) & ~IN_ONESHOT);
	return 0;
}

void dnotify_remove(struct file *f)
{
	struct watch *w;

	list_for_each (w, &dnotify_watches, all) {
		if (w->file == f) {
			free_watch(w);
			return;
		}
	}
}
