/* System V message queues. */
#include "ipc/sysv.h"
#include "lib/list.h"
#include "mm/kmem.h"
#include "proc/procfs/text.h"
#include "sched/wait.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define MSG_STAT     11
#define MSG_INFO     12
#define MSG_STAT_ANY 13

#define MSG_NOERROR 010000
#define MSG_EXCEPT  020000
#define MSG_COPY    040000

#define MESSAGE_MAX	8192
#define QUEUE_BYTES_MAX 16384
/* However short the messages are. */
#define QUEUE_MESSAGES_MAX QUEUE_BYTES_MAX

struct message {
	struct list link;
	int64_t type;
	size_t size;
	char bytes[];
};

struct queue {
	struct ipc_entry entry;
	struct list messages;
	uint64_t bytes, count, bytes_max;
	uint64_t sent, received, changed;
	int sender, receiver;
	struct wait_queue waiters;
	/* Threads using it; the last one frees a removed queue. */
	unsigned int users;
	bool removed;
};

static struct ipc_table queues;

static uint64_t now(void)
{
	return time_real_ns() / NS_PER_SEC;
}

static struct queue *find_queue(int id)
{
	struct ipc_entry *e = ipc_find(&queues, id);

	return e ? container_of(e, struct queue, entry) : NULL;
}

long sys_msgget(uint64_t key, uint64_t flags)
{
	struct ipc_entry *e;
	struct queue *q;
	int id = ipc_get(&queues, (int)key, (unsigned int)flags, &e);

	if (id || e)
		return id ? id : e->id;
	q = kmem_zalloc(sizeof(*q));
	if (!q)
		return -ENOMEM;
	list_init(&q->messages);
	wait_init(&q->waiters);
	q->bytes_max = QUEUE_BYTES_MAX;
	q->changed = now();
	id = ipc_add(&queues, &q->entry, (int)key, (unsigned int)flags);
	if (id < 0)
		kmem_free(q);
	return id;
}

static void queue_put(struct queue *q)
{
	struct message *m, *next;

	if (--q->users || !q->removed)
		return;
	list_for_each_safe (m, next, &q->messages, link)
		kmem_free(m);
	kmem_free(q);
}

static int wait_for_change(struct queue *q, uint64_t flags, int nowait_err)
{
	int err = flags & IPC_NOWAIT ? nowait_err : wait_sleep(&q->waiters, WAIT_INTERRUPTIBLE);

	return q->removed ? -EIDRM : err == -ERESTARTSYS ? -ERESTARTNOHAND : err;
}

static long enqueue(struct queue *q, struct message *m, uint64_t flags)
{
	while (q->bytes + m->size > q->bytes_max || q->count >= QUEUE_MESSAGES_MAX) {
		int err = wait_for_change(q, flags, -EAGAIN);

		if (err)
			return err;
	}
	list_push_back(&q->messages, &m->link);
	q->bytes += m->size;
	q->count++;
	q->sent = now();
	q->sender = process_current()->pid;
	wait_wake_all(&q->waiters);
	return 0;
}

long sys_msgsnd(uint64_t id, uint64_t at, uint64_t size, uint64_t flags)
{
	struct queue *q;
	struct message *m;
	int64_t type;
	long err;

	if (copy_from_user(&type, at, sizeof(type)) < 0)
		return -EFAULT;
	if (size > MESSAGE_MAX || (int)id < 0 || type < 1)
		return -EINVAL;
	m = kmem_alloc(sizeof(*m) + size);
	if (!m)
		return -ENOMEM;
	m->type = type;
	m->size = size;
	err = copy_from_user(m->bytes, at + sizeof(type), size);
	q = err ? NULL : find_queue((int)id);
	if (!err)
		err = q ? ipc_permission(&q->entry, MAY_WRITE) : -EINVAL;
	if (!err) {
		q->users++;
		err = enqueue(q, m, flags);
		queue_put(q);
	}
	if (err)
		kmem_free(m);
	return err;
}

/* The message that msgrcv(2) selects by `type`, or NULL. */
static struct message *find_message(const struct queue *q, int64_t type, bool except)
{
	struct message *m, *best = NULL;

	list_for_each (m, &q->messages, link) {
		if (type == 0 || (type > 0 && (m->type == type) != except))
			return m;
		if (type < 0 && (uint64_t)m->type <= -(uint64_t)type &&
		    (!best || m->type < best->type))
			best = m;
	}
	return best;
}

/* MSG_COPY: copies the message at position `index` and leaves it queued. */
static long peek_message(const struct queue *q, struct message **out, uint64_t size, int64_t index,
			 uint64_t flags)
{
	struct message *m;

	list_for_each (m, &q->messages, link) {
		if (index-- > 0)
			continue;
		if (m->size > size && !(flags & MSG_NOERROR))
			return -E2BIG;
		*out = kmem_alloc(sizeof(*m) + m->size);
		if (!*out)
			return -ENOMEM;
		memcpy(*out, m, sizeof(*m) + m->size);
		return 0;
	}
	return -ENOMSG;
}

static long dequeue(struct queue *q, struct message **out, uint64_t size, int64_t type,
		    uint64_t flags)
{
	struct message *m;

	while (!(m = find_message(q, type, flags & MSG_EXCEPT))) {
		int err = wait_for_change(q, flags, -ENOMSG);

		if (err)
			return err;
	}
	if (m->size > size && !(flags & MSG_NOERROR))
		return -E2BIG;
	list_remove(&m->link);
	q->bytes -= m->size;
	q->count--;
	q->received = now();
	q->receiver = process_current()->pid;
	wait_wake_all(&q->waiters);
	*out = m;
	return 0;
}

