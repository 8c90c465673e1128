/* The physical page allocator: per-CPU lists of pages in front of a buddy allocator. */
#include "mm/page.h"

#include "arch/cpu.h"
#include "arch/spin.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/guard.h"

/* Pages that a CPU keeps at most, and how many it exchanges with the buddy allocator at a time. */
#define PCP_MAX	    256
#define BATCH_ORDER 4
#define PCP_BATCH   (1u << BATCH_ORDER)
/* Attempts to reclaim enough for a block of several pages. */
#define RECLAIM_ROUNDS 8

struct page *page_array;

static uint64_t page_limit; /* page frames below this have a struct page */

/* Guards the free lists, and `order` and `state` of the pages in them. Innermost of all locks. */
static struct spinlock buddy_lock;
static struct list free_blocks[PAGE_ORDER_MAX + 1];
static uint64_t free_pages, total_pages;

/* Accessed by its own CPU only, with interrupts off. */
static struct pcp {
	struct page *top;
	unsigned int count;
} __attribute__((aligned(64))) pcps[CPUS_MAX];

static void buddy_insert(struct page *p, unsigned int order)
{
	p->order = (uint8_t)order;
	p->state = PAGE_FREE;
	list_push_front(&free_blocks[order], &p->link);
}

static struct page *buddy_alloc(unsigned int order)
{
	for (unsigned int o = order; o <= PAGE_ORDER_MAX; o++) {
		struct page *p;

		if (list_empty(&free_blocks[o]))
			continue;
		p = list_first(&free_blocks[o], struct page, link);
		list_remove(&p->link);
		/* Return the upper half until what is left has the requested order. */
		while (o > order) {
			o--;
			buddy_insert(p + (1ul << o), o);
		}
		p->order = (uint8_t)order;
		p->state = PAGE_USED;
		free_pages -= 1ul << order;
		return p;
	}
	return NULL;
}

