/* Wrappers around inode operations that report events to watchers. */
#include "fs/notify.h"

#include "fs/credentials.h"
#include "fs/file.h"
#include "fs/lock.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

/*
 * Wrapped operations, one set for each original set. There are few sets, so they are never freed.
 */
struct wrapper {
	struct inode_ops ops;
	const struct inode_ops *real;
	struct wrapper *next;
};

static struct wrapper *wrappers;
static uint32_t last_cookie;

unsigned int notify_watches;

static bool is_wrapped(const struct inode *i)
{
	return i->ops->notify_open;
}

static const struct inode_ops *real_ops(const struct inode *i)
{
	return container_of(i->ops, struct wrapper, ops)->real;
}

static uint32_t type_mask(const struct inode *i)
{
	return inode_is(i, S_IFDIR) ? IN_ISDIR : 0;
}

static int wrap(struct inode *inode);

static void wrapped_open(struct inode *inode, uint32_t flags, bool closed)
{
	if (flags & O_PATH)
		return;
	notify_event_parents(inode, !closed		? IN_OPEN
				    : flags & O_ACCMODE ? IN_CLOSE_WRITE
							: IN_CLOSE_NOWRITE);
	if (closed && !inode->links)
		notify_deleted(inode, 1);
}

static long wrapped_read(struct inode *inode, uint64_t pos, struct uio *u)
{
	long n = real_ops(inode)->read(inode, pos, u);

	if (n > 0)
		notify_event_parents(inode, IN_ACCESS);
	return n;
}

static void written(struct inode *inode)
{
	if (unlikely(inode_privilege_bits(inode)) && !capable(CAP_FSETID)) {
		inode->mode &= ~inode_privilege_bits(inode);
		if (real_ops(inode)->attr_changed)
			real_ops(inode)->attr_changed(inode);
	}
	notify_event_parents(inode, IN_MODIFY);
}

static long wrapped_write(struct inode *inode, uint64_t pos, struct uio *u)
{
	long n = real_ops(inode)->write(inode, pos, u);

	if (n > 0)
		written(inode);
	return n;
}

static int wrapped_truncate(struct inode *inode, uint64_t size)
{
	int err = real_ops(inode)->truncate(inode, size);

	if (!err)
		written(inode);
	return err;
}

static int wrapped_allocate(struct inode *inode, uint64_t pos, uint64_t len, bool keep, bool clear)
{
	int err = real_ops(inode)->allocate(inode, pos, len, keep, clear);

	if (!err)
		written(inode);
	return err;
}

static void wrapped_changed(struct inode *inode)
{
	if (real_ops(inode)->attr_changed)
		real_ops(inode)->attr_changed(inode);
	notify_event_parents(inode, IN_ATTRIB);
}

static int wrapped_lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	int err = real_ops(dir)->lookup(dir, name, len, out);

	/* Without memory for the wrapper its events are lost. */
	if (!err && dir->watches)
		wrap(*out);
	return err;
}

static int wrapped_create(struct inode *dir, const char *name, size_t len, uint32_t mode,
			  uint64_t device, struct inode **out)
{
	int err = real_ops(dir)->create(dir, name, len, mode, device, out);

	if (err)
		return err;
	if (dir->watches)
		wrap(*out);
	notify_event(dir, IN_CREATE | type_mask(*out), 0, name, len);
	return 0;
}

static int wrapped_symlink(struct inode *dir, const char *name, size_t len, const char *target)
{
	int err = real_ops(dir)->symlink(dir, name, len, target);

	if (!err)
		notify_event(dir, IN_CREATE, 0, name, len);
	return err;
}

static int wrapped_link(struct inode *dir, const char *name, size_t len, struct inode *target)
{
	int err = real_ops(dir)->link(dir, name, len, target);

	if (err)
		return err;
	if (dir->watches)
		wrap(target);
	notify_event(target, IN_ATTRIB, 0, NULL, 0);
	notify_event(dir, IN_CREATE, 0, name, len);
	return 0;
}

/* `inode` has lost a link. */
static void lost_name(struct inode *inode)
{
	if (!inode_is(inode, S_IFDIR))
		notify_event(inode, IN_ATTRIB, 0, NULL, 0);
	if (!inode->links)
		notify_deleted(inode, 1);
}

static int wrapped_unlink(struct inode *dir, const char *name, size_t len, bool directory)
{
	struct inode *target;
	int err = real_ops(dir)->lookup(dir, name, len, &target);

	if (err)
		return err;
	err = real_ops(dir)->unlink(dir, name, len, directory);
	if (!err) {
		lost_name(target);
		notify_event(dir, IN_DELETE | type_mask(target), 0, name, len);
	}
	inode_put(target);
	return err;
}

