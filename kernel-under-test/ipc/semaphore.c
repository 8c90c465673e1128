/* System V semaphores. */
#include "ipc/semaphore.h"

#include "fs/credentials.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/wait.h"

struct semaphore {
	int16_t value;
	int pid;
};

struct set {
	struct ipc_entry entry;
	unsigned int count;
	uint64_t otime, ctime;
	/* Waiting calls, oldest first. */
	struct list waiting;
	struct list undos;
	struct semaphore semaphores[];
};

/* The undo adjustments of a process for a set. */
struct semaphore_undo {
	/* NULL: the set was removed. */
	struct set *set;
	struct list by_set;
	struct semaphore_undo *next;
	int16_t adjust[];
};

/*
 * A semop call, which performs all of its operations or none. One that waits is completed by the
 * thread that makes it possible, so that it succeeds even if the set is changed again or removed
 * before its own thread runs.
 */
struct call {
	struct list link; /* in set.waiting, or unlinked */
	struct wait_queue caller;
	const struct semaphore_op *ops;
	size_t count, blocked; /* the index of the operation that waits */
	struct semaphore_undo *undo;
	int pid;
	int result;
};

static struct ipc_table sets;

static uint64_t now(void)
{
	return volume_now_ns() / NS_PER_SEC;
}

static struct set *set_of(struct ipc_entry *e)
{
	return e ? container_of(e, struct set, entry) : NULL;
}

/* Looks up a set and checks the caller's permission. */
static long find(int id, unsigned int mask, struct set **out)
{
	*out = set_of(ipc_find(&sets, id));
	return *out ? ipc_permission(&(*out)->entry, mask) : -EINVAL;
}

static long make(int key, unsigned int count, unsigned int flags)
{
	struct set *s;
	int id;

	if (!count || count > SEMAPHORES_MAX)
		return -EINVAL;
	s = kmem_zalloc(sizeof(*s) + count * sizeof(s->semaphores[0]));
	if (!s)
		return -ENOMEM;
	s->count = count;
	s->ctime = now();
	list_init(&s->waiting);
	list_init(&s->undos);
	id = ipc_add(&sets, &s->entry, key, flags);
	if (id < 0)
		kmem_free(s);
	return id;
}

long semaphore_get(int key, unsigned int count, unsigned int flags)
{
	struct set *s = set_of(ipc_find_key(&sets, key));

	if (!s)
		return !key || (flags & IPC_CREAT) ? make(key, count, flags) : -ENOENT;
	if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
		return -EEXIST;
	if (count > s->count)
		return -EINVAL;
	return ipc_permission(&s->entry, (flags >> 6 | flags >> 3 | flags) & 6) ? -EACCES
										: s->entry.id;
}

/* Finds or creates the undo record of a set; NULL if out of memory. */
static struct semaphore_undo *undo_get(struct set *s, struct semaphore_undo **all)
{
	struct semaphore_undo *u;

	for (u = *all; u; u = u->next)
		if (u->set == s)
			return u;
	u = kmem_zalloc(sizeof(*u) + s->count * sizeof(u->adjust[0]));
	if (!u)
		return NULL;
	u->set = s;
	list_push_back(&s->undos, &u->by_set);
	u->next = *all;
	*all = u;
	return u;
}

/* Accounts an operation for undo (sign 1), or takes that back (-1). */
static void count_undo(struct semaphore_undo *u, const struct semaphore_op *op, int sign)
{
	if (op->flags & SEM_UNDO)
		u->adjust[op->number] -= (int16_t)(sign * op->change);
}

static bool undo_fits(const struct semaphore_undo *u, const struct semaphore_op *op)
{
	int after = (op->flags & SEM_UNDO) ? u->adjust[op->number] - op->change : 0;

	return after >= -SEMAPHORE_VALUE_MAX - 1 && after <= SEMAPHORE_VALUE_MAX;
}

/* Performs a call. Returns 1, 0 if it must wait, or -ERANGE. */
static int try(struct set *s, struct call *c)
{
	const struct semaphore_op *ops = c->ops;
	size_t i;
	int ret = 1;

	for (i = 0; i < c->count && ret == 1; i++) {
		int16_t *v = &s->semaphores[ops[i].number].value;
		int after = *v + ops[i].change;

		if (ops[i].change == 0 ? *v != 0 : after < 0) {
			ret = 0;
		} else if (after > SEMAPHORE_VALUE_MAX || !undo_fits(c->undo, &ops[i])) {
			ret = -ERANGE;
		} else {
			*v = (int16_t)after;
			count_undo(c->undo, &ops[i], 1);
		}
	}
	if (ret == 1) {
		while (i-- > 0)
			s->semaphores[ops[i].number].pid = c->pid;
		s->otime = now();
		return ret;
	}
	/* The one that failed has changed nothing. */
	c->blocked = i - 1;
	for (i = c->blocked; i-- > 0;) {
		s->semaphores[ops[i].number].value -= ops[i].change;
		count_undo(c->undo, &ops[i], -1);
	}
	return ret;
}

static void finish(struct call *c, int result)
{
	list_remove(&c->link);
	c->result = result;
	wait_wake_one(&c->caller);
}

/* After values have changed: completes the calls that need not wait any more. */
static void perform_waiting(struct set *s)
{
	struct call *c, *next;
	bool again;

	do {
		again = false;
		list_for_each_safe (c, next, &s->waiting, link) {
			int ret = try(s, c);

			if (ret)
				finish(c, MIN(ret, 0));
			again |= ret > 0;
		}
	} while (again);
}

