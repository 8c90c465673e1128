/* The kernel's small-object allocator: slabs behind per-CPU magazines. */
#include "mm/kmem.h"

#include "arch/spin.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/guard.h"
#include "mm/page.h"

/* Size class c has objects of 16 << c bytes in slabs of a page; larger sizes get whole pages. */
#define CLASSES	     8
#define SMALLEST_LOG 4
#define LARGEST	     (1ul << (SMALLEST_LOG + CLASSES - 1))

/* Slabs with a free object. The lock guards all slabs of the class. */
static struct depot {
	struct spinlock lock;
	struct list partial;
} __attribute__((aligned(64))) depots[CLASSES];

/* A CPU's free objects of a class, linked: at most `limit`, and at most a page's worth. */
#define MAGAZINE_MAX 16

static struct magazine {
	void *top;
	uint32_t count, limit;
} magazines[CPUS_MAX][CLASSES] __attribute__((aligned(64)));

void kmem_init(void)
{
	for (unsigned int c = 0; c < CLASSES; c++) {
		list_init(&depots[c].partial);
		for (unsigned int i = 0; i < CPUS_MAX; i++)
			magazines[i][c].limit = (uint32_t)MIN((size_t)MAGAZINE_MAX,
							      PAGE_SIZE >> (SMALLEST_LOG + c));
	}
}

static inline struct magazine *magazine_of_cpu(unsigned int class)
{
	return &magazines[arch_cpu_id()][class];
}

static inline void push(struct magazine *m, void *object)
{
	*(void **)object = m->top;
	m->top = object;
	m->count++;
}

static inline void *pop(struct magazine *m)
{
	void *object = m->top;

	m->top = *(void **)object;
	m->count--;
	return object;
}

static unsigned int class_of(size_t size)
{
	return size <= 1ul << SMALLEST_LOG
		       ? 0
		       : 64 - SMALLEST_LOG - (unsigned int)__builtin_clzl(size - 1);
}

/* A new slab, not visible to other CPUs yet. */
static struct page *slab_create(unsigned int class)
{
	struct page *p = page_alloc();
	size_t size = 1ul << (SMALLEST_LOG + class);
	char *base;

	if (!p)
		return NULL;
	base = page_to_virt(p);
	p->state = (uint8_t)(PAGE_SLAB + class);
	p->used = 0;
	p->objects = NULL;
	for (size_t at = PAGE_SIZE; at; at -= size) {
		*(void **)(base + at - size) = p->objects;
		p->objects = base + at - size;
		guard_init_block(p->objects, size);
	}
	return p;
}

/* Moves objects from a slab to the magazine, up to half its limit. */
static void magazine_fill(struct magazine *m, struct page *p)
{
	uint32_t wanted = MAX(m->limit / 2, 1u);

	while (m->count < wanted && p->objects) {
		void *object = p->objects;

		p->objects = *(void **)object;
		p->used++;
		push(m, object);
	}
	if (!p->objects)
		list_remove(&p->link);
}

/* The slow path of an allocation: the magazine is empty. */
static noinline void *refill_and_pop(unsigned int class)
{
	struct magazine *m = magazine_of_cpu(class);
	struct depot *d = &depots[class];
	struct page *made = NULL;

	spin_lock(&d->lock, LOCK_KMEM);
	if (list_empty(&d->partial)) {
		/*
		 * Page allocation may reclaim caches, which frees objects, so not under the lock.
		 */
		spin_unlock(&d->lock);
		made = slab_create(class);
		spin_lock(&d->lock, LOCK_KMEM);
		if (made)
			list_push_front(&d->partial, &made->link);
	}
	/* Reclaim may have freed objects into this magazine. */
	if (!m->count && !list_empty(&d->partial))
		magazine_fill(m, list_first(&d->partial, struct page, link));
	spin_unlock(&d->lock);
	return m->count ? pop(m) : NULL;
}

/* Returns an object to its slab. The class's lock is held. */
static void slab_free(struct depot *d, void *object)
{
	struct page *p = virt_to_page(object);

	if (!p->objects)
		list_push_front(&d->partial, &p->link);
	*(void **)object = p->objects;
	p->objects = object;
	p->used--;
	/* Free an empty slab, unless it is the class's only one with free objects. */
	if (!p->used && (p->link.next != &d->partial || p->link.prev != &d->partial)) {
		list_remove(&p->link);
		p->state = PAGE_USED;
		page_put(p);
	}
}

/* The slow path of a free: returns the object, and half of the full magazine. */
static noinline void drain(void *object, unsigned int class)
{
	struct magazine *m = magazine_of_cpu(class);
	struct depot *d = &depots[class];

	spin_lock(&d->lock, LOCK_KMEM);
	slab_free(d, object);
	while (m->count > m->limit / 2)
		slab_free(d, pop(m));
	spin_unlock(&d->lock);
}

static noinline void *pages_alloc(size_t size)
{
	unsigned int order = 0;
	struct page *p;

	while (order <= PAGE_ORDER_MAX && (PAGE_SIZE << order) < size)
		order++;
	p = order <= PAGE_ORDER_MAX ? page_alloc_order(order) : NULL;
	if (!p)
		return NULL;
	guard_init_block(page_to_virt(p), PAGE_SIZE << order);
	return page_to_virt(p);
}

static always_inline void *block_alloc(size_t size)
{
	struct magazine *m;
	unsigned int class;

	if (unlikely(size > LARGEST))
		return pages_alloc(size);
	class = class_of(size);
	m = magazine_of_cpu(class);
	return likely(m->top) ? pop(m) : refill_and_pop(class);
}

static always_inline void block_free(void *object)
{
	struct page *p = virt_to_page(object);
	struct magazine *m;

	if (p->state < PAGE_SLAB) {
		page_put(p);
		return;
	}
	m = magazine_of_cpu(p->state - PAGE_SLAB);
	if (unlikely(m->count == m->limit))
		drain(object, p->state - PAGE_SLAB);
	else
		push(m, object);
}

void *kmem_alloc(size_t size)
{
	void *object = guard_should_fail() ? NULL : block_alloc(guard_block_size(size));

	guard_alloc(object, size, __builtin_return_address(0));
	return object;
}

void *kmem_zalloc(size_t size)
{
	void *object = kmem_alloc(size);

	if (object) {
		guard_set_caller(object, __builtin_return_address(0));
		memset(object, 0, size);
	}
	return object;
}

void kmem_free(void *object)
{
	if (!object)
		return;
	object = guard_free(object, __builtin_return_address(0));
	if (object)
		block_free(object);
}

size_t kmem_block_size(const void *object)
{
	const struct page *p = virt_to_page(object);

	return p->state < PAGE_SLAB ? PAGE_SIZE << p->order
				    : 1ul << (SMALLEST_LOG + p->state - PAGE_SLAB);
}
