/* Creating, cloning and freeing address spaces, and unmapping their pages. */
#include "mm/space.h"

#include "arch/mmu.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/random.h"
#include "mm/kmem.h"
#include "mm/tlb.h"

/* Range of the random offsets of the stack and of mappings, in pages. */
#define STACK_SPREAD   (1ull << 22)
#define MAPPING_SPREAD (1ull << 28)

/* Above this many pages, flushing the whole TLB is cheaper than flushing each page. */
#define FLUSH_EACH_MAX 32

/* Larger shared areas are not copied by fork: the child faults in the pages that it uses. */
#define CLONE_SHARED_MAX (64 * PAGE_SIZE)

/* Least and most address space left for the stack below stack_top, as on Linux. */
#define STACK_GAP_MIN (128ul << 20)
#define STACK_GAP_MAX ((uint64_t)USER_TOP / 6 * 5)

/* Pages freed per TLB shootdown. */
#define ZAP_BATCH 64

/*
 * Allocates a space, with a copy of the areas of `from` unless that is NULL; references to their
 * objects are left to the caller.
 */
static struct space *space_alloc(const struct space *from)
{
	struct space *s = kmem_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	if (from ? areas_init_copy(&s->areas, &from->areas) : areas_init(&s->areas)) {
		kmem_free(s);
		return NULL;
	}
	if (mmu_space_create(&s->root, &s->tables) < 0) {
		areas_destroy(&s->areas);
		kmem_free(s);
		return NULL;
	}
	s->refs = 1;
	return s;
}

uint64_t space_random = 2;

uint64_t space_random_gap(const struct space *s, uint64_t pages)
{
	return s->randomize ? (random_u64() % pages) << PAGE_SHIFT : 0;
}

struct space *space_create(bool randomize, uint64_t stack_limit)
{
	uint64_t gap = ALIGN_DOWN(MIN(MAX(stack_limit, STACK_GAP_MIN), STACK_GAP_MAX), PAGE_SIZE);
	struct space *s = space_alloc(NULL);

	if (!s)
		return NULL;
	s->randomize = randomize;
	s->stack_top = USER_TOP - space_random_gap(s, STACK_SPREAD);
	s->stack_limit = stack_limit;
	s->top = s->stack_top - gap - STACK_GUARD - space_random_gap(s, MAPPING_SPREAD);
	return s;
}

/* Shares an area's pages with the copy. Private pages become read-only in both spaces. */
static int clone_pages(struct space *to, struct space *from, const struct area *a, bool *changed)
{
	bool private = !(a->flags & AREA_SHARED);
	uint64_t va = a->start, *src;

	if (!private && a->end - a->start > CLONE_SHARED_MAX)
		return 0;
	while ((src = mmu_entry_next(from->root, &va, a->end))) {
		uint64_t end = MIN(a->end, ALIGN_DOWN(va, MMU_TABLE_SPAN) + MMU_TABLE_SPAN);
		uint64_t *dst = NULL;

		for (; va < end; va += PAGE_SIZE, src++) {
			uint64_t e = *src;

			if (!e) {
				if (dst)
					dst++;
				continue;
			}
			if (!dst) {
				dst = mmu_entry_make(to->root, &to->tables, va);
				if (!dst)
					return -ENOMEM;
			}
			if (private && mmu_entry_writable(e)) {
				e = mmu_entry_read_only(e);
				*src = e;
				*changed = true;
			}
			page_get(phys_to_page(mmu_entry_page(e)));
			*dst++ = e;
			to->resident++;
		}
	}
	return 0;
}

/* Clones the pages of all areas. */
static int clone_areas(struct space *to, struct space *from, bool *changed)
{
	int err = 0;

	for (struct area *a = areas_first(&to->areas); a; a = areas_next(&to->areas, a)) {
		if (a->object)
			object_get(a->object);
		if (!err)
			err = clone_pages(to, from, a, changed);
	}
	return err;
}

/* The same if some areas, or their pages, are not to be inherited. */
static int clone_advised(struct space *to, struct space *from, bool *changed)
{
	struct area *a = areas_first(&to->areas);
	int err = 0;

	to->has_advice = true;
	while (a) {
		if (a->flags & AREA_NO_FORK) {
			a = areas_remove(&to->areas, a, 1);
			continue;
		}
		if (a->object)
			object_get(a->object);
		if (!err && !(a->flags & AREA_WIPE_ON_FORK))
			err = clone_pages(to, from, a, changed);
		a = areas_next(&to->areas, a);
	}
	return err;
}

struct space *space_clone(struct space *from)
{
	struct space *s;
	bool changed = false;
	int err;

