/* The areas of a space: searching, mapping, unmapping, protecting. */
#include "arch/mmu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/tlb.h"

/* More areas than replacing one can make: it is cut twice, or cut and joined by the new one. */
#define AREAS_TO_REPLACE 2

uint32_t space_find(struct space *s, uint64_t addr)
{
	uint32_t lo = 0, hi = s->count, h = s->hint;

	if (h < hi && addr < s->areas[h].end && (h == 0 || addr >= s->areas[h - 1].end))
		return h;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (addr < s->areas[mid].end)
			hi = mid;
		else
			lo = mid + 1;
	}
	s->hint = lo;
	return lo;
}

static void areas_open(struct space *s, uint32_t at)
{
	memmove(&s->areas[at + 1], &s->areas[at], (s->count - at) * sizeof(struct area));
	s->count++;
}

static void areas_close(struct space *s, uint32_t at, uint32_t n)
{
	s->count -= n;
	memmove(&s->areas[at], &s->areas[at + n], (s->count - at) * sizeof(struct area));
}

/* Cuts area `i` in two at `addr`, inside it. */
static int split(struct space *s, uint32_t i, uint64_t addr)
{
	int err = space_make_room(s);

	if (err)
		return err;
	areas_open(s, i);
	s->areas[i].end = addr;
	s->areas[i + 1].offset += addr - s->areas[i + 1].start;
	s->areas[i + 1].start = addr;
	if (s->areas[i].object)
		object_get(s->areas[i].object);
	return 0;
}

/* Makes `start` and `end` borders between areas, where they are inside one. */
static int split_borders(struct space *s, uint64_t start, uint64_t end)
{
	uint32_t i = space_find(s, start);
	int err;

	if (i < s->count && s->areas[i].start < start) {
		err = split(s, i, start);
		if (err)
			return err;
	}
	i = space_find(s, end);
	if (i < s->count && s->areas[i].start < end)
		return split(s, i, end);
	return 0;
}

static bool mergeable(const struct area *a, const struct area *b)
{
	return a->end == b->start && a->flags == b->flags && a->object == b->object &&
	       (!a->object || a->offset + (a->end - a->start) == b->offset);
}

/* Areas with an object are changed with the kernel lock only: it guards the references to those. */
static bool may_change(const struct area *a)
{
	return !a->object || kernel_locked();
}

/* The same of all areas in a range. */
static bool may_change_range(struct space *s, uint64_t start, uint64_t end)
{
	for (uint32_t i = space_find(s, start); i < s->count && s->areas[i].start < end; i++)
		if (!may_change(&s->areas[i]))
			return false;
	return true;
}

/* Joins area `i` with the one after it, if they are one in all but name. */
static bool merge_next(struct space *s, uint32_t i)
{
	if (i + 1 >= s->count || !mergeable(&s->areas[i], &s->areas[i + 1]) ||
	    !may_change(&s->areas[i]))
		return false;
	s->areas[i].end = s->areas[i + 1].end;
	if (s->areas[i + 1].object)
		object_put(s->areas[i + 1].object);
	areas_close(s, i + 1, 1);
	return true;
}

/* Area `i` is the first that overlaps [addr, end). */
static inline __attribute__((always_inline)) int unmap_from(struct space *s, uint32_t i,
							    uint64_t addr, uint64_t end)
{
	int err;

	if (!may_change(&s->areas[i]))
		return -EUNLOCKED;
	/* One whole area is what is unmapped nearly always. */
	if (s->areas[i].start < addr || s->areas[i].end > end ||
	    (i + 1 < s->count && s->areas[i + 1].start < end)) {
		if (!may_change_range(s, addr, end))
			return -EUNLOCKED;
		err = split_borders(s, addr, end);
		if (err)
			return err;
		i = space_find(s, addr);
	}
	while (i < s->count && s->areas[i].start < end) {
		struct object *o = s->areas[i].object;
		uint32_t n = 1;

		space_drop_pages(s, s->areas[i].start, s->areas[i].end);
		/* Of very many, each closed by itself would move all that come after. */
		for (struct area *a = &s->areas[i + 1];
		     !o && i + n < s->count && a->start < end && !a->object; a++, n++)
			space_drop_pages(s, a->start, a->end);
		areas_close(s, i, n);
		if (o)
			object_put(o);
	}
	return 0;
}

int space_unmap(struct space *s, uint64_t addr, uint64_t len)
{
	uint64_t end = addr + len;
	uint32_t i = space_find(s, addr);

	return i == s->count || s->areas[i].start >= end ? 0 : unmap_from(s, i, addr, end);
}