long sys_msgrcv(uint64_t id, uint64_t at, uint64_t size, uint64_t type, uint64_t flags)
{
	struct queue *q = find_queue(id);
	struct message *m = NULL;
	long err;

	if ((int64_t)size < 0 || (int)id < 0 || !q ||
	    ((flags & MSG_COPY) && (flags & (MSG_EXCEPT | IPC_NOWAIT)) != IPC_NOWAIT))
		return -EINVAL;
	err = ipc_permission(&q->entry, MAY_READ);
	if (err)
		return err;
	q->users++;
	err = flags & MSG_COPY ? peek_message(q, &m, size, (int64_t)type, flags)
			       : dequeue(q, &m, size, (int64_t)type, flags);
	queue_put(q);
	if (err)
		return err;
	size = MIN(size, m->size);
	if (copy_to_user(at, &m->type, sizeof(m->type)) < 0 ||
	    copy_to_user(at + sizeof(m->type), m->bytes, size) < 0)
		err = -EFAULT;
	kmem_free(m);
	return err ? err : (long)size;
}

/* struct msqid64_ds of the x86_64 ABI. */
struct user_queue {
	struct ipc_permissions permissions;
	uint64_t sent, received, changed, bytes, count, bytes_max;
	int32_t sender, receiver;
	uint64_t unused[2];
};

_Static_assert(sizeof(struct user_queue) == 120, "x86_64 ABI");

static long put_status(int id, uint64_t out, bool by_slot, bool any)
{
	struct ipc_entry *e;
	long err = ipc_stat(&queues, id, by_slot, any, &e);
	const struct queue *q;
	struct user_queue u;

	if (err)
		return err;
	q = container_of(e, struct queue, entry);
	u = (struct user_queue){
		q->entry.permissions, q->sent,	 q->received, q->changed, q->bytes, q->count,
		q->bytes_max,	      q->sender, q->receiver, {0}};
	return copy_to_user(out, &u, sizeof(u)) ?: by_slot ? q->entry.id : 0;
}

void proc_sysv_msg(struct text *t, const struct proc_subject *)
{
	text_add(t,
		 "       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid "
		 " cgid      stime      rtime      ctime\n");
	for (int i = 0; i < IPC_SLOTS; i++) {
		const struct ipc_entry *e = ipc_at(&queues, i);
		const struct ipc_permissions *p = e ? &e->permissions : NULL;
		const struct queue *q;

		if (!e)
			continue;
		q = container_of(e, struct queue, entry);
		text_add(t, "%10d %10d  %4o  %10lu %10lu %5d %5d %5u %5u %5u %5u ", p->key, e->id,
			 p->mode, q->bytes, q->count, q->sender, q->receiver, p->uid, p->gid,
			 p->cuid, p->cgid);
		text_add(t, "%10lu %10lu %10lu\n", q->sent, q->received, q->changed);
	}
}

/* struct msginfo: the limits, or with `used` three fields of current usage. */
static long put_limits(uint64_t at, bool used)
{
	struct {
		int32_t pool, map, size_max, bytes_max, queues, unit, messages;
		uint16_t segments;
	} l = {IPC_SLOTS * (QUEUE_BYTES_MAX / 1024),
	       QUEUE_BYTES_MAX,
	       MESSAGE_MAX,
	       QUEUE_BYTES_MAX,
	       IPC_SLOTS,
	       16,
	       QUEUE_BYTES_MAX,
	       0xffff};

	_Static_assert(sizeof(l) == 32, "x86_64 ABI");
	if (used)
		l.pool = l.map = l.messages = 0;
	for (int i = 0; i < IPC_SLOTS && used; i++) {
		struct ipc_entry *e = ipc_at(&queues, i);
		const struct queue *q = e ? container_of(e, struct queue, entry) : NULL;

		l.pool += q != NULL;
		l.map += q ? (int)q->count : 0;
		l.messages += q ? (int)q->bytes : 0;
	}
	return copy_to_user(at, &l, sizeof(l)) < 0 ? -EFAULT : ipc_highest_index(&queues);
}

static long set_queue(int id, uint64_t at)
{
	struct user_queue u;
	/* Copied first: that may sleep, and the queue be removed meanwhile. */
	long err = copy_from_user(&u, at, sizeof(u));
	struct queue *q = find_queue(id);

	if (!q)
		return -EINVAL;
	if (!err && u.bytes_max > QUEUE_BYTES_MAX && !capable(CAP_SYS_RESOURCE))
		err = -EPERM;
	err = err ?: ipc_set_permissions(&q->entry, &u.permissions);
	if (err)
		return err;
	q->bytes_max = MIN(u.bytes_max, 64ul * QUEUE_BYTES_MAX);
	q->changed = now();
	return 0;
}

static long remove_queue(int id)
{
	struct queue *q = find_queue(id);
	int err = q ? ipc_owner_permission(&q->entry) : -EINVAL;

	if (err)
		return err;
	ipc_remove(&queues, &q->entry);
	q->removed = true;
	wait_wake_all(&q->waiters);
	q->users++;
	queue_put(q);
	return 0;
}

long sys_msgctl(uint64_t id, uint64_t command, uint64_t at)
{
	switch ((int)command & ~IPC_64) {
	case IPC_INFO:
	case MSG_INFO:
		return put_limits(at, command == MSG_INFO);
	case IPC_STAT:
		return put_status((int)id, at, false, false);
	case MSG_STAT:
	case MSG_STAT_ANY:
		return put_status((int)id, at, true, command == MSG_STAT_ANY);
	case IPC_SET:
		return set_queue((int)id, at);
	case IPC_RMID:
		return remove_queue((int)id);
	default:
		return -EINVAL;
	}
}
