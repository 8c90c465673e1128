#include "mm/page.h"

#include "lib/printf.h"
#include "lib/string.h"
#include "mm/guard.h"

/* The stack of single pages is filled and emptied by this many at a time. */
#define STACK_MAX   64
#define STACK_BATCH 16
/* How often what a cache holds is given up for one block of several pages. */
#define RECLAIM_ROUNDS 8

struct page *page_array;

static uint64_t page_limit; /* page frames below this have a struct page */
static struct list free_blocks[PAGE_ORDER_MAX + 1];
static uint64_t buddy_free, total;
static struct page *stack[STACK_MAX];
static unsigned int stack_count;

static void buddy_insert(struct page *p, unsigned int order)
{
	p->order = (uint8_t)order;
	p->state = PAGE_FREE;
	list_push_front(&free_blocks[order], &p->link);
}

static struct page *buddy_take(unsigned int order)
{
	for (unsigned int o = order; o <= PAGE_ORDER_MAX; o++) {
		struct page *p;

		if (list_empty(&free_blocks[o]))
			continue;
		p = list_first(&free_blocks[o], struct page, link);
		list_remove(&p->link);
		/* Give back the upper half, and again, until what is left has the size asked for.
		 */
		while (o > order) {
			o--;
			buddy_insert(p + (1ul << o), o);
		}
		p->order = (uint8_t)order;
		p->state = PAGE_USED;
		buddy_free -= 1ul << order;
		return p;
	}
	return NULL;
}

static void buddy_give(struct page *p, unsigned int order)
{
	uint64_t pfn = (uint64_t)(p - page_array);

	buddy_free += 1ul << order;
	for (; order < PAGE_ORDER_MAX; order++) {
		uint64_t other = pfn ^ (1ul << order);
		struct page *b = &page_array[other];

		if (other >= page_limit || b->state != PAGE_FREE || b->order != order)
			break;
		list_remove(&b->link);
		page_array[MAX(pfn, other)].state = PAGE_TAIL;
		pfn = MIN(pfn, other);
	}
	buddy_insert(&page_array[pfn], order);
}

static bool stack_fill(void)
{
	while (stack_count < STACK_BATCH) {
		struct page *p = buddy_take(0);

		if (!p)
			break;
		stack[stack_count++] = p;
	}
	if (!stack_count && mmu_trim() == 0)
		page_reclaim(STACK_BATCH);
	return stack_count > 0;
}

struct page *page_alloc(void)
{
	struct page *p;

	if (unlikely(!stack_count) && !stack_fill())
		return NULL;
	p = stack[--stack_count];
	p->refs = 1;
	guard_page_open(p, 0);
	return p;
}

struct page *page_alloc_zeroed(void)
{
	struct page *p = page_alloc();

	if (p)
		page_clear(p);
	return p;
}

struct page *page_alloc_order(unsigned int order)
{
	struct page *p;

	p = buddy_take(order);
	/* Neighbours may come free together, or not. */
	for (unsigned int i = 0; unlikely(!p) && i < RECLAIM_ROUNDS; i++) {
		if (!page_reclaim(1ul << order))
			break;
		p = buddy_take(order);
	}
	if (p) {
		p->refs = 1;
		guard_page_open(p, order);
	}
	return p;
}

void page_put(struct page *p)
{
	ASSERT(p->refs > 0);
	if (--p->refs)
		return;
	guard_page_close(p, p->order);
	if (p->order) {
		buddy_give(p, p->order);
		return;
	}
	if (stack_count == STACK_MAX)
		while (stack_count > STACK_MAX - STACK_BATCH)
			buddy_give(stack[--stack_count], 0);
	stack[stack_count++] = p;
}

uint64_t page_count_total(void)
{
	return total;
}

uint64_t page_count_free(void)
{
	return buddy_free + stack_count;
}

/* Before the allocator: pages are cut from the memory after the image and the initrd. */
static const struct boot_info *early_info;
static uint64_t early_next;

static bool overlaps(struct boot_region r, uint64_t start, uint64_t end)
{
	return start < ALIGN_UP(r.end, PAGE_SIZE) && end > ALIGN_DOWN(r.start, PAGE_SIZE);
}

/* `size` bytes of zeroed memory, in one piece. */
static uint64_t early_take(uint64_t size)
{
	for (size_t i = 0; i < early_info->usable_count; i++) {
		uint64_t at = MAX(early_next, early_info->usable[i].start);

		if (overlaps(early_info->image, at, at + size))
			at = ALIGN_UP(early_info->image.end, PAGE_SIZE);
		if (overlaps(early_info->initrd, at, at + size))
			at = ALIGN_UP(early_info->initrd.end, PAGE_SIZE);
		if (at + size > early_info->usable[i].end)
			continue;
		early_next = at + size;
		memset(phys_to_virt(at), 0, size);
		return at;
	}
	panic("mm: not enough memory to start");
}

static uint64_t early_take_page(void)
{
	return early_take(PAGE_SIZE);
}

static void release(uint64_t start, uint64_t end)
{
	for (uint64_t pa = start; pa < end; pa += PAGE_SIZE) {
		struct page *p = phys_to_page(pa);

		if (p->state != PAGE_RESERVED)
			continue;
		guard_page_close(p, 0);
		buddy_give(p, 0);
		total++;
	}
}

void page_release_region(struct boot_region r)
{
	release(ALIGN_UP(r.start, PAGE_SIZE), ALIGN_DOWN(r.end, PAGE_SIZE));
}

/* Frees what of [start, end) is not in `keep`, then goes on with the other keepers. */
static void release_around(uint64_t start, uint64_t end, const struct boot_region *keep, size_t n)
{
	if (start >= end)
		return;
	if (!n) {
		release(start, end);
		return;
	}
	if (!overlaps(*keep, start, end)) {
		release_around(start, end, keep + 1, n - 1);
		return;
	}
	release_around(start, MIN(end, ALIGN_DOWN(keep->start, PAGE_SIZE)), keep + 1, n - 1);
	release_around(MAX(start, ALIGN_UP(keep->end, PAGE_SIZE)), end, keep + 1, n - 1);
}

void page_init(const struct boot_info *info)
{
	struct boot_region keep[3];

	if (!info->usable_count)
		panic("mm: the loader handed over no memory");
	early_info = info;
	page_limit = info->usable[info->usable_count - 1].end >> PAGE_SHIFT;
	keep[2].start = early_next = info->image.end;

	/* In the reach of boot.S's tables, until mmu_init() has made the real ones. */
	page_array =
		phys_to_virt(early_take(ALIGN_UP(page_limit * sizeof(struct page), PAGE_SIZE)));
	mmu_init(info, early_take_page);

	for (unsigned int o = 0; o <= PAGE_ORDER_MAX; o++)
		list_init(&free_blocks[o]);
	keep[0] = info->image;
	keep[1] = info->initrd;
	keep[2].end = early_next;
	for (size_t i = 0; i < info->usable_count; i++)
		release_around(info->usable[i].start, info->usable[i].end, keep, ARRAY_SIZE(keep));
}

uint64_t mmu_page_take(void)
{
	struct page *p = page_alloc_zeroed();

	return p ? page_to_phys(p) : 0;
}

void mmu_page_give(uint64_t pa)
{
	page_put(phys_to_page(pa));
}

struct list *mmu_page_link(uint64_t pa)
{
	return &phys_to_page(pa)->link;
}

uint64_t mmu_link_page(const struct list *link)
{
	return page_to_phys(list_entry(link, struct page, link));
}

uint64_t **mmu_page_slot(uint64_t pa)
{
	return &phys_to_page(pa)->slot;
}
