/* Reading and writing the memory of any space, page by page through the direct map. */
#include "arch/mmu.h"
#include "arch/trap.h"
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/tlb.h"

/*
 * A write to an area that forbids it (ptrace): to a private copy of the page, which stays read-only
 * for the space's threads. Under the space's lock.
 */
static int fault_force(struct space *s, uint64_t addr, uint64_t *e)
{
	struct area *a = space_area_at(s, addr);
	int err;

	if (!a || (a->flags & (AREA_WRITE | AREA_SHARED)))
		return space_fault_locked(s, addr, FAULT_WRITE);
	a->flags |= AREA_WRITE;
	err = space_fault_locked(s, addr, FAULT_WRITE);
	a->flags &= ~(uint32_t)AREA_WRITE;
	if (err)
		return err;
	*e = mmu_entry_read_only(*e);
	tlb_flush_page(s, ALIGN_DOWN(addr, PAGE_SIZE));
	return 0;
}

static int write_to(struct space *s, uint64_t addr, const void *from, size_t n, bool force)
{
	/* Above are the kernel's page tables. */
	if (!user_range_ok(addr, n))
		return -EFAULT;
	while (n) {
		size_t part = MIN(n, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
		uint64_t *e;
		char *to;

		space_lock(s);
		e = mmu_entry_make(s->root, &s->tables, addr);
		if (!e || !mmu_entry_present(*e) || !mmu_entry_writable(*e)) {
			int err = !e	  ? -ENOMEM
				  : force ? fault_force(s, addr, e)
					  : space_fault_locked(s, addr, FAULT_WRITE);

			if (err) {
				space_unlock(s);
				err = space_fault_slow(s, addr, FAULT_WRITE, err);
				if (err)
					return err;
				/* It may have been read from disk and not be mapped yet. */
				continue;
			}
		}
		to = (char *)phys_to_virt(mmu_entry_page(*e)) + (addr & (PAGE_SIZE - 1));
		if (from) {
			memcpy(to, from, part);
			from = (const char *)from + part;
		} else {
			memset(to, 0, part);
		}
		space_unlock(s);
		addr += part;
		n -= part;
	}
	return 0;
}

int space_write(struct space *s, uint64_t addr, const void *from, size_t n)
{
	return write_to(s, addr, from, n, false);
}

int space_poke(struct space *s, uint64_t addr, const void *from, size_t n)
{
	return write_to(s, addr, from, n, true);
}

int space_peek(struct space *s, uint64_t addr, void *to, size_t n)
{
	while (n) {
		size_t part = MIN(n, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
		int err = 0;

		/*
		 * A page may have to be read in first, and may be reclaimed again before it is
		 * copied.
		 */
		while (!err && space_read(s, addr, to, part) < 0)
			err = user_range_ok(addr, part) ? space_fault(s, addr, 0) : -EFAULT;
		if (err)
			return err;
		to = (char *)to + part;
		addr += part;
		n -= part;
	}
	return 0;
}

int space_read(struct space *s, uint64_t addr, void *to, size_t n)
{
	if (!user_range_ok(addr, n))
		return -EFAULT;
	while (n) {
		size_t part = MIN(n, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
		uint64_t va = ALIGN_DOWN(addr, PAGE_SIZE), *e;
		bool there;

		space_lock(s);
		e = mmu_entry_next(s->root, &va, va + PAGE_SIZE);
		there = e && mmu_entry_present(*e);
		if (there)
			memcpy(to,
			       (char *)phys_to_virt(mmu_entry_page(*e)) + (addr & (PAGE_SIZE - 1)),
			       part);
		space_unlock(s);
		if (!there)
			return -EFAULT;
		to = (char *)to + part;
		addr += part;
		n -= part;
	}
	return 0;
}