int space_map(struct space *s, uint64_t addr, uint64_t len, uint32_t flags, struct object *object,
	      uint64_t offset)
{
	struct area a = {addr, addr + len, object, object ? offset : 0, flags};
	uint32_t i = space_find(s, addr);
	int err = 0;

	if (i < s->count && s->areas[i].start < a.end) {
		/* Tried again with the kernel lock, it would find another thread's in the gap. */
		if (!kernel_locked())
			err = space_reserve(s, AREAS_TO_REPLACE);
		if (!err)
			err = unmap_from(s, i, addr, a.end);
		if (err)
			return err;
		i = space_find(s, addr);
	}
	/* An anonymous neighbour just grows; nothing is allocated. */
	if (!object && i > 0 && mergeable(&s->areas[i - 1], &a)) {
		s->areas[i - 1].end = a.end;
		merge_next(s, i - 1);
		return 0;
	}
	if (!object && i < s->count && mergeable(&a, &s->areas[i])) {
		s->areas[i].start = addr;
		return 0;
	}
	err = space_make_room(s);
	if (err)
		return err;
	areas_open(s, i);
	s->areas[i] = a;
	if (object)
		object_get(object);
	return 0;
}

/* Takes away what the new protection forbids; what it allows may come with the next fault. */
static void protect_pages(struct space *s, uint64_t start, uint64_t end, uint32_t prot)
{
	uint64_t va = start, *e;

	while ((e = mmu_entry_next(s->root, &va, end))) {
		uint64_t stop = MIN(end, ALIGN_DOWN(va, MMU_TABLE_SPAN) + MMU_TABLE_SPAN);

		for (; va < stop; va += PAGE_SIZE, e++) {
			if (!*e)
				continue;
			*e = mmu_entry_user(mmu_entry_page(*e),
					    (prot & AREA_WRITE) && mmu_entry_writable(*e),
					    prot & AREA_EXEC);
			if (!(prot & AREA_PROT))
				*e = mmu_entry_hide(*e);
		}
	}
	tlb_flush(s);
}

int space_protect(struct space *s, uint64_t addr, uint64_t len, uint32_t prot)
{
	uint64_t end = addr + len;
	uint32_t i;
	int err = may_change_range(s, addr, end) ? split_borders(s, addr, end) : -EUNLOCKED;

	if (err)
		return err;
	for (i = space_find(s, addr); addr < end; i++) {
		struct area *a = &s->areas[i];

		if (i == s->count || a->start > addr)
			return -ENOMEM;
		if ((prot & AREA_WRITE) && (a->flags & AREA_NO_WRITE))
			return -EACCES;
		a->flags = (a->flags & ~(uint32_t)AREA_PROT) | prot;
		protect_pages(s, a->start, a->end, prot);
		addr = a->end;
	}
	i = space_find(s, end - len);
	if (i > 0)
		i--;
	while (i < s->count && s->areas[i].start <= end)
		if (!merge_next(s, i))
			i++;
	return 0;
}

int space_discard(struct space *s, uint64_t addr, uint64_t len)
{
	uint64_t end = addr + len, mapped = 0;

	for (uint32_t i = space_find(s, addr); i < s->count && s->areas[i].start < end; i++) {
		uint64_t from = MAX(addr, s->areas[i].start), to = MIN(end, s->areas[i].end);

		space_drop_pages(s, from, to);
		mapped += to - from;
	}
	return mapped == len ? 0 : -ENOMEM;
}

bool space_next_area(struct space *s, uint64_t addr, struct area *out)
{
	uint32_t i;
	bool there;

	space_lock(s);
	i = space_find(s, addr);
	there = i < s->count;
	if (there)
		*out = s->areas[i];
	space_unlock(s);
	return there;
}

uint64_t space_size(const struct space *s)
{
	uint64_t size = 0;

	for (uint32_t i = 0; i < s->count; i++)
		size += s->areas[i].end - s->areas[i].start;
	return size;
}

uint64_t space_gap(struct space *s, uint64_t want, uint64_t len)
{
	uint64_t end;
	uint32_t i;

	if (want >= SPACE_LOWEST && want <= USER_TOP && len <= USER_TOP - want) {
		i = space_find(s, want);
		if (i == s->count || s->areas[i].start >= want + len)
			return want;
	}
	end = s->top;
	for (i = space_find(s, end - 1);; i--) {
		uint64_t floor = i ? s->areas[i - 1].end : SPACE_LOWEST;

		if (i < s->count && s->areas[i].start < end)
			end = s->areas[i].start;
		if (end >= floor && end - floor >= len)
			return end - len;
		if (i == 0)
			return 0;
	}
}

uint64_t space_set_brk(struct space *s, uint64_t brk)
{
	uint64_t old = ALIGN_UP(s->brk, PAGE_SIZE), new = ALIGN_UP(brk, PAGE_SIZE);
	uint32_t i;

	if (brk < s->brk_start || brk >= s->top)
		return s->brk;
	if (new > old) {
		i = space_find(s, old);
		if (i < s->count && s->areas[i].start < new)
			return s->brk;
		if (space_map(s, old, new - old, AREA_READ | AREA_WRITE, NULL, 0) < 0)
			return s->brk;
	} else if (new < old && space_unmap(s, new, old - new) < 0) {
		return s->brk;
	}
	s->brk = brk;
	return brk;
}
