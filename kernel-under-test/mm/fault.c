/* Bringing pages in when they are touched. */
#include "arch/mmu.h"
#include "arch/trap.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/tlb.h"

/* A file's pages that are in memory anyway are mapped together, this many at a time. */
#define AROUND 16

/* What anonymous memory reads as until it is written. */
static struct page *zero_page;

static uint64_t object_index(const struct area *a, uint64_t va)
{
	return (a->offset + (va - a->start)) >> PAGE_SHIFT;
}

static void enter(struct space *s, uint64_t *e, struct page *p, const struct area *a, bool write)
{
	*e = mmu_entry_user(page_to_phys(p), write, a->flags & AREA_EXEC);
	s->resident++;
}

static int fault_anonymous(struct space *s, struct area *a, uint64_t *e, bool write)
{
	struct page *p;

	if (write) {
		p = page_alloc_zeroed();
		if (!p)
			return -ENOMEM;
	} else {
		if (!zero_page)
			zero_page = page_alloc_zeroed();
		if (!zero_page)
			return -ENOMEM;
		p = page_get(zero_page);
	}
	enter(s, e, p, a, write);
	return 0;
}

/* Pages of an area that others see changed, and that nobody need tell of the change. */
static bool writable_unseen(const struct area *a)
{
	return (a->flags & (AREA_SHARED | AREA_WRITE | AREA_TRACKED)) == (AREA_SHARED | AREA_WRITE);
}

static void map_around(struct space *s, struct area *a, uint64_t *e, uint64_t va)
{
	uint64_t window = ALIGN_DOWN(va, AROUND * PAGE_SIZE);
	uint64_t from = MAX(window, a->start), to = MIN(window + AROUND * PAGE_SIZE, a->end);
	bool write = writable_unseen(a);

	/* A window never crosses a table: both are aligned, and the table is the larger. */
	e -= (va - from) >> PAGE_SHIFT;
	for (va = from; va < to; va += PAGE_SIZE, e++) {
		struct page *p;

		if (!*e && a->object->ops->page(a->object, object_index(a, va), PAGE_PEEK,
					      &p) == 0)
			enter(s, e, p, a, write);
	}
}

static int fault_object(struct space *s, struct area *a, uint64_t *e, uint64_t va, bool write)
{
	struct page *p, *copy;
	bool shared = a->flags & AREA_SHARED;
	int err = a->object->ops->page(a->object, object_index(a, va),
				       write && shared ? PAGE_WRITE : PAGE_READ, &p);

	if (err)
		return err;
	if (!write || shared) {
		enter(s, e, p, a, write || writable_unseen(a));
		map_around(s, a, e, va);
		return 0;
	}
	copy = page_alloc();
	if (!copy) {
		page_put(p);
		return -ENOMEM;
	}
	page_copy(copy, p);
	page_put(p);
	enter(s, e, copy, a, true);
	return 0;
}

/* A write to a page that is there but read-only, in an area that may be written. */
static int fault_copy(struct space *s, struct area *a, uint64_t *e, uint64_t va)
{
	struct page *old = phys_to_page(mmu_entry_page(*e)), *new = old;

	if (a->flags & AREA_TRACKED) {
		int err = a->object->ops->page(a->object, object_index(a, va), PAGE_WRITE, &new);

		if (err)
			return err;
		/* The entry has its reference already. */
		if (new == old)
			page_put(new);
	} else if (!(a->flags & AREA_SHARED) && old->refs > 1) {
		new = old == zero_page ? page_alloc_zeroed() : page_alloc();
		if (!new)
			return -ENOMEM;
		if (old != zero_page)
			page_copy(new, old);
	}
	*e = mmu_entry_user(page_to_phys(new), true, a->flags & AREA_EXEC);
	if (new == old) {
		/* Who remembers less than is allowed now finds out by a fault. */
		mmu_flush_page(va);
		return 0;
	}
	/* Another CPU could read the old page still, when it is somebody else's already. */
	tlb_flush_page(s, va);
	page_put(old);
	return 0;
}