static void buddy_free_block(struct page *p, unsigned int order)
{
	uint64_t pfn = (uint64_t)(p - page_array);

	free_pages += 1ul << order;
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

static inline struct pcp *pcp_of_cpu(void)
{
	return &pcps[arch_cpu_id()];
}

static inline void push(struct pcp *s, struct page *p)
{
	p->next_free = s->top;
	s->top = p;
	s->count++;
}

/* The list must not be empty. */
static inline struct page *pop(struct pcp *s)
{
	struct page *p = s->top;

	s->top = p->next_free;
	s->count--;
	p->refs = 1;
	guard_page_alloc(p, 0);
	return p;
}

/* Takes contiguous pages, so that no other CPU's struct page shares their cache lines. */
static bool pcp_fill_contiguous(struct pcp *s)
{
	struct page *p = buddy_alloc(BATCH_ORDER);

	if (!p)
		return false;
	for (struct page *end = p + PCP_BATCH; p < end; p++) {
		p->order = 0;
		p->state = PAGE_USED;
		push(s, p);
	}
	return true;
}

/* The slow path of page_alloc(): the CPU's list is empty. */
static noinline struct page *refill_and_pop(void)
{
	struct pcp *s = pcp_of_cpu();
	struct page *p;

	spin_lock(&buddy_lock, LOCK_PAGE);
	/* Prefer single pages, to preserve large blocks. */
	if (!list_empty(&free_blocks[0]) || !pcp_fill_contiguous(s))
		while (s->count < PCP_BATCH && (p = buddy_alloc(0)))
			push(s, p);
	spin_unlock(&buddy_lock);
	if (!s->count && kernel_locked() && mmu_trim() == 0)
		page_reclaim(PCP_BATCH);
	return s->count ? pop(s) : NULL;
}

struct page *page_alloc(void)
{
	struct pcp *s = pcp_of_cpu();

	if (guard_should_fail())
		return NULL;
	return likely(s->top) ? pop(s) : refill_and_pop();
}

struct page *page_alloc_zeroed(void)
{
	struct page *p = page_alloc();

	if (p)
		page_clear(p);
	return p;
}

static struct page *block_alloc(unsigned int order)
{
	struct page *p;

	spin_lock(&buddy_lock, LOCK_PAGE);
	p = buddy_alloc(order);
	spin_unlock(&buddy_lock);
	return p;
}

struct page *page_alloc_order(unsigned int order)
{
	struct page *p;

	if (guard_should_fail())
		return NULL;
	p = block_alloc(order);
	/* Reclaimed pages need not be contiguous, so retry. */
	for (unsigned int i = 0; unlikely(!p) && i < RECLAIM_ROUNDS; i++) {
		if (!kernel_locked() || !page_reclaim(1ul << order))
			break;
		p = block_alloc(order);
	}
	if (p) {
		p->refs = 1;
		guard_page_alloc(p, order);
	}
	return p;
}

/* Frees a block, or a page that the full list has no room for along with a batch of the list. */
static noinline void drain(struct page *p)
{
	struct pcp *s = pcp_of_cpu();

	spin_lock(&buddy_lock, LOCK_PAGE);
	buddy_free_block(p, p->order);
	while (s->count > PCP_MAX - PCP_BATCH) {
		p = s->top;
		s->top = p->next_free;
		s->count--;
		buddy_free_block(p, 0);
	}
	spin_unlock(&buddy_lock);
}

void page_put(struct page *p)
{
	uint32_t refs = READ_ONCE(p->refs);
	struct pcp *s = pcp_of_cpu();

	ASSERT(p->refs > 0);
	/* If ours is the only reference, nobody else can take one. */
	if (refs != 1 && __atomic_sub_fetch(&p->refs, 1, __ATOMIC_ACQ_REL))
		return;
	p->refs = 0;
	guard_page_free(p, p->order);
	if (unlikely(p->order || s->count == PCP_MAX))
		drain(p);
	else
		push(s, p);
}

uint64_t page_count_total(void)
{
	return total_pages;
}

uint64_t page_count_free(void)
{
	uint64_t n = READ_ONCE(free_pages);

	for (unsigned int i = 0; i < CPUS_MAX; i++)
		n += READ_ONCE(pcps[i].count);
	return n;
}

/* Before the allocator is up, pages are taken from the memory after the image and the initrd. */
static const struct boot_info *early_info;
static uint64_t early_next;

static bool overlaps(struct boot_region r, uint64_t start, uint64_t end)
{
	return start < ALIGN_UP(r.end, PAGE_SIZE) && end > ALIGN_DOWN(r.start, PAGE_SIZE);
}

/* Contiguous, zeroed memory of `size` bytes. */
static uint64_t early_alloc(uint64_t size)
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

static uint64_t early_alloc_page(void)
{
	return early_alloc(PAGE_SIZE);
}

static void release(uint64_t start, uint64_t end)
{
	spin_lock(&buddy_lock, LOCK_PAGE);
	for (uint64_t pa = start; pa < end; pa += PAGE_SIZE) {
		struct page *p = phys_to_page(pa);

		if (p->state != PAGE_RESERVED)
			continue;
		guard_page_free(p, 0);
		buddy_free_block(p, 0);
		total_pages++;
	}
	spin_unlock(&buddy_lock);
}

void page_release_region(struct boot_region r)
{
	release(ALIGN_UP(r.start, PAGE_SIZE), ALIGN_DOWN(r.end, PAGE_SIZE));
}

/* Frees [start, end) except for the `n` regions in `keep`. */
static void release_except(uint64_t start, uint64_t end, const struct boot_region *keep, size_t n)
{
	if (start >= end)
		return;
	if (!n) {
		release(start, end);
		return;
	}
	if (!overlaps(*keep, start, end)) {
		release_except(start, end, keep + 1, n - 1);
		return;
	}
	release_except(start, MIN(end, ALIGN_DOWN(keep->start, PAGE_SIZE)), keep + 1, n - 1);
	release_except(MAX(start, ALIGN_UP(keep->end, PAGE_SIZE)), end, keep + 1, n - 1);
}

void page_init(const struct boot_info *info)
{
	struct boot_region keep[3];

	if (!info->usable_count)
		panic("mm: the loader handed over no memory");
	early_info = info;
	page_limit = info->usable[info->usable_count - 1].end >> PAGE_SHIFT;
	keep[2].start = early_next = info->image.end;

	/*
	 * Within the reach of boot.S's page tables, since mmu_init() has yet to build the real
	 * ones.
	 */
	page_array =
		phys_to_virt(early_alloc(ALIGN_UP(page_limit * sizeof(struct page), PAGE_SIZE)));
	mmu_init(info, early_alloc_page);

	for (unsigned int o = 0; o <= PAGE_ORDER_MAX; o++)
		list_init(&free_blocks[o]);
	keep[0] = info->image;
	keep[1] = info->initrd;
	keep[2].end = early_next;
	for (size_t i = 0; i < info->usable_count; i++)
		release_except(info->usable[i].start, info->usable[i].end, keep, ARRAY_SIZE(keep));
}

uint64_t mmu_page_alloc(void)
{
	struct page *p = page_alloc_zeroed();

	return p ? page_to_phys(p) : 0;
}

void mmu_page_free(uint64_t pa)
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
