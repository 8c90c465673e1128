#include "mm/kmem.h"

#include "lib/printf.h"
#include "lib/string.h"
#include "mm/guard.h"
#include "mm/page.h"

/* Objects of 16 << class bytes, a page of them a slab; what is larger gets pages of its own. */
#define CLASSES	     8
#define SMALLEST_LOG 4
#define LARGEST	     (1ul << (SMALLEST_LOG + CLASSES - 1))

static struct list partial[CLASSES]; /* slabs with a free object */

void kmem_init(void)
{
	for (unsigned int c = 0; c < CLASSES; c++)
		list_init(&partial[c]);
}

static unsigned int class_of(size_t size)
{
	return size <= 1ul << SMALLEST_LOG
		       ? 0
		       : 64 - SMALLEST_LOG - (unsigned int)__builtin_clzl(size - 1);
}

static struct page *slab_make(unsigned int class)
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
		guard_fresh(p->objects, size);
	}
	list_push_front(&partial[class], &p->link);
	return p;
}

static inline __attribute__((always_inline)) void *block_alloc(size_t size)
{
	unsigned int class;
	struct page *p;
	void *object;

	if (unlikely(size > LARGEST)) {
		unsigned int order = 0;

		while (order <= PAGE_ORDER_MAX && (PAGE_SIZE << order) < size)
			order++;
		p = order <= PAGE_ORDER_MAX ? page_alloc_order(order) : NULL;
		if (!p)
			return NULL;
		guard_fresh(page_to_virt(p), PAGE_SIZE << order);
		return page_to_virt(p);
	}
	class = class_of(size);
	if (unlikely(list_empty(&partial[class]))) {
		p = slab_make(class);
		if (!p)
			return NULL;
	} else {
		p = list_first(&partial[class], struct page, link);
	}
	object = p->objects;
	p->objects = *(void **)object;
	p->used++;
	if (!p->objects)
		list_remove(&p->link);
	return object;
}

static inline __attribute__((always_inline)) void block_free(void *object)
{
	struct page *p = virt_to_page(object);
	unsigned int class;

	if (p->state < PAGE_SLAB) {
		page_put(p);
		return;
	}
	class = p->state - PAGE_SLAB;
	if (!p->objects)
		list_push_front(&partial[class], &p->link);
	*(void **)object = p->objects;
	p->objects = object;
	p->used--;
	/* An empty slab goes back, unless it is the only one that could serve the next call. */
	if (!p->used && (p->link.next != &partial[class] || p->link.prev != &partial[class])) {
		list_remove(&p->link);
		p->state = PAGE_USED;
		page_put(p);
	}
}

void *kmem_alloc(size_t size)
{
	void *object = block_alloc(guard_grow(size));

	guard_open(object, size, __builtin_return_address(0));
	return object;
}

void *kmem_zalloc(size_t size)
{
	void *object = kmem_alloc(size);

	if (object) {
		guard_maker(object, __builtin_return_address(0));
		memset(object, 0, size);
	}
	return object;
}

void kmem_free(void *object)
{
	if (!object)
		return;
	object = guard_close(object, __builtin_return_address(0));
	if (object)
		block_free(object);
}

size_t kmem_block_size(const void *object)
{
	const struct page *p = virt_to_page(object);

	return p->state < PAGE_SLAB ? PAGE_SIZE << p->order
				    : 1ul << (SMALLEST_LOG + p->state - PAGE_SLAB);
}
