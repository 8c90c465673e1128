/* Areas of a space: mapping, unmapping, protecting and flagging ranges of addresses. */
#include "arch/mmu.h"
#include "lib/errno.h"
#include "mm/page.h"
#include "mm/space.h"
#include "mm/tlb.h"

/* Areas that replacing one can add: it may be split twice, or split and inserted. */
#define AREAS_TO_REPLACE 2

/* Splits an area in two at `addr`, strictly inside it. */
static int split(struct space *s, struct area *a, uint64_t addr)
{
	struct area lower = *a;

	lower.end = addr;
	a = areas_insert(&s->areas, a, &lower);
	if (!a)
		return -ENOMEM;
	a = areas_next(&s->areas, a);
	a->offset += addr - a->start;
	a->start = addr;
	if (a->object)
		object_get(a->object);
	return 0;
}

/* Splits the areas that contain `start` and `end`, so that both become area boundaries. */
static int split_borders(struct space *s, uint64_t start, uint64_t end)
{
	struct area *a = space_find(s, start);
	int err;

	if (a && a->start < start) {
		err = split(s, a, start);
		if (err)
			return err;
	}
	a = space_find(s, end);
	return a && a->start < end ? split(s, a, end) : 0;
}

static bool mergeable(const struct area *a, const struct area *b)
{
	return a->end == b->start && a->flags == b->flags && a->object == b->object &&
	       (!a->object || a->offset + (a->end - a->start) == b->offset);
}

/*
 * An area with an object may only change under the kernel lock, which guards references to objects.
 */
static bool can_change(const struct area *a)
{
	return !a->object || kernel_locked();
}

/* The same for all areas from `a` on that begin before `end`. */
static bool can_change_range(struct space *s, struct area *a, uint64_t end)
{
	for (; a && a->start < end; a = areas_next(&s->areas, a))
		if (!can_change(a))
			return false;
	return true;
}

/* Merges an area with the next one if their attributes match and they are contiguous. */
static bool merge_next(struct space *s, struct area *a)
{
	struct area *next = areas_next(&s->areas, a);
	struct object *o = a->object;

	if (!next || !mergeable(a, next) || !can_change(a))
		return false;
	a->end = next->end;
	areas_remove(&s->areas, next, 1);
	if (o)
		object_put(o);
	return true;
}

/* Unmaps [addr, end); `a` is the first area that overlaps it. */
static always_inline int unmap_from(struct space *s, struct area *a, uint64_t addr, uint64_t end)
{
	int err;

	if (!can_change(a))
		return -EUNLOCKED;
	/* Nearly always exactly one area is unmapped. */
	if (a->start < addr || a->end != end) {
		if (!can_change_range(s, a, end))
			return -EUNLOCKED;
		err = split_borders(s, addr, end);
		if (err)
			return err;
		a = space_find(s, addr);
	}
	while (a && a->start < end) {
		struct object *o = a->object;
		struct area *last = a, *next;
		uint32_t n = 1;

		space_zap_pages(s, a->start, a->end);
		/* Batch the removal: removing one by one would move all later areas each time. */
		for (; !o && last->end < end && (next = areas_next(&s->areas, last)); n++) {
			if (next->object || next->start >= end)
				break;
			space_zap_pages(s, next->start, next->end);
			last = next;
		}
		a = areas_remove(&s->areas, a, n);
		if (o)
			object_put(o);
	}
	return 0;
}

int space_unmap(struct space *s, uint64_t addr, uint64_t len)
{
	struct area *a = space_find(s, addr);

	return !a || a->start >= addr + len ? 0 : unmap_from(s, a, addr, addr + len);
}

