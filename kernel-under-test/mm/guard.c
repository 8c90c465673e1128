/* Debug build only: red zones, poison and quarantine for kernel memory. */
#include "mm/guard.h"

#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/page.h"

#define UNINITIALIZED 0xa5 /* uninitialized */
#define REDZONE	      0xbb /* past the end of an object */
#define FREED	      0x6b /* in a freed object */
#define FREED_PAGE    0x6a /* in a freed page */

enum tail_state { TAIL_UNUSED = 0x4e455645, TAIL_LIVE = 0x4c495645, TAIL_FREED = 0x46524545 };

/* At the end of every block. */
struct tail {
	uint64_t zone; /* the end of the red zone */
	uint32_t size; /* of the object, in bytes */
	uint32_t state;
	const void *allocated_by, *freed_by;
};

/* The quarantine: a freed object is reused only after this many others were freed. */
#define QUARANTINE_MAX 256
static void *quarantine[QUARANTINE_MAX];
static unsigned int quarantine_next;

static struct tail *tail_of(const void *block, size_t block_size)
{
	return (struct tail *)((uint64_t)block + block_size) - 1;
}

/* The first of `n` bytes that is not `byte`, or NULL. */
static const uint8_t *differs(const void *from, size_t n, uint8_t byte)
{
	const uint8_t *at = from;

	for (; n && ((uint64_t)at & 7); n--, at++)
		if (*at != byte)
			return at;
	for (; n >= 8 && *(const uint64_t *)at == byte * 0x0101010101010101ull; n -= 8)
		at += 8;
	for (; n; n--, at++)
		if (*at != byte)
			return at;
	return NULL;
}

size_t guard_block_size(size_t size)
{
	return ALIGN_UP(size, 8) + sizeof(struct tail);
}

void guard_init_block(void *block, size_t block_size)
{
	tail_of(block, block_size)->state = TAIL_UNUSED;
}

/* The first word is skipped: the allocator links free blocks through it. */
static void check_dead(const void *block, const struct tail *t)
{
	const uint8_t *bad = NULL;

	if (t->size > sizeof(void *))
		bad = differs((const char *)block + sizeof(void *), t->size - sizeof(void *),
			      FREED);
	if (bad)
		panic("mm: object %p of %u bytes, made at %p, was written at offset %lu after it "
		      "was freed at %p",
		      block, t->size, t->allocated_by,
		      (unsigned long)(bad - (const uint8_t *)block), t->freed_by);
}

void guard_alloc(void *block, size_t size, const void *by)
{
	size_t block_size;
	struct tail *t;

	if (!block)
		return;
	block_size = kmem_block_size(block);
	t = tail_of(block, block_size);
	if (t->state == TAIL_LIVE)
		panic("mm: object %p, made at %p, is handed out twice, now at %p", block,
		      t->allocated_by, by);
	if (t->state == TAIL_FREED)
		check_dead(block, t);
	else if (t->state != TAIL_UNUSED)
		panic("mm: the end of free block %p was overwritten", block);
	memset(block, UNINITIALIZED, size);
	memset((char *)block + size, REDZONE,
	       (size_t)((char *)(&t->zone + 1) - (char *)block) - size);
	t->size = (uint32_t)size;
	t->state = TAIL_LIVE;
	t->allocated_by = by;
	t->freed_by = NULL;
}

void guard_set_caller(void *object, const void *by)
{
	tail_of(object, kmem_block_size(object))->allocated_by = by;
}

void *guard_free(void *object, const void *by)
{
	size_t block_size = kmem_block_size(object);
	struct tail *t = tail_of(object, block_size);
	const uint8_t *bad;
	void *oldest;

	if (t->state == TAIL_FREED)
		panic("mm: object %p of %u bytes, made at %p and freed at %p, is freed again at %p",
		      object, t->size, t->allocated_by, t->freed_by, by);
	if (t->state != TAIL_LIVE || t->size > block_size - sizeof(*t))
		panic("mm: %p is freed at %p and was never an object, or its end was overwritten",
		      object, by);
	bad = differs((const char *)object + t->size,
		      (size_t)((char *)t + sizeof(t->zone) - (char *)object) - t->size, REDZONE);
	if (bad)
		panic("mm: object %p of %u bytes, made at %p, was written past its end at offset "
		      "%lu",
		      object, t->size, t->allocated_by,
		      (unsigned long)(bad - (const uint8_t *)object));
	memset(object, FREED, t->size);
	t->state = TAIL_FREED;
	t->freed_by = by;
	oldest = __atomic_exchange_n(
		&quarantine[__atomic_fetch_add(&quarantine_next, 1, __ATOMIC_RELAXED) %
			    QUARANTINE_MAX],
		object, __ATOMIC_ACQ_REL);
	if (oldest)
		check_dead(oldest, tail_of(oldest, kmem_block_size(oldest)));
	return oldest;
}

static uint32_t fail_rate;

void guard_set_fail_rate(uint32_t n)
{
	WRITE_ONCE(fail_rate, n);
}

bool guard_should_fail(void)
{
	static uint32_t state; /* a Weyl sequence, shared by all CPUs */
	uint32_t n = READ_ONCE(fail_rate), s;

	if (likely(!n))
		return false;
	s = __atomic_add_fetch(&state, 0x9e3779b9, __ATOMIC_RELAXED);
	s = (s ^ s >> 16) * 0x85ebca6b;
	return (s ^ s >> 13) % n == 0;
}

void guard_page_free(struct page *p, unsigned int order)
{
	memset(page_to_virt(p), FREED_PAGE, PAGE_SIZE << order);
}

void guard_page_alloc(struct page *p, unsigned int order)
{
	const uint8_t *bad;

	if (!p)
		return;
	bad = differs(page_to_virt(p), PAGE_SIZE << order, FREED_PAGE);
	if (bad)
		panic("mm: the page at %p was written at offset %lu after it was freed",
		      (void *)page_to_phys(p),
		      (unsigned long)(bad - (const uint8_t *)page_to_virt(p)));
	memset(page_to_virt(p), UNINITIALIZED, PAGE_SIZE << order);
}
