/* Tables of file descriptors. */
#include "fs/file.h"
#include "fs/lock.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/sched.h"

#define FIRST_CAPACITY 16

/* Another thread of those that have `t` may be at work on what was in it, without a reference. */
static void settle(const struct files *t)
{
	if (unlikely(t->refs > 1))
		sched_settle_all();
	else
		sched_settle();
}

/* A descriptor goes: with the first one for a file go the locks that the table holds on it. */
static void let_go(struct files *t, struct file *f)
{
	settle(t);
	if (unlikely(f->inode && f->inode->locks))
		lock_release(f->inode, t);
	file_put(f);
}

static struct files *files_make(uint32_t capacity)
{
	struct files *t = kmem_zalloc(sizeof(*t));

	if (!t)
		return NULL;
	t->slots = kmem_zalloc(capacity * sizeof(struct file *));
	if (!t->slots) {
		kmem_free(t);
		return NULL;
	}
	t->refs = 1;
	t->capacity = capacity;
	t->limit = FILES_MAX;
	return t;
}

struct files *files_create(void)
{
	return files_make(FIRST_CAPACITY);
}

struct files *files_clone(const struct files *from)
{
	struct files *t = files_make(from->capacity);

	if (!t)
		return NULL;
	t->hint = from->hint;
	t->limit = from->limit;
	for (uint32_t w = 0; w < from->capacity; w += 64) {
		t->used[w / 64] = from->used[w / 64];
		t->cloexec[w / 64] = from->cloexec[w / 64];
		for (uint64_t bits = from->used[w / 64]; bits; bits &= bits - 1) {
			uint32_t fd = w + (uint32_t)__builtin_ctzll(bits);

			t->slots[fd] = file_get(from->slots[fd]);
		}
	}
	return t;
}

struct files *files_get(struct files *t)
{
	t->refs++;
	return t;
}

void files_put(struct files *t)
{
	if (--t->refs)
		return;
	for (uint32_t w = 0; w < t->capacity; w += 64)
		for (uint64_t bits = t->used[w / 64]; bits; bits &= bits - 1)
			let_go(t, t->slots[w + (uint32_t)__builtin_ctzll(bits)]);
	kmem_free(t->slots);
	kmem_free(t);
}

void files_close_on_exec(struct files *t)
{
	for (uint32_t w = 0; w < t->capacity; w += 64)
		for (uint64_t bits = t->cloexec[w / 64]; bits; bits &= bits - 1)
			files_close(t, w + (uint32_t)__builtin_ctzll(bits));
}

static int grow(struct files *t, uint32_t fd)
{
	uint32_t capacity = t->capacity;
	struct file **slots, **old;

	while (capacity <= fd)
		capacity *= 2;
	slots = kmem_zalloc(capacity * sizeof(struct file *));
	if (!slots)
		return -ENOMEM;
	memcpy(slots, t->slots, t->capacity * sizeof(struct file *));
	old = t->slots;
	__atomic_store_n(&t->slots, slots, __ATOMIC_RELEASE);
	__atomic_store_n(&t->capacity, capacity, __ATOMIC_RELEASE);
	settle(t);
	kmem_free(old);
	return 0;
}

void files_set_cloexec(struct files *t, uint32_t fd, bool on)
{
	if (on)
		t->cloexec[fd / 64] |= BIT(fd % 64);
	else
		t->cloexec[fd / 64] &= ~BIT(fd % 64);
}

static void put_at(struct files *t, struct file *f, uint32_t fd, bool cloexec)
{
	t->slots[fd] = f;
	t->used[fd / 64] |= BIT(fd % 64);
	files_set_cloexec(t, fd, cloexec);
}

int files_add(struct files *t, struct file *f, uint32_t from, bool cloexec)
{
	uint32_t fd = MAX(from, t->hint);
	int err;

	for (; fd < FILES_MAX; fd = ALIGN_DOWN(fd, 64) + 64) {
		uint64_t free = ~t->used[fd / 64] & (~0ull << fd % 64);

		if (free) {
			fd = ALIGN_DOWN(fd, 64) + (uint32_t)__builtin_ctzll(free);
			break;
		}
	}
	if (fd >= t->limit)
		return -EMFILE;
	if (fd >= t->capacity) {
		err = grow(t, fd);
		if (err)
			return err;
	}
	if (from <= t->hint)
		t->hint = fd + 1;
	put_at(t, f, fd, cloexec);
	return (int)fd;
}

int files_replace(struct files *t, struct file *f, uint32_t fd, bool cloexec)
{
	struct file *old;
	int err;

	if (fd >= t->capacity) {
		err = grow(t, fd);
		if (err)
			return err;
	}
	old = t->slots[fd];
	put_at(t, f, fd, cloexec);
	if (old)
		let_go(t, old);
	return (int)fd;
}

int files_close(struct files *t, uint64_t fd)
{
	struct file *f = files_find(t, fd);

	if (!f)
		return -EBADF;
	t->slots[fd] = NULL;
	t->used[fd / 64] &= ~BIT(fd % 64);
	t->cloexec[fd / 64] &= ~BIT(fd % 64);
	t->hint = MIN(t->hint, (uint32_t)fd);
	let_go(t, f);
	return 0;
}
