/* File descriptor tables. */
#include "fs/file.h"
#include "fs/lock.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "sched/sched.h"

#define INITIAL_CAPACITY 16

uint64_t files_nr_open = 1 << 20;

/* Waits until no thread that shares `t` still uses a file or array it looked up without a lock. */
static void wait_for_lookups(const struct files *t)
{
	if (unlikely(t->refs > 1))
		sched_synchronize_all();
	else
		sched_synchronize();
}

/*
 * Drops the reference of a closed descriptor. POSIX: any close of a file releases all locks that
 * the process holds on it.
 */
void files_drop(struct files *t, struct file *f)
{
	wait_for_lookups(t);
	if (unlikely(f->inode && f->inode->locks))
		lock_release_owner(f->inode, t);
	file_put(f);
}

static void files_free(struct files *t)
{
	kmem_free(t->slots);
	if (unlikely(t->words != t->first))
		kmem_free(t->words);
	kmem_free(t);
}

static struct files *files_make(uint32_t capacity)
{
	struct files *t = kmem_alloc(sizeof(*t));

	if (!t)
		return NULL;
	memset(t, 0, sizeof(*t));
	t->words = t->first;
	if (unlikely(capacity > FILES_INLINE))
		t->words = kmem_zalloc(capacity / 64 * sizeof(*t->words));
	t->slots = kmem_zalloc(capacity * sizeof(struct file *));
	if (!t->slots || !t->words) {
		files_free(t);
		return NULL;
	}
	t->refs = 1;
	t->capacity = capacity;
	t->limit = FILES_SOFT_DEFAULT;
	return t;
}

struct files *files_create(void)
{
	return files_make(INITIAL_CAPACITY);
}

/* The capacity that a copy needs. */
static uint32_t capacity_used(const struct files *t)
{
	uint32_t capacity = t->capacity;

	while (capacity > FILES_INLINE) {
		for (uint32_t w = capacity / 128; w < capacity / 64; w++)
			if (t->words[w].used)
				return capacity;
		capacity /= 2;
	}
	return capacity;
}

struct files *files_clone(struct files *from)
{
	uint32_t capacity =
		likely(from->capacity <= FILES_INLINE) ? from->capacity : capacity_used(from);
	struct files *t = files_make(capacity);

	if (!t)
		return NULL;
	spin_lock(&from->lock, LOCK_FILES);
	t->hint = from->hint;
	t->limit = from->limit;
	for (uint32_t w = 0; w < capacity; w += 64) {
		struct files_word word = from->words[w / 64];

		t->words[w / 64] = word;
		for (uint64_t bits = word.used; bits; bits &= bits - 1) {
			uint32_t fd = w + (uint32_t)__builtin_ctzll(bits);

			t->slots[fd] = file_get(from->slots[fd]);
		}
	}
	spin_unlock(&from->lock);
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
		for (uint64_t bits = t->words[w / 64].used; bits; bits &= bits - 1)
			files_drop(t, t->slots[w + (uint32_t)__builtin_ctzll(bits)]);
	files_free(t);
}

void files_close_on_exec(struct files *t)
{
	for (uint32_t w = 0; w < t->capacity; w += 64)
		for (uint64_t bits = t->words[w / 64].cloexec; bits; bits &= bits - 1)
			files_close(t, w + (uint32_t)__builtin_ctzll(bits));
}

static int grow(struct files *t, uint32_t fd)
{
	uint32_t capacity = t->capacity;
	struct files_word *words, *old_words = NULL;
	struct file **slots, **old;

	while (capacity <= fd)
		capacity *= 2;
	slots = kmem_zalloc(capacity * sizeof(struct file *));
	words = capacity > FILES_INLINE ? kmem_zalloc(capacity / 64 * sizeof(*words)) : t->first;
	if (!slots || !words) {
		kmem_free(slots);
		if (words != t->first)
			kmem_free(words);
		return -ENOMEM;
	}
	spin_lock(&t->lock, LOCK_FILES);
	memcpy(slots, t->slots, t->capacity * sizeof(struct file *));
	if (words != t->words) {
		memcpy(words, t->words, ALIGN_UP(t->capacity, 64u) / 64 * sizeof(*words));
		old_words = t->words == t->first ? NULL : t->words;
		t->words = words;
	}
	old = t->slots;
	__atomic_store_n(&t->slots, slots, __ATOMIC_RELEASE);
	__atomic_store_n(&t->capacity, capacity, __ATOMIC_RELEASE);
	spin_unlock(&t->lock);
	wait_for_lookups(t);
	kmem_free(old);
	kmem_free(old_words);
	return 0;
}

/* Takes the kernel lock if this CPU does not have it. */
static noinline int grow_locking(struct files *t, uint32_t fd)
{
	KERNEL_SCOPE_NESTED();
	return grow(t, fd);
}

static void set_cloexec(struct files *t, uint32_t fd, bool on)
{
	if (on)
		t->words[fd / 64].cloexec |= BIT(fd % 64);
	else
		t->words[fd / 64].cloexec &= ~BIT(fd % 64);
}