static int wait_for(struct set *s, struct call *c, uint64_t deadline)
{
	int err;

	if (c->ops[c->blocked].flags & IPC_NOWAIT)
		return -EAGAIN;
	wait_init(&c->caller);
	list_push_back(&s->waiting, &c->link);
	err = wait_sleep_until(&c->caller, WAIT_INTERRUPTIBLE, deadline);
	if (list_empty(&c->link))
		return c->result;
	list_remove(&c->link);
	return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
}

static int operate(struct set *s, struct call *c, uint64_t deadline)
{
	int ret = try(s, c);

	if (!ret)
		return wait_for(s, c, deadline);
	if (ret > 0 && !list_empty(&s->waiting))
		perform_waiting(s);
	return MIN(ret, 0);
}

long semaphore_operate(int id, const struct semaphore_op *ops, size_t n, uint64_t deadline_ns,
		       const struct semaphore_user *user)
{
	struct call c = {.ops = ops, .count = n, .pid = user->pid};
	bool changes = false, undoes = false;
	struct set *s = set_of(ipc_find(&sets, id));
	long err;

	if (!s)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (ops[i].number >= s->count)
			return -EFBIG;
		changes |= ops[i].change != 0;
		undoes |= ops[i].flags & SEM_UNDO;
	}
	err = ipc_permission(&s->entry, changes ? MAY_WRITE : MAY_READ);
	if (err)
		return err;
	if (undoes && !(c.undo = undo_get(s, user->undo)))
		return -ENOMEM;
	return operate(s, &c, deadline_ns);
}

void semaphore_exit(const struct semaphore_user *user)
{
	struct semaphore_undo *u;

	while ((u = *user->undo)) {
		struct set *s = u->set;

		*user->undo = u->next;
		for (unsigned int i = 0; s && i < s->count; i++) {
			struct semaphore *m = &s->semaphores[i];

			if (!u->adjust[i])
				continue;
			m->value = (int16_t)MIN(MAX(m->value + u->adjust[i], 0),
						SEMAPHORE_VALUE_MAX);
			m->pid = user->pid;
		}
		if (s) {
			list_remove(&u->by_set);
			perform_waiting(s);
		}
		kmem_free(u);
	}
}

long semaphore_remove(int id)
{
	struct set *s = set_of(ipc_find(&sets, id));
	struct semaphore_undo *u, *next;
	int err = s ? ipc_owner_permission(&s->entry) : -EINVAL;

	if (err)
		return err;
	/* Their processes free them. */
	list_for_each_safe (u, next, &s->undos, by_set) {
		list_remove(&u->by_set);
		u->set = NULL;
	}
	ipc_remove(&sets, &s->entry);
	while (!list_empty(&s->waiting))
		finish(list_first(&s->waiting, struct call, link), -EIDRM);
	kmem_free(s);
	return 0;
}

long semaphore_count(int id)
{
	struct set *s = set_of(ipc_find(&sets, id));

	return s ? (long)s->count : -EINVAL;
}

/* The number of calls that wait for a semaphore to increase, or (`zero`) to be zero. */
static long count_waiting(const struct set *s, unsigned int number, bool zero)
{
	const struct call *c;
	long n = 0;

	list_for_each (c, &s->waiting, link)
		n += c->ops[c->blocked].number == number && !c->ops[c->blocked].change == zero;
	return n;
}

long semaphore_query(int id, unsigned int number, enum semaphore_field q)
{
	struct set *s;
	long err = find(id, MAY_READ, &s);
	const struct semaphore *m;

	if (err || number >= s->count)
		return err ? err : -EINVAL;
	m = &s->semaphores[number];
	return q == SEMAPHORE_VALUE ? m->value
	       : q == SEMAPHORE_PID ? m->pid
				    : count_waiting(s, number, q == SEMAPHORE_ZCNT);
}

long semaphore_set(int id, unsigned int number, int value, int pid)
{
	struct semaphore_undo *u;
	struct set *s;
	long err = find(id, MAY_WRITE, &s);

	if (err || number >= s->count)
		return err ? err : -EINVAL;
	if (value < 0 || value > SEMAPHORE_VALUE_MAX)
		return -ERANGE;
	list_for_each (u, &s->undos, by_set)
		u->adjust[number] = 0;
	s->semaphores[number].value = (int16_t)value;
	s->semaphores[number].pid = pid;
	s->ctime = now();
	perform_waiting(s);
	return 0;
}

long semaphore_status(int id, bool by_slot, bool any, struct semaphore_status *out)
{
	struct set *s = set_of(by_slot ? ipc_at(&sets, id) : ipc_find(&sets, id));
	long err = !s ? -EINVAL : any ? 0 : ipc_permission(&s->entry, MAY_READ);

	if (err)
		return err;
	*out = (struct semaphore_status){
		.permissions = s->entry.permissions,
		.otime = s->otime,
		.ctime = s->ctime,
		.count = s->count,
	};
	return by_slot ? s->entry.id : 0;
}

long semaphore_set_permissions(int id, const struct ipc_permissions *p)
{
	struct set *s = set_of(ipc_find(&sets, id));
	long err = s ? ipc_set_permissions(&s->entry, p) : -EINVAL;

	if (!err)
		s->ctime = now();
	return err;
}

int semaphore_totals(int *count, int *all)
{
	*count = *all = 0;
	for (int i = 0; i < IPC_SLOTS; i++) {
		struct set *s = set_of(ipc_at(&sets, i));

		*count += s != NULL;
		*all += s ? (int)s->count : 0;
	}
	return ipc_highest_index(&sets);
}
