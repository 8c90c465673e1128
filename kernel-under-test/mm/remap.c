/* Moving and growing mappings: mremap(). */
#include "arch/mmu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/tlb.h"

/* The pages of [from, from + len) go to `to`, where nothing is mapped. */
static int move_pages(struct space *s, uint64_t from, uint64_t to, uint64_t len)
{
	uint64_t va = from, *e;
	int err = 0;

	while (!err && (e = mmu_entry_next(s->root, &va, from + len))) {
		uint64_t stop = MIN(from + len, ALIGN_DOWN(va, MMU_TABLE_SPAN) + MMU_TABLE_SPAN);

		for (; va < stop; va += PAGE_SIZE, e++) {
			uint64_t *new;

			if (!*e)
				continue;
			new = mmu_entry_make(s->root, &s->tables, to + (va - from));
			if (!new) {
				err = -ENOMEM;
				break;
			}
			*new = *e;
			*e = 0;
		}
	}
	tlb_flush(s);
	return err;
}

long space_remap(struct space *s, uint64_t addr, uint64_t old, uint64_t len, bool may_move,
		 uint64_t fixed)
{
	uint32_t i = space_find(s, addr);
	struct area a;
	uint64_t to;
	int err;

	if (i == s->count || addr < s->areas[i].start || old > s->areas[i].end - addr)
		return -EFAULT;
	a = s->areas[i];
	if (!fixed && len <= old) {
		err = len < old ? space_unmap(s, addr + len, old - len) : 0;
		return err ? err : (long)addr;
	}
	/* In place, when the area ends here and what comes after is free. */
	if (!fixed && addr + old == a.end &&
	    (i + 1 == s->count || s->areas[i + 1].start >= addr + len) && len <= USER_TOP - addr) {
		s->areas[i].end = addr + len;
		return (long)addr;
	}
	if (!may_move)
		return -ENOMEM;
	to = fixed ? fixed : space_gap(s, 0, len);
	if (!to)
		return -ENOMEM;
	err = space_map(s, to, len, a.flags & ~(uint32_t)AREA_STACK, a.object,
			a.offset + (addr - a.start));
	if (!err)
		err = move_pages(s, addr, to, MIN(old, len));
	if (!err)
		err = space_unmap(s, addr, old);
	return err ? err : (long)to;
}