static void moved(struct inode *inode, struct inode *from, const char *name, size_t len,
		  struct inode *to, const char *new_name, size_t new_len)
{
	uint32_t cookie = ++last_cookie;

	if (to->watches)
		wrap(inode);
	notify_event(from, IN_MOVED_FROM | type_mask(inode), cookie, name, len);
	notify_event(to, IN_MOVED_TO | type_mask(inode), cookie, new_name, new_len);
	notify_event(inode, IN_MOVE_SELF, 0, NULL, 0);
	if (from == to)
		notify_event(from, IN_RENAMED, 0, NULL, 0);
}

static int wrapped_rename(struct inode *from, const char *name, size_t len, struct inode *to,
			  const char *new_name, size_t new_len, unsigned int flags)
{
	const struct inode_ops *ops = real_ops(is_wrapped(from) ? from : to);
	struct inode *inode, *other = NULL;
	int err = ops->lookup(from, name, len, &inode);

	if (err)
		return err;
	if (ops->lookup(to, new_name, new_len, &other))
		other = NULL;
	err = ops->rename(from, name, len, to, new_name, new_len, flags);
	if (!err && other != inode) {
		moved(inode, from, name, len, to, new_name, new_len);
		if (other && (flags & RENAME_EXCHANGE))
			moved(other, to, new_name, new_len, from, name, len);
		else if (other)
			lost_name(other);
	}
	inode_put(inode);
	if (other)
		inode_put(other);
	return err;
}

static const struct inode_ops *wrapped_ops(const struct inode_ops *ops)
{
	struct wrapper *t;

	for (t = wrappers; t; t = t->next)
		if (t->real == ops)
			return &t->ops;
	t = kmem_alloc(sizeof(*t));
	if (!t)
		return NULL;
	t->real = ops;
	t->ops = *ops;
	t->ops.notify_open = wrapped_open;
	t->ops.attr_changed = wrapped_changed;
#define WRAP(op) t->ops.op = ops->op ? wrapped_##op : NULL
	WRAP(read), WRAP(write), WRAP(truncate), WRAP(allocate), WRAP(lookup), WRAP(create);
	WRAP(symlink), WRAP(link), WRAP(unlink), WRAP(rename);
#undef WRAP
	t->ops.read_unlocked = t->ops.write_unlocked = NULL;
	t->ops.peek = NULL;
	t->next = wrappers;
	wrappers = t;
	return &t->ops;
}

static int wrap(struct inode *inode)
{
	const struct inode_ops *ops;
	int err;

	/* Only names of FIFOs and sockets are watched, not their contents. */
	if (is_wrapped(inode) || inode_is(inode, S_IFIFO) || inode_is(inode, S_IFSOCK))
		return 0;
	/* A close reports its event only if the inode has a lock set. */
	err = lock_prepare(inode);
	ops = err ? NULL : wrapped_ops(inode->ops);
	if (!ops)
		return -ENOMEM;
	spin_lock(&inode->lock, LOCK_INODE);
	inode->ops = ops;
	spin_unlock(&inode->lock);
	return 0;
}

int notify_guard_suid(struct inode *inode)
{
	return wrap(inode);
}

void notify_wrap_dir(struct inode *dir)
{
	/* Without memory no event is reported. */
	wrap(dir);
}

struct one_name {
	char name[NAME_LEN_MAX];
	size_t len;
	uint64_t next;
};

static bool take_name(void *ctx, const char *name, size_t len, uint64_t, uint32_t,
		      uint64_t next_pos)
{
	struct one_name *n = ctx;

	if (n->len)
		return false;
	memcpy(n->name, name, len);
	n->len = len;
	n->next = next_pos;
	return true;
}

int notify_watch(struct inode *inode)
{
	struct one_name n = {.next = 0};
	struct inode *child;
	int err = wrap(inode);

	/* One name per call: listing may hold a lock that lookup takes. */
	while (!err && inode_is(inode, S_IFDIR)) {
		n.len = 0;
		err = inode->ops->readdir(inode, n.next, take_name, &n);
		if (err || !n.len)
			break;
		if ((n.len == 1 && n.name[0] == '.') ||
		    (n.len == 2 && n.name[0] == '.' && n.name[1] == '.') ||
		    real_ops(inode)->lookup(inode, n.name, n.len, &child))
			continue;
		err = wrap(child);
		inode_put(child);
	}
	return err;
}
