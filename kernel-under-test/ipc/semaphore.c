#include "ipc/semaphore.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/wait.h"

#define SETS_MAX 256

struct set {
	int key;
	int id;
	unsigned int count;
	/* Who works on it now; the last one frees a set that was removed. */
	unsigned int users;
	bool removed;
	struct wait_queue waiters;
	int16_t value[];
};

static struct set *sets[SETS_MAX];
/* Ids count up by SETS_MAX a slot, so that a stale one is known. */
static int generation;

static struct set *find(int id)
{
	struct set *s = id >= 0 ? sets[id % SETS_MAX] : NULL;

	return s && s->id == id ? s : NULL;
}

static long make(int key, unsigned int count)
{
	struct set *s;
	int slot = 0;

	if (!count || count > SEMAPHORES_MAX)
		return -EINVAL;
	while (slot < SETS_MAX && sets[slot])
		slot++;
	if (slot == SETS_MAX)
		return -ENOSPC;
	s = kmem_zalloc(sizeof(*s) + count * sizeof(s->value[0]));
	if (!s)
		return -ENOMEM;
	s->key = key;
	s->count = count;
	s->id = slot + SETS_MAX * (generation++ % 10000);
	wait_init(&s->waiters);
	sets[slot] = s;
	return s->id;
}

long semaphore_get(int key, unsigned int count, unsigned int flags)
{
	for (int i = 0; i < SETS_MAX && key; i++) {
		struct set *s = sets[i];

		if (!s || s->key != key)
			continue;
		if ((flags & IPC_CREAT) && (flags & IPC_EXCL))
			return -EEXIST;
		return count > s->count ? -EINVAL : s->id;
	}
	return !key || (flags & IPC_CREAT) ? make(key, count) : -ENOENT;
}

static void leave(struct set *s)
{
	if (--s->users == 0 && s->removed)
		kmem_free(s);
}

/* All or nothing. 1: done; 0: one must wait, `*op` says which; -ERANGE. */
static int try(struct set *s, const struct semaphore_op *ops, size_t n, size_t *op)
{
	size_t i;
	int ret = 1;

	for (i = 0; i < n && ret == 1; i++) {
		int16_t *v = &s->value[ops[i].number];
		int after = *v + ops[i].change;

		if (ops[i].change == 0 ? *v != 0 : after < 0)
			ret = 0;
		else if (after > SEMAPHORE_VALUE_MAX)
			ret = -ERANGE;
		else
			*v = (int16_t)after;
	}
	if (ret == 1)
		return ret;
	/* The one that failed changed nothing. */
	*op = i - 1;
	for (i = *op; i-- > 0;)
		s->value[ops[i].number] -= ops[i].change;
	return ret;
}

static long operate(struct set *s, const struct semaphore_op *ops, size_t n, uint64_t deadline)
{
	size_t op;
	int err;

	while ((err = try(s, ops, n, &op)) == 0) {
		if (ops[op].flags & IPC_NOWAIT)
			return -EAGAIN;
		err = deadline == UINT64_MAX
			      ? wait_sleep(&s->waiters, WAIT_INTERRUPTIBLE)
			      : wait_sleep_until(&s->waiters, WAIT_INTERRUPTIBLE, deadline);
		if (s->removed)
			return -EIDRM;
		if (err)
			return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
	}
	if (err < 0)
		return err;
	wait_wake_all(&s->waiters);
	return 0;
}

long semaphore_operate(int id, const struct semaphore_op *ops, size_t n, uint64_t deadline_ns)
{
	struct set *s = find(id);
	long err;

	if (!s)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (ops[i].number >= s->count)
			return -EFBIG;
	s->users++;
	err = operate(s, ops, n, deadline_ns);
	leave(s);
	return err;
}

long semaphore_remove(int id)
{
	struct set *s = find(id);

	if (!s)
		return -EINVAL;
	sets[id % SETS_MAX] = NULL;
	s->removed = true;
	wait_wake_all(&s->waiters);
	s->users++;
	leave(s);
	return 0;
}

long semaphore_count(int id)
{
	struct set *s = find(id);

	return s ? (long)s->count : -EINVAL;
}

long semaphore_value(int id, unsigned int number)
{
	struct set *s = find(id);

	return s && number < s->count ? s->value[number] : -EINVAL;
}

long semaphore_set(int id, unsigned int number, int value)
{
	struct set *s = find(id);

	if (!s || number >= s->count)
		return -EINVAL;
	if (value < 0 || value > SEMAPHORE_VALUE_MAX)
		return -ERANGE;
	s->value[number] = (int16_t)value;
	wait_wake_all(&s->waiters);
	return 0;
}
