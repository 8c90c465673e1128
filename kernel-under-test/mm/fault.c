/* Brings pages in when they are touched. What wants the kernel lock says -EUNLOCKED: mm/space.h. */
#include "arch/mmu.h"
#include "arch/spin.h"
#include "arch/trap.h"
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/tlb.h"

/* A file's pages that are in memory anyway are mapped together, this many at a time. */
#define AROUND 16

/* What anonymous memory reads as until it is written: each CPU gives out its own. */
static struct page *zero_pages[CPUS_MAX];

/* What the last -EPAGING on this CPU was about; nobody sleeps between that and space_page_in(). */
static struct paging {
	struct space *space;
	uint64_t at;
	unsigned int access;
} __attribute__((aligned(64))) pagings[CPUS_MAX];

static uint64_t object_index(const struct area *a, uint64_t va)
{
	return (a->offset + (va - a->start)) >> PAGE_SHIFT;
}

static void enter(struct space *s, uint64_t *e, struct page *p, const struct area *a, bool write)
{
	*e = mmu_entry_user(page_to_phys(p), write, a->flags & AREA_EXEC);
	s->resident++;
}

static struct page *zero_page_get(void)
{
	struct page **zero = &zero_pages[arch_cpu_id()];

	if (unlikely(!*zero)) {
		*zero = page_alloc_zeroed();
		if (!*zero)
			return NULL;
		(*zero)->state = PAGE_ZERO;
	}
	return page_get(*zero);
}

static int fault_anonymous(struct space *s, struct area *a, uint64_t *e, bool write)
{
	struct page *p = write ? page_alloc_zeroed() : zero_page_get();

	if (!p)
		return -ENOMEM;
	enter(s, e, p, a, write);
	return 0;
}

/* Pages of an area that others see changed, and that nobody need tell of the change. */
static bool writable_unseen(const struct area *a)
{
	return (a->flags & (AREA_SHARED | AREA_WRITE | AREA_TRACKED)) == (AREA_SHARED | AREA_WRITE);
}

/* The `n` pages at `va` as far as they can be had now. */
static void peek(struct area *a, uint64_t va, unsigned int n, struct page **out)
{
	const struct object_ops *ops = a->object->ops;

	if (likely(ops->peek && (ops->peek_unlocked || kernel_locked())))
		ops->peek(a->object, object_index(a, va), n, out);
	else
		memset(out, 0, n * sizeof(*out));
}

/* The page at `va`, which peek() does not give. */
static int make(struct area *a, uint64_t va, bool write, struct page **out)
{
	const struct object_ops *ops = a->object->ops;

	if (!ops->page_unlocked && !kernel_locked())
		return -EUNLOCKED;
	return ops->page(a->object, object_index(a, va), write ? PAGE_WRITE : PAGE_READ, out);
}

/* The first write to a page of a private area. */
static int fault_private_write(struct space *s, struct area *a, uint64_t *e, uint64_t va)
{
	struct page *p, *copy;
	int err = 0;

	peek(a, va, 1, &p);
	if (!p)
		err = make(a, va, false, &p);
	if (err)
		return err;
	copy = page_alloc();
	if (copy) {
		page_copy(copy, p);
		enter(s, e, copy, a, true);
	}
	page_put(p);
	return copy ? 0 : -ENOMEM;
}

/* A page of an object is mapped, and with it those around it that are in memory anyway. */
static int fault_object(struct space *s, struct area *a, uint64_t *e, uint64_t va, bool write)
{
	uint64_t window = ALIGN_DOWN(va, AROUND * PAGE_SIZE);
	uint64_t from = MAX(window, a->start), to = MIN(window + AROUND * PAGE_SIZE, a->end);
	unsigned int n = (unsigned int)((to - from) >> PAGE_SHIFT);
	unsigned int at = (unsigned int)((va - from) >> PAGE_SHIFT);
	bool writable = writable_unseen(a), told = false;
	struct page *pages[AROUND], *p;
	int err = 0;

	if (unlikely(write))
		told = !writable, object_written(a->object);
	peek(a, from, n, pages);
	/* Of a write to some pages the object must be told. */
	if (unlikely(!pages[at] || told)) {
		err = make(a, va, write, &p);
		/* If it was found as well: that one has a reference of its own. */
		if (!err)
			enter(s, e, p, a, write || writable);
	}
	/* A window never crosses a table: both are aligned, and the table is the larger. */
	e -= at;
	for (unsigned int i = 0; i < n; i++) {
		if (!pages[i])
			continue;
		if (likely(!e[i] && !err))
			enter(s, &e[i], pages[i], a, writable);
		else
			page_put(pages[i]);
	}
	return err;
}