int space_map(struct space *s, uint64_t addr, uint64_t len, uint32_t flags, struct object *object,
	      uint64_t offset)
{
	struct area new = {addr, addr + len, object, object ? offset : 0, flags};
	struct area *a = space_find(s, addr), *below;
	int err = 0;

	if (a && a->start < new.end) {
		/*
		 * If this failed with -EUNLOCKED half way, the retry could unmap what another
		 * thread has mapped here.
		 */
		if (!kernel_locked())
			err = areas_reserve(&s->areas, AREAS_TO_REPLACE);
		if (!err)
			err = unmap_from(s, a, addr, new.end);
		if (err)
			return err;
		a = space_find(s, addr);
	}
	below = object ? NULL : areas_prev(&s->areas, a);
	/* Extending an anonymous neighbour allocates nothing. */
	if (below && mergeable(below, &new)) {
		below->end = new.end;
		merge_next(s, below);
		return 0;
	}
	if (!object && a && mergeable(&new, a)) {
		a->start = addr;
		return 0;
	}
	if (!areas_insert(&s->areas, a, &new))
		return -ENOMEM;
	if (object) {
		object_get(object);
		object->mapped = true;
	}
	return 0;
}

/*
 * Whether a page in a writable area may be made writable; if not, a write must fault first, to be
 * copied or to notify the object.
 */
static bool writable_in_place(const struct area *a, uint64_t entry)
{
	const struct page *p;

	if (a->flags & AREA_SHARED)
		return !(a->flags & AREA_TRACKED);
	p = phys_to_page(mmu_entry_page(entry));
	return __atomic_load_n(&p->refs, __ATOMIC_ACQUIRE) == 1;
}

/* Applies the area's new protection to the pages that are present. */
static void protect_pages(struct space *s, const struct area *a)
{
	uint32_t prot = a->flags & AREA_PROT;
	uint64_t va = a->start, *e;

	while ((e = mmu_entry_next(s->root, &va, a->end))) {
		uint64_t stop = MIN(a->end, ALIGN_DOWN(va, MMU_TABLE_SPAN) + MMU_TABLE_SPAN);

		for (; va < stop; va += PAGE_SIZE, e++) {
			if (!*e)
				continue;
			*e = mmu_entry_user(mmu_entry_page(*e),
					    (prot & AREA_WRITE) && (mmu_entry_writable(*e) ||
								    writable_in_place(a, *e)),
					    prot & AREA_EXEC);
			if (!prot)
				*e = mmu_entry_hide(*e);
		}
	}
	tlb_flush(s);
}

/* Merges areas from `start` to `end` whose attributes have become equal. */
static inline void merge_range(struct space *s, uint64_t start, uint64_t end)
{
	struct area *a = space_find(s, start);
	struct area *below = a ? areas_prev(&s->areas, a) : NULL;

	a = below ? below : a;
	while (a && a->start <= end) {
		uint64_t addr = a->start;

		/* Merging may move the area. */
		a = merge_next(s, a) ? space_find(s, addr) : areas_next(&s->areas, a);
	}
}

int space_protect(struct space *s, uint64_t addr, uint64_t len, uint32_t prot)
{
	uint64_t start = addr, end = addr + len;
	struct area *a = space_find(s, addr);
	int err;

	/* Nothing to do. */
	if (a && a->start <= addr && end <= a->end && (a->flags & AREA_PROT) == prot)
		return 0;
	err = can_change_range(s, a, end) ? split_borders(s, addr, end) : -EUNLOCKED;
	if (err)
		return err;
	for (a = space_find(s, addr); addr < end; a = areas_next(&s->areas, a)) {
		if (!a || a->start > addr)
			return -ENOMEM;
		if ((prot & AREA_WRITE) && (a->flags & AREA_NO_WRITE))
			return -EACCES;
		a->flags = (a->flags & ~(uint32_t)AREA_PROT) | prot;
		protect_pages(s, a);
		addr = a->end;
	}
	merge_range(s, start, end);
	return 0;
}

/* Clears and sets flags of all areas in a range. */
static int set_flags(struct space *s, uint64_t addr, uint64_t len, uint32_t off, uint32_t on)
{
	uint64_t end = addr + len;
	int err = can_change_range(s, space_find(s, addr), end) ? split_borders(s, addr, end)
								: -EUNLOCKED;

	if (err)
		return err;
	for (struct area *a = space_find(s, addr); a && a->start < end;
	     a = areas_next(&s->areas, a))
		a->flags = (a->flags & ~off) | on;
	merge_range(s, addr, end);
	return 0;
}