void files_set_cloexec(struct files *t, uint32_t fd, bool on)
{
	spin_lock(&t->lock, LOCK_FILES);
	set_cloexec(t, fd, on);
	spin_unlock(&t->lock);
}

/* From here on: with the table's lock. */
static always_inline void install_at(struct files *t, struct files_word *w, struct file *f,
				     uint32_t fd)
{
	w->used |= BIT(fd % 64);
	WRITE_ONCE(t->slots[fd], f);
}

/*
 * Installs `f` at the lowest free descriptor, *at. -EMFILE; -EAGAIN: the table is too small for
 * *at.
 */
static always_inline int install_lowest(struct files *t, struct file *f, uint32_t from,
					bool cloexec, uint32_t *at)
{
	uint32_t fd = MAX(from, t->hint);
	struct files_word *w = &t->words[fd / 64];

	for (; fd < t->capacity; fd = ALIGN_DOWN(fd, 64) + 64, w++) {
		uint64_t free = ~w->used & (~0ull << fd % 64);

		if (free) {
			fd = ALIGN_DOWN(fd, 64) + (uint32_t)__builtin_ctzll(free);
			break;
		}
	}
	*at = fd;
	if (fd >= t->limit)
		return -EMFILE;
	if (fd >= t->capacity)
		return -EAGAIN;
	if (from <= t->hint)
		t->hint = fd + 1;
	if (cloexec)
		w->cloexec |= BIT(fd % 64);
	install_at(t, w, f, fd);
	return 0;
}

static always_inline struct file *remove_slot(struct files *t, uint64_t fd)
{
	struct file *f = files_find(t, fd);
	struct files_word *w;

	if (!f)
		return NULL;
	w = &t->words[fd / 64];
	w->used &= ~BIT(fd % 64);
	w->cloexec &= ~BIT(fd % 64);
	WRITE_ONCE(t->slots[fd], NULL);
	t->hint = MIN(t->hint, (uint32_t)fd);
	return f;
}

int files_add(struct files *t, struct file *f, uint32_t from, bool cloexec)
{
	uint32_t fd;
	int err;

	for (;;) {
		spin_lock(&t->lock, LOCK_FILES);
		err = install_lowest(t, f, from, cloexec, &fd);
		spin_unlock(&t->lock);
		if (likely(err != -EAGAIN))
			return err ? err : (int)fd;
		err = grow_locking(t, fd);
		if (err)
			return err;
	}
}

struct file *files_find_get(struct files *t, uint64_t fd)
{
	struct file *f;

	spin_lock(&t->lock, LOCK_FILES);
	f = files_find(t, fd);
	if (f)
		file_get(f);
	spin_unlock(&t->lock);
	return f;
}

bool files_holds(struct files *t, uint64_t fd, const struct file *f)
{
	bool held;

	spin_lock(&t->lock, LOCK_FILES);
	held = files_find(t, fd) == f;
	spin_unlock(&t->lock);
	return held;
}

int files_dup(struct files *t, uint64_t fd)
{
	struct file *f;
	uint32_t new = 0;
	int err = -EBADF;

	spin_lock(&t->lock, LOCK_FILES);
	f = files_find(t, fd);
	if (likely(f))
		err = install_lowest(t, f, 0, false, &new);
	if (likely(!err))
		file_get(f);
	spin_unlock(&t->lock);
	return err ? err : (int)new;
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
	spin_lock(&t->lock, LOCK_FILES);
	old = t->slots[fd];
	set_cloexec(t, fd, cloexec);
	install_at(t, &t->words[fd / 64], f, fd);
	spin_unlock(&t->lock);
	if (old)
		files_drop(t, old);
	return (int)fd;
}

static always_inline struct file *remove_slot_locked(struct files *t, uint64_t fd)
{
	struct file *f;

	spin_lock(&t->lock, LOCK_FILES);
	f = remove_slot(t, fd);
	spin_unlock(&t->lock);
	return f;
}

int files_close_unlocked(struct files *t, uint64_t fd, bool threads, struct file **left)
{
	struct file *f = remove_slot_locked(t, fd);
	struct inode *inode;
	bool raced;

	if (unlikely(!f))
		return -EBADF;
	*left = f;
	inode = f->inode;
	/*
	 * A thread that sets a lock does so before it checks files_holds(), which takes the table's
	 * lock: so either this sees the lock, or that thread sees the descriptor gone.
	 */
	if (inode && unlikely(READ_ONCE(inode->locks)))
		return -EAGAIN;
	raced = unlikely(threads) || unlikely(READ_ONCE(t->refs) > 1);
	if (__atomic_load_n(&f->refs, __ATOMIC_ACQUIRE) == 1)
		return inode && !raced ? file_release_unlocked(f) : -EAGAIN;
	/* The last close then waits for those that may have looked the file up here. */
	if (raced && !READ_ONCE(f->unsettled))
		WRITE_ONCE(f->unsettled, true);
	return likely(file_put_unless_last(f)) ? 0 : -EAGAIN;
}

int files_close(struct files *t, uint64_t fd)
{
	struct file *f = remove_slot_locked(t, fd);

	if (!f)
		return -EBADF;
	files_drop(t, f);
	return 0;
}