/* A write to a page that is there but read-only, in an area that may be written. */
static int fault_copy(struct space *s, struct area *a, uint64_t *e, uint64_t va)
{
	struct page *old = phys_to_page(mmu_entry_page(*e)), *new = old;

	if (a->flags & AREA_TRACKED) {
		int err = make(a, va, true, &new);

		if (err)
			return err;
		/* The entry has its reference already. */
		if (new == old)
			page_put(new);
	} else if (!(a->flags & AREA_SHARED) && __atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) > 1) {
		bool zero = old->state == PAGE_ZERO;

		new = zero ? page_alloc_zeroed() : page_alloc();
		if (!new)
			return -ENOMEM;
		if (!zero)
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
	struct area *a = space_find(s, addr), *below;
	uint64_t page = ALIGN_DOWN(addr, PAGE_SIZE);

	if (!a || likely(addr >= a->start))
		return a;
	if (!(a->flags & AREA_STACK) || a->end - page > s->stack_limit)
		return NULL;
	below = areas_prev(&s->areas, a);
	if (below && (below->flags & AREA_PROT) && below->end + STACK_GUARD > page)
		return NULL;
	a->start = page;
	return a;
}

/* What page() could not do without sleeping. The area may be gone when that is done. */
static int page_in(struct space *s, uint64_t addr, unsigned int access)
{
	struct area a;
	int err;

	if (access & FAULT_NOWAIT) {
		pagings[arch_cpu_id()] = (struct paging){s, addr, access - FAULT_NOWAIT};
		return -EPAGING;
	}
	/* As it was: only the kernel lock's holder changes an area with an object. */
	if (!space_next_area(s, addr, &a) || addr < a.start || !a.object)
		return 0;
	s->faults_read++;
	object_get(a.object);
	err = a.object->ops->load(a.object, object_index(&a, ALIGN_DOWN(addr, PAGE_SIZE)),
				  (access & FAULT_WRITE) && (a.flags & AREA_SHARED) ? PAGE_WRITE
										    : PAGE_READ);
	object_put(a.object);
	return err;
}

/* With the space's lock. */
static int fault(struct space *s, uint64_t addr, unsigned int access)
{
	uint64_t va = ALIGN_DOWN(addr, PAGE_SIZE), *e;
	bool write = access & FAULT_WRITE;
	struct area *a = area_at(s, addr);

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
		if (write && !(a->flags & AREA_SHARED))
			return fault_private_write(s, a, e, va);
		return fault_object(s, a, e, va, write);
	}
	if (write && !mmu_entry_writable(*e))
		return fault_copy(s, a, e, va);
	/* Another thread was here first, or the CPU remembered an older entry. */
	mmu_flush_page(va);
	return 0;
}

/* What needs more than the space's lock. */
static noinline int fault_more(struct space *s, uint64_t addr, unsigned int access, int err)
{
	bool held = kernel_locked();

	if (err != -EUNLOCKED && err != -ENOMEM && err != -EPAGING)
		return err;
	if (!held) {
		kernel_lock();
		space_lock(s);
		err = fault(s, addr, access);
		space_unlock(s);
	}
	if (err == -EPAGING)
		err = page_in(s, addr, access);
	if (!held)
		kernel_unlock();
	return err;
}

int space_fault(struct space *s, uint64_t addr, unsigned int access)
{
	int err;

	space_lock(s);
	s->faults++;
	err = fault(s, addr, access);
	space_unlock(s);
	return likely(!err) ? 0 : fault_more(s, addr, access, err);
}

int trap_page_fault(uint64_t addr, unsigned int access)
{
	struct space *s = space_used();

	return s ? space_fault(s, addr, access) : -EFAULT;
}

int space_page_in(void)
{
	struct paging p = pagings[arch_cpu_id()];

	/* Another's, if the caller has slept: it tries again, and hears anew what is missing. */
	return p.space == space_used() && space_fault(p.space, p.at, p.access) ? -EFAULT : 0;
}

/*
 * A write that the area forbids: to a page of the space's own, which its threads go on to find
 * read-only. With the space's lock.
 */
static int fault_force(struct space *s, uint64_t addr, uint64_t *e)
{
	struct area *a = area_at(s, addr);
	int err;

	if (!a || (a->flags & (AREA_WRITE | AREA_SHARED)))
		return fault(s, addr, FAULT_WRITE);
	a->flags |= AREA_WRITE;
	err = fault(s, addr, FAULT_WRITE);
	a->flags &= ~(uint32_t)AREA_WRITE;
	if (err)
		return err;
	*e = mmu_entry_read_only(*e);
	tlb_flush_page(s, ALIGN_DOWN(addr, PAGE_SIZE));
	return 0;
}

static int write_to(struct space *s, uint64_t addr, const void *from, size_t n, bool force)
{
	/* Above are the kernel's own tables. */
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
					  : fault(s, addr, FAULT_WRITE);

			if (err) {
				space_unlock(s);
				err = fault_more(s, addr, FAULT_WRITE, err);
				if (err)
					return err;
				/* It may have been read from a disk, and not be there yet. */
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

		/* What was brought in may have to be read first, or be gone again. */
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