	space_lock(from);
	s = space_alloc(from);
	if (!s) {
		space_unlock(from);
		return NULL;
	}
	s->brk_start = from->brk_start;
	s->brk = from->brk;
	s->stack_top = from->stack_top;
	s->top = from->top;
	s->stack_limit = from->stack_limit;
	err = unlikely(from->has_advice) ? clone_advised(s, from, &changed)
					 : clone_areas(s, from, &changed);
	if (changed)
		tlb_flush(from);
	space_unlock(from);
	if (err) {
		space_put(s);
		return NULL;
	}
	return s;
}

/* Unmapped pages, to be freed once no TLB has them. */
struct zapped {
	struct space *space;
	/* This CPU's TLB may have some of them. */
	bool flush_here;
	size_t count;
	struct page *pages[ZAP_BATCH];
};

static void free_zapped(struct zapped *z)
{
	if (!z->count)
		return;
	if (z->flush_here)
		mmu_flush_all();
	z->flush_here = false;
	tlb_flush_others(z->space);
	while (z->count)
		page_put(z->pages[--z->count]);
}

/* Updates the peak before pages are unmapped: space_resident_peak(). */
static inline void update_resident_peak(struct space *s)
{
	if (s->resident > s->resident_peak)
		s->resident_peak = s->resident;
}

/*
 * space_zap_pages() where other TLBs may have entries. The CPUs to interrupt are determined only
 * after the entries are cleared, since one may load the space at any time (mm/tlb.h).
 */
static void zap_shared(struct space *s, uint64_t start, uint64_t end)
{
	struct zapped z = {.space = s};
	bool loaded_here = tlb_is_loaded(s);
	uint64_t va = start, zapped = 0, table;
	uint64_t *e;

	while ((e = mmu_entry_next(s->root, &va, end))) {
		uint64_t first = ALIGN_DOWN(va, MMU_TABLE_SPAN);
		uint64_t stop = MIN(end, first + MMU_TABLE_SPAN);
		bool whole = va == first && stop == first + MMU_TABLE_SPAN;

		update_resident_peak(s);
		for (; va < stop; va += PAGE_SIZE, e++) {
			if (!*e)
				continue;
			z.pages[z.count++] = phys_to_page(mmu_entry_page(*e));
			*e = 0;
			if (loaded_here && ++zapped <= FLUSH_EACH_MAX)
				mmu_flush_page(va);
			else
				z.flush_here = loaded_here;
			s->resident--;
			if (z.count == ZAP_BATCH)
				free_zapped(&z);
		}
		table = whole ? mmu_table_unlink(s->root, first) : 0;
		if (table) {
			/*
			 * Other CPUs, even idle ones, could walk the table until it was unlinked.
			 */
			tlb_flush_tables(s);
			mmu_table_free(table);
		}
	}
	free_zapped(&z);
}

void space_zap_pages(struct space *s, uint64_t start, uint64_t end)
{
	bool used = s->cpus;
	uint64_t va = start, zapped = 0;
	uint64_t *e;

	/* A space that no CPU has loaded is in no TLB, and nobody is about to run in it. */
	if (used && unlikely(tlb_remote)) {
		zap_shared(s, start, end);
		return;
	}
	while ((e = mmu_entry_next(s->root, &va, end))) {
		uint64_t first = ALIGN_DOWN(va, MMU_TABLE_SPAN);
		uint64_t stop = MIN(end, first + MMU_TABLE_SPAN);
		bool whole = va == first && stop == first + MMU_TABLE_SPAN;

		update_resident_peak(s);
		for (; va < stop; va += PAGE_SIZE, e++) {
			uint64_t old = *e;

			if (!old)
				continue;
			*e = 0;
			if (used && ++zapped <= FLUSH_EACH_MAX)
				mmu_flush_page(va);
			s->resident--;
			page_put(phys_to_page(mmu_entry_page(old)));
		}
		if (whole) {
			/* The table exists, since its entries were just visited. */
			mmu_table_free(mmu_table_unlink(s->root, first));
			zapped += used ? FLUSH_EACH_MAX + 1 : 0;
		}
	}
	if (zapped > FLUSH_EACH_MAX)
		mmu_flush_all();
}

void space_put(struct space *s)
{
	if (--s->refs)
		return;
	ASSERT(s != space_current());
	if (s->cpus)
		space_unload(s);
	for (struct area *a = areas_first(&s->areas); a; a = areas_next(&s->areas, a)) {
		space_zap_pages(s, a->start, a->end);
		if (a->object)
			object_put(a->object);
	}
	mmu_space_destroy(s->root, &s->tables);
	areas_destroy(&s->areas);
	kmem_free(s);
}
