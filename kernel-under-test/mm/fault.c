/* Page faults. The first attempt returns -EUNLOCKED where the kernel lock is needed: mm/space.h. */
#include "arch/mmu.h"
#include "arch/spin.h"
#include "arch/trap.h"
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/tlb.h"

/* Fault-around: pages of an object that are in memory are mapped in windows of this many. */
#define FAULT_AROUND 16

/* What untouched anonymous memory reads as. One per CPU, so that its refcount is not contended. */
static struct page *zero_pages[CPUS_MAX];

/* What the last -EPAGING on this CPU was about; it is consumed before anything can sleep. */
static struct page_in_request {
	struct space *space;
	uint64_t at;
	unsigned int access;
} __attribute__((aligned(64))) page_in_requests[CPUS_MAX];

static uint64_t object_index(const struct area *a, uint64_t va)
{
	return (a->offset + (va - a->start)) >> PAGE_SHIFT;
}

static void map_page(struct space *s, uint64_t *e, struct page *p, const struct area *a, bool write)
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
	map_page(s, e, p, a, write);
	return 0;
}

/* Whether all pages of a shared area may be mapped writable, since its object needs no notice. */
static bool writes_untracked(const struct area *a)
{
	return (a->flags & (AREA_SHARED | AREA_WRITE | AREA_TRACKED)) == (AREA_SHARED | AREA_WRITE);
}

/* The `n` pages from `va` on; NULL for those not available right now. */
static void peek(struct area *a, uint64_t va, unsigned int n, struct page **out)
{
	const struct object_ops *ops = a->object->ops;

	if (likely(ops->peek && (ops->peek_unlocked || kernel_locked())))
		ops->peek(a->object, object_index(a, va), n, out);
	else
		memset(out, 0, n * sizeof(*out));
}

/* The page at `va`, allocated or found by the object; for what peek() did not return. */
static int get_page(struct area *a, uint64_t va, bool write, struct page **out)
{
	const struct object_ops *ops = a->object->ops;

	if (!ops->page_unlocked && !kernel_locked())
		return -EUNLOCKED;
	return ops->page(a->object, object_index(a, va), write ? PAGE_WRITE : PAGE_READ, out);
}

/* The first write to a missing page of a private area. */
static int fault_private_write(struct space *s, struct area *a, uint64_t *e, uint64_t va)
{
	struct page *p, *copy;
	int err = 0;

	peek(a, va, 1, &p);
	if (!p)
		err = get_page(a, va, false, &p);
	if (err)
		return err;
	copy = page_alloc();
	if (copy) {
		page_copy(copy, p);
		map_page(s, e, copy, a, true);
	}
	page_put(p);
	return copy ? 0 : -ENOMEM;
}

/* Maps a page of an object, and those around it that are in memory anyway. */
static int fault_object(struct space *s, struct area *a, uint64_t *e, uint64_t va, bool write)
{
	uint64_t window = ALIGN_DOWN(va, FAULT_AROUND * PAGE_SIZE);
	uint64_t from = MAX(window, a->start), to = MIN(window + FAULT_AROUND * PAGE_SIZE, a->end);
	unsigned int n = (unsigned int)((to - from) >> PAGE_SHIFT);
	unsigned int at = (unsigned int)((va - from) >> PAGE_SHIFT);
	bool writable = writes_untracked(a), notify = false;
	struct page *pages[FAULT_AROUND], *p;
	int err = 0;

	if (unlikely(write))
		notify = !writable, object_written(a->object);
	peek(a, from, n, pages);
	/* The object must be notified of writes to some pages. */
	if (unlikely(!pages[at] || notify)) {
		err = get_page(a, va, write, &p);
		/* If peek() returned it as well, that reference is its own. */
		if (!err)
			map_page(s, e, p, a, write || writable);
	}
	/* A window never crosses a page table: both are aligned, and the table is larger. */
	e -= at;
	for (unsigned int i = 0; i < n; i++) {
		if (!pages[i])
			continue;
		if (likely(!e[i] && !err))
			map_page(s, &e[i], pages[i], a, writable);
		else
			page_put(pages[i]);
	}
	return err;
}

/* A write to a present but read-only page in a writable area. */
static int fault_cow(struct space *s, struct area *a, uint64_t *e, uint64_t va)
{
	struct page *old = phys_to_page(mmu_entry_page(*e)), *new = old;

	if (a->flags & AREA_TRACKED) {
		int err = get_page(a, va, true, &new);

		if (err)
			return err;
		/* The entry already has a reference. */
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
		/* Other CPUs' stale, more restrictive entries cause a spurious fault at worst. */
		mmu_flush_page(va);
		return 0;
	}
	/* Before the old page is reused, no CPU may still read it. */
	tlb_flush_page(s, va);
	page_put(old);
	return 0;
}

struct area *space_area_at(struct space *s, uint64_t addr)
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

/* Reads in what page() returned -EPAGING for. The area may be gone afterwards. */
static int page_in(struct space *s, uint64_t addr, unsigned int access)
{
	struct area a;
	int err;

	if (access & FAULT_NOWAIT) {
		page_in_requests[arch_cpu_id()] =
			(struct page_in_request){s, addr, access - FAULT_NOWAIT};
		return -EPAGING;
	}
	/* Unchanged since: an area with an object changes only under the kernel lock. */
	if (!space_next_area(s, addr, &a) || addr < a.start || !a.object)
		return 0;
	s->major_faults++;
	object_get(a.object);
	err = a.object->ops->load(a.object, object_index(&a, ALIGN_DOWN(addr, PAGE_SIZE)),
				  (access & FAULT_WRITE) && (a.flags & AREA_SHARED) ? PAGE_WRITE
										    : PAGE_READ);
	object_put(a.object);
	return err;
}

int space_fault_locked(struct space *s, uint64_t addr, unsigned int access)
{
	uint64_t va = ALIGN_DOWN(addr, PAGE_SIZE), *e;
	bool write = access & FAULT_WRITE;
	struct area *a = space_area_at(s, addr);

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
		return fault_cow(s, a, e, va);
	/* Another thread was faster, or this CPU used a stale entry. */
	mmu_flush_page(va);
	return 0;
}

noinline int space_fault_slow(struct space *s, uint64_t addr, unsigned int access, int err)
{
	bool held = kernel_locked();

	if (err != -EUNLOCKED && err != -ENOMEM && err != -EPAGING)
		return err;
	if (!held) {
		kernel_lock();
		space_lock(s);
		err = space_fault_locked(s, addr, access);
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
	err = space_fault_locked(s, addr, access);
	space_unlock(s);
	return likely(!err) ? 0 : space_fault_slow(s, addr, access, err);
}

int trap_page_fault(uint64_t addr, unsigned int access)
{
	struct space *s = space_current();

	return s ? space_fault(s, addr, access) : -EFAULT;
}

int space_page_in(void)
{
	struct page_in_request p = page_in_requests[arch_cpu_id()];

	/*
	 * If the caller has slept, this is another thread's: the retry finds out again what is
	 * missing.
	 */
	return p.space == space_current() && space_fault(p.space, p.at, p.access) ? -EFAULT : 0;
}
