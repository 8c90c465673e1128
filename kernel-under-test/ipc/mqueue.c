/* POSIX message queues. */
#include "ipc/mqueue.h"

#include "arch/time.h"
#include "fs/credentials.h"
#include "fs/uio.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"

/* Bytes charged for a message in addition to its contents. */
#define MESSAGE_COST 96

struct mqueue_limits mqueue_limits = {10, 10, 8192, 8192, 256};

static struct list queues = LIST_INIT(queues);

struct mqueue *mqueue_find(const char *name)
{
	struct mqueue *q;

	list_for_each (q, &queues, by_name)
		if (strcmp(q->name, name) == 0)
			return q;
	return NULL;
}

static void mqueue_put(struct mqueue *q)
{
	struct mqueue_message *m, *next;

	if (--q->refs)
		return;
	list_for_each_safe (m, next, &q->messages, link)
		kmem_free(m);
	kmem_free(q);
}

/* What the queues of a user may grow to in bytes, and the number of named queues in all. */
static uint64_t reserved(uint32_t uid, unsigned int *count)
{
	uint64_t bytes = 0;
	struct mqueue *q;

	list_for_each (q, &queues, by_name) {
		++*count;
		bytes += q->uid == uid ? q->count_max * (q->size_max + MESSAGE_COST) : 0;
	}
	return bytes;
}

struct mqueue *mqueue_create(const char *name, uint32_t mode, uint64_t count_max, uint64_t size_max,
			     uint64_t bytes_max, int *err)
{
	const struct credentials *c = credentials_current();
	unsigned int count = 0;
	uint64_t bytes = reserved(c->fsuid, &count);
	struct mqueue *q;

	*err = -EMFILE;
	if (bytes + count_max * (size_max + MESSAGE_COST) > bytes_max)
		return NULL;
	*err = -ENOSPC;
	if (count >= mqueue_limits.queues && !capable(CAP_SYS_RESOURCE))
		return NULL;
	*err = -ENOMEM;
	q = kmem_zalloc(sizeof(*q));
	if (!q)
		return NULL;
	memcpy(q->name, name, strlen(name) + 1);
	q->refs = 1;
	q->uid = c->fsuid;
	q->gid = c->fsgid;
	q->mode = mode;
	q->count_max = count_max;
	q->size_max = size_max;
	list_init(&q->messages);
	wait_init(&q->senders);
	wait_init(&q->receivers);
	list_push_back(&queues, &q->by_name);
	return q;
}

void mqueue_unlink(struct mqueue *q)
{
	list_remove(&q->by_name);
	mqueue_put(q);
}

int mqueue_permission(const struct mqueue *q, unsigned int mask)
{
	const struct inode as_file = {.mode = S_IFREG | q->mode, .uid = q->uid, .gid = q->gid};

	return inode_permission(&as_file, mask);
}

/* Appends a `name:value` field, padded to `width`. Returns where the next one goes. */
static char *add_field(char *at, const char *name, uint64_t value, size_t width)
{
	char *end;

	format(at, 32, "%s:%lu", name, value);
	end = at + strlen(name) + 1 + width;
	for (at += strlen(at); at < end;)
		*at++ = ' ';
	return at;
}

static long mqueue_read(struct file *f, struct uio *u)
{
	const struct mqueue *q = f->data;
	struct mqueue_message *m;
	char text[128], *at = text;
	uint64_t bytes = 0;
	size_t len, part;
	int err;

	list_for_each (m, &q->messages, link)
		bytes += m->len;
	at = add_field(at, "QSIZE", bytes, 11);
	/* SIGEV_NONE is the only other kind. */
	at = add_field(at, "NOTIFY", q->notification.pid && !q->notification.signo, 6);
	at = add_field(at, "SIGNO", q->notification.pid ? (uint64_t)q->notification.signo : 0, 6);
	at = add_field(at, "NOTIFY_PID", (uint64_t)q->notification.pid, 6);
	*at++ = '\n';
	len = (size_t)(at - text);
	part = f->pos < len ? MIN(len - f->pos, u->left) : 0;
	err = part ? uio_copy_to(u, text + f->pos, part) : 0;
	if (err)
		return err;
	f->pos += part;
	return (long)part;
}

static uint32_t mqueue_poll(struct file *f, struct poll_entry *e)
{
	struct mqueue *q = f->data;

	poll_add(e, &q->receivers);
	poll_add(e, &q->senders);
	return (q->count ? POLL_READABLE : 0) | (q->count < q->count_max ? POLL_WRITABLE : 0);
}

static void mqueue_release(struct file *f)
{
	mqueue_put(f->data);
}

static const struct file_ops mqueue_ops = {
	.kind = "mqueue",
	.read = mqueue_read,
	.poll = mqueue_poll,
	.release = mqueue_release,
};

struct file *mqueue_file(struct mqueue *q, uint32_t flags)
{
	struct file *f = file_alloc(&mqueue_ops, flags, NULL, q);

	if (f)
		q->refs++;
	return f;
}

struct mqueue *mqueue_of(const struct file *f)
{
	return f->ops == &mqueue_ops ? f->data : NULL;
}

/* Sleeps on `on` while the message count is `count`. */
static int wait_while(struct mqueue *q, uint64_t count, struct wait_queue *on, uint64_t deadline)
{
	int err = 0;

	while (q->count == count && !err) {
		if (!deadline)
			err = -EAGAIN;
		else if (deadline == WAIT_FOREVER)
			err = wait_sleep(on, WAIT_INTERRUPTIBLE);
		else if (deadline <= arch_time_ns())
			err = -ETIMEDOUT;
		else
			err = wait_sleep_until(on, WAIT_INTERRUPTIBLE, deadline);
	}
	return q->count == count ? err : 0;
}

static void enqueue(struct mqueue *q, struct mqueue_message *new)
{
	struct mqueue_message *m;
	struct list *before = &q->messages;

	list_for_each (m, &q->messages, link)
		if (m->priority < new->priority) {
			before = &m->link;
			break;
		}
	list_insert_between(&new->link, before->prev, before);
	q->count++;
	if (q->count == 1 && q->notification.pid && wait_empty(&q->receivers)) {
		mqueue_notify(q);
		q->notification.pid = 0;
	}
	wait_wake_one(&q->receivers);
}

int mqueue_send(struct mqueue *q, struct mqueue_message *m, uint64_t deadline)
{
	int err = wait_while(q, q->count_max, &q->senders, deadline);

	if (!err)
		enqueue(q, m);
	return err;
}

int mqueue_receive(struct mqueue *q, struct mqueue_message **out, uint64_t deadline)
{
	int err = wait_while(q, 0, &q->receivers, deadline);

	if (err)
		return err;
	*out = list_first(&q->messages, struct mqueue_message, link);
	list_remove(&(*out)->link);
	q->count--;
	wait_wake_one(&q->senders);
	return 0;
}
