/* mremap(): moving and growing mappings. */
#include "arch/mmu.h"
#include "lib/errno.h"
#include "mm/space.h"
#include "mm/tlb.h"

/* Areas that moving one can add: splits at both places, and the new one. */
#define AREAS_FOR_MOVE 5

/*
 * Allocates the page tables for the pages of [from, from + len) at `to`, so that moving them cannot
 * fail half way. On failure, tables already allocated stay, empty, until the space is freed.
 */
static int prepare_tables(struct space *s, uint64_t from, uint64_t to, uint64_t len)
{
	uint64_t va = from, made = 0, *e;

	while ((e = mmu_entry_next(s->root, &va, from + len))) {
		uint64_t stop = MIN(from + len, ALIGN_DOWN(va, MMU_TABLE_SPAN) + MMU_TABLE_SPAN);

		for (; va < stop; va += PAGE_SIZE, e++) {
			uint64_t at = to + (va - from);

			if (!*e || at < made)
				continue;
			if (!mmu_entry_make(s->root, &s->tables, at))
				return -ENOMEM;
			made = ALIGN_DOWN(at, MMU_TABLE_SPAN) + MMU_TABLE_SPAN;
		}
	}
	return 0;
}

/*
 * Moves the pages of [from, from + len) to `to`, where nothing is mapped and tables are prepared.
 */
static void move_pages(struct space *s, uint64_t from, uint64_t to, uint64_t len)
{
	uint64_t va = from, first = 0, table_end = 0, *e, *table = NULL;

	while ((e = mmu_entry_next(s->root, &va, from + len))) {
		uint64_t stop = MIN(from + len, ALIGN_DOWN(va, MMU_TABLE_SPAN) + MMU_TABLE_SPAN);

		for (; va < stop; va += PAGE_SIZE, e++) {
			uint64_t at = to + (va - from);

			if (!*e)
				continue;
			if (at >= table_end) {
				first = at;
				table = mmu_entry_make(s->root, &s->tables, at);
				table_end = ALIGN_DOWN(at, MMU_TABLE_SPAN) + MMU_TABLE_SPAN;
			}
			table[(at - first) >> PAGE_SHIFT] = *e;
			*e = 0;
		}
	}
	tlb_flush(s);
}

/* Moves [addr, addr + old), which is inside `a`, completely or not at all. */
static int move_area(struct space *s, const struct area *a, uint64_t addr, uint64_t old,
		     uint64_t to, uint64_t len, bool keep)
{
	struct object *object = a->object ? object_get(a->object) : NULL;
	struct area from = *a;
	int err = areas_reserve(&s->areas, AREAS_FOR_MOVE);

	if (!err)
		err = prepare_tables(s, addr, to, MIN(old, len));
	if (!err)
		err = space_map(s, to, len, from.flags & ~(uint32_t)AREA_STACK, object,
				from.offset + (addr - from.start));
	if (!err) {
		move_pages(s, addr, to, MIN(old, len));
		err = keep ? 0 : space_unmap(s, addr, old);
	}
	if (object)
		object_put(object);
	return err;
}

long space_remap(struct space *s, uint64_t addr, uint64_t old, uint64_t len, bool may_move,
		 bool keep, uint64_t fixed)
{
	struct area *at = space_find(s, addr), *next, a;
	uint64_t to;
	int err;

	if (!at || addr < at->start)
		return -EFAULT;
	if (!fixed && !keep && len <= old) {
		err = len < old ? space_unmap(s, addr + len, old - len) : 0;
		return err ? err : (long)addr;
	}
	if (old > at->end - addr)
		return -EFAULT;
	a = *at;
	/* A size of 0 duplicates the mapping, which only works if it is shared. */
	if (!old && !(a.flags & AREA_SHARED))
		return -EINVAL;
	next = areas_next(&s->areas, at);
	/* In place, if the area ends here and the addresses after it are free. */
	if (!fixed && !keep && addr + old == a.end && (!next || next->start >= addr + len) &&
	    len <= USER_TOP - addr) {
		at->end = addr + len;
		return (long)addr;
	}
	if (!may_move)
		return -ENOMEM;
	to = fixed ? fixed : space_find_gap(s, 0, len, s->top);
	if (!to)
		return -ENOMEM;
	/* Before preparing tables there: unmapping frees tables. */
	err = fixed ? space_unmap(s, to, len) : 0;
	if (!err)
		err = old ? move_area(s, &a, addr, old, to, len, keep)
			  : space_map(s, to, len, a.flags, a.object, a.offset + addr - a.start);
	return err ? err : (long)to;
}