int space_advise(struct space *s, uint64_t addr, uint64_t len, uint32_t off, uint32_t on)
{
	int err = set_flags(s, addr, len, off, on);

	if (!err && on)
		s->has_advice = true;
	return err;
}

int space_set_locked(struct space *s, uint64_t addr, uint64_t len, bool locked)
{
	for (struct area *a = s->has_locked ? NULL : areas_first(&s->areas); a;
	     a = areas_next(&s->areas, a))
		a->flags &= ~(uint32_t)AREA_LOCKED;
	s->has_locked = true;
	return set_flags(s, addr, len, locked ? 0 : AREA_LOCKED, locked ? AREA_LOCKED : 0);
}

uint64_t space_locked_bytes(struct space *s, uint64_t addr, uint64_t end)
{
	uint64_t bytes = 0;

	for (struct area *a = s->has_locked ? space_find(s, addr) : NULL; a && a->start < end;
	     a = areas_next(&s->areas, a))
		if (a->flags & AREA_LOCKED)
			bytes += MIN(a->end, end) - MAX(a->start, addr);
	return bytes;
}

int space_discard(struct space *s, uint64_t addr, uint64_t len)
{
	struct area *a = space_find(s, addr);
	uint64_t end = addr + len, mapped = 0;

	for (; a && a->start < end; a = areas_next(&s->areas, a)) {
		uint64_t from = MAX(addr, a->start), to = MIN(end, a->end);

		space_zap_pages(s, from, to);
		mapped += to - from;
	}
	return mapped == len ? 0 : -ENOMEM;
}

void space_unmap_object(struct space *s, const struct object *o, uint64_t from, uint64_t end,
			bool copies)
{
	space_lock(s);
	for (struct area *a = areas_first(&s->areas); a; a = areas_next(&s->areas, a)) {
		uint64_t first = MAX(from, a->offset);
		uint64_t last = MIN(end, a->offset + (a->end - a->start));

		if (a->object == o && first < last && (copies || (a->flags & AREA_SHARED)))
			space_zap_pages(s, a->start + (first - a->offset),
					a->start + (last - a->offset));
	}
	space_unlock(s);
}

bool space_next_area(struct space *s, uint64_t addr, struct area *out)
{
	struct area *a;

	SPACE_SCOPE(s);
	a = space_find(s, addr);
	if (a)
		*out = *a;
	return a;
}

uint64_t space_size(const struct space *s)
{
	uint64_t size = 0;

	for (struct area *a = areas_first(&s->areas); a; a = areas_next(&s->areas, a))
		size += a->end - a->start;
	return size;
}

uint64_t space_find_gap(struct space *s, uint64_t want, uint64_t len, uint64_t top)
{
	if (want >= MMAP_MIN_ADDR && want <= USER_TOP && len <= USER_TOP - want) {
		const struct area *a = space_find(s, want);

		if (!a || a->start >= want + len)
			return want;
	}
	return areas_find_gap(&s->areas, MMAP_MIN_ADDR, top, len);
}

uint64_t space_set_brk(struct space *s, uint64_t brk)
{
	uint64_t old = ALIGN_UP(s->brk, PAGE_SIZE), new = ALIGN_UP(brk, PAGE_SIZE);
	const struct area *a;

	if (brk < s->brk_start || brk >= s->top)
		return s->brk;
	if (new > old) {
		a = space_find(s, old);
		if (a && a->start < new)
			return s->brk;
		if (space_map(s, old, new - old, AREA_READ | AREA_WRITE, NULL, 0) < 0)
			return s->brk;
	} else if (new < old && space_unmap(s, new, old - new) < 0) {
		return s->brk;
	}
	s->brk = brk;
	return brk;
}