/* The area at `addr`, a stack grown down to it if need be; NULL when there is none. */
static struct area *area_at(struct space *s, uint64_t addr)
{
	uint32_t i = space_find(s, addr);
	struct area *a = &s->areas[i];
	uint64_t page = ALIGN_DOWN(addr, PAGE_SIZE);

	if (i == s->count)
		return NULL;
	if (addr >= a->start)
		return a;
	if (!(a->flags & AREA_STACK) || a->end - page > STACK_MAX)
		return NULL;
	if (i > 0 && a[-1].end + STACK_GUARD > page)
		return NULL;
	a->start = page;
	return a;
}

/* What page() could not do without sleeping. The area may be gone when that is done. */
static int page_in(struct space *s, struct area *a, uint64_t addr, unsigned int access)
{
	enum page_use use = (access & FAULT_WRITE) && (a->flags & AREA_SHARED) ? PAGE_WRITE
									       : PAGE_READ;
	uint64_t index = object_index(a, ALIGN_DOWN(addr, PAGE_SIZE));
	struct object *o;
	int err;

	s->paging_at = addr;
	s->paging_access = access & ~(unsigned int)FAULT_NOW;
	if (access & FAULT_NOW)
		return -EPAGING;
	o = object_get(a->object);
	err = o->ops->load(o, index, use);
	object_put(o);
	return err;
}

int space_fault(struct space *s, uint64_t addr, unsigned int access)
{
	uint64_t va = ALIGN_DOWN(addr, PAGE_SIZE), *e;
	bool write = access & FAULT_WRITE;
	struct area *a = area_at(s, addr);
	int err;

	if (!a)
		return -EFAULT;
	if (!(a->flags & (write ? AREA_WRITE : access & FAULT_EXEC ? AREA_EXEC : AREA_PROT)))
		return -EACCES;
	e = mmu_entry_make(s->root, &s->tables, va);
	if (!e)
		return -ENOMEM;
	if (!*e) {
		if (!a->object)
			return fault_anonymous(s, a, e, write);
		err = fault_object(s, a, e, va, write);
	} else if (write && !mmu_entry_writable(*e)) {
		err = fault_copy(s, a, e, va);
	} else {
		/* Another thread was here first, or the CPU remembered an older entry. */
		mmu_flush_page(va);
		return 0;
	}
	return unlikely(err == -EPAGING) ? page_in(s, a, addr, access) : err;
}

int trap_page_fault(uint64_t addr, unsigned int access)
{
	struct space *s = space_used();

	return s ? space_fault(s, addr, access) : -EFAULT;
}

int space_bring_in(void)
{
	struct space *s = space_used();

	return space_fault(s, s->paging_at, s->paging_access) ? -EFAULT : 0;
}

int space_write(struct space *s, uint64_t addr, const void *from, size_t n)
{
	while (n) {
		size_t part = MIN(n, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
		uint64_t *e = mmu_entry_make(s->root, &s->tables, addr);
		char *to;

		if (!e)
			return -ENOMEM;
		if (!mmu_entry_present(*e) || !mmu_entry_writable(*e)) {
			int err = space_fault(s, addr, FAULT_WRITE);

			if (err)
				return err;
			/* It may have been read from a disk, and not be there yet. */
			continue;
		}
		to = (char *)phys_to_virt(mmu_entry_page(*e)) + (addr & (PAGE_SIZE - 1));
		if (from) {
			memcpy(to, from, part);
			from = (const char *)from + part;
		} else {
			memset(to, 0, part);
		}
		addr += part;
		n -= part;
	}
	return 0;
}

int space_read(struct space *s, uint64_t addr, void *to, size_t n)
{
	while (n) {
		size_t part = MIN(n, PAGE_SIZE - (addr & (PAGE_SIZE - 1)));
		uint64_t va = ALIGN_DOWN(addr, PAGE_SIZE);
		uint64_t *e = mmu_entry_next(s->root, &va, va + PAGE_SIZE);

		if (!e || !mmu_entry_present(*e))
			return -EFAULT;
		memcpy(to, (char *)phys_to_virt(mmu_entry_page(*e)) + (addr & (PAGE_SIZE - 1)),
		       part);
		to = (char *)to + part;
		addr += part;
		n -= part;
	}
	return 0;
}
