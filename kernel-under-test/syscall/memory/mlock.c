/* mlock, mincore, membarrier. */
#include "arch/trap.h"
#include "mm/space.h"
#include "mm/tlb.h"
#include "syscall/memory/mmap.h"
#include "syscall/user.h"

#define MLOCK_ONFAULT 1
#define MCL_ALL	      7
#define MCL_CURRENT   1
#define MCL_FUTURE    2
#define MCL_ONFAULT   4

/* Whether all of [addr, end) is mapped. */
static bool is_mapped(struct space *s, uint64_t addr, uint64_t end)
{
	struct area a;

	for (; addr < end; addr = a.end)
		if (!space_next_area(s, addr, &a) || a.start > addr)
			return false;
	return true;
}

/* Whether a page is present at `addr`, whatever its protection. */
static bool has_page(struct space *s, uint64_t addr)
{
	uint64_t va = addr, *e;

	SPACE_SCOPE(s);
	e = mmu_entry_next(s->root, &va, addr + PAGE_SIZE);
	return e && *e;
}

/* See user.h. */
int user_populate(uint64_t addr, uint64_t end)
{
	struct space *s = process_current()->space;

	for (; addr < end; addr += PAGE_SIZE) {
		struct area a;
		int err;

		if (!space_next_area(s, addr, &a))
			break;
		if (a.start > addr || !(a.flags & AREA_PROT)) {
			addr = (a.start > addr ? a.start : a.end) - PAGE_SIZE;
			continue;
		}
		if (has_page(s, addr))
			continue;
		err = space_fault(s, addr,
				  (a.flags & AREA_WRITE) && !(a.flags & AREA_SHARED) ? FAULT_WRITE
										     : 0);
		if (err == -ENOMEM)
			return err;
	}
	return 0;
}

/* Rounds to whole pages. -EINVAL: overflow. */
static int round_range(uint64_t *addr, uint64_t len, uint64_t *end)
{
	if (len > USER_TOP || *addr > USER_TOP)
		return -ENOMEM;
	*end = ALIGN_UP(*addr + len, PAGE_SIZE);
	*addr = ALIGN_DOWN(*addr, PAGE_SIZE);
	return *end > USER_TOP ? -ENOMEM : 0;
}

/* RLIMIT_MEMLOCK, for `bytes` more. */
static int may_lock(struct space *s, uint64_t bytes)
{
	uint64_t limit = process_limit(RLIMIT_MEMLOCK);

	if (capable(CAP_IPC_LOCK))
		return 0;
	return !limit ? -EPERM : space_locked_bytes(s, 0, USER_TOP) + bytes > limit ? -ENOMEM : 0;
}

static int set_locked(uint64_t addr, uint64_t end, bool locked)
{
	struct space *s = process_current()->space;
	uint64_t more = locked ? end - addr : 0;
	int err = 0;

	SPACE_SCOPE(s);
	if (more)
		err = may_lock(s, more - space_locked_bytes(s, addr, end));
	return err ?: space_set_locked(s, addr, end - addr, locked);
}

/* Nothing is ever swapped out: locking means faulting in. */
static long lock(uint64_t addr, uint64_t len, bool populate, bool locked)
{
	uint64_t end;
	int err = round_range(&addr, len, &end);

	if (!err && !is_mapped(process_current()->space, addr, end))
		err = -ENOMEM;
	if (!err)
		err = set_locked(addr, end, locked);
	return err || !populate ? err : user_populate(addr, end);
}

int user_lock_new(uint64_t addr, uint64_t len)
{
	int err = WITH_KERNEL_LOCK(set_locked(addr, addr + len, true));

	return err == -ENOMEM ? -EAGAIN : err;
}

void user_lock_heap(struct space *s)
{
	uint64_t start = ALIGN_DOWN(s->brk_start, PAGE_SIZE), end = ALIGN_UP(s->brk, PAGE_SIZE);

	if (start < end && !user_lock_new(start, end - start) && !(s->def_flags & MAP_NONBLOCK))
		user_populate(start, end);
}

long sys_mlock2(uint64_t addr, uint64_t len, uint64_t flags)
{
	if (flags & ~(uint64_t)MLOCK_ONFAULT)
		return -EINVAL;
	return lock(addr, len, !flags, true);
}

long sys_munlock(uint64_t addr, uint64_t len)
{
	return lock(addr, len, false, false);
}

long sys_mlockall(uint64_t flags)
{
	struct space *s = process_current()->space;
	uint64_t size;
	int err;

	if (!flags || (flags & ~(uint64_t)MCL_ALL) || flags == MCL_ONFAULT)
		return -EINVAL;
	s->def_flags = !(flags & MCL_FUTURE) ? 0
		       : flags & MCL_ONFAULT ? MAP_LOCKED | MAP_NONBLOCK
					     : MAP_LOCKED;
	if (!(flags & MCL_CURRENT))
		return 0;
	space_lock(s);
	size = space_size(s);
	err = may_lock(s, size - space_locked_bytes(s, 0, USER_TOP))
		      ?: space_set_locked(s, 0, USER_TOP, true);
	space_unlock(s);
	return err || (flags & MCL_ONFAULT) ? err : user_populate(0, USER_TOP);
}

long sys_munlockall(void)
{
	process_current()->space->def_flags = 0;
	return set_locked(0, USER_TOP, false);
}

/* Pages per round. */
#define PAGES_PER_ROUND 64

/* Which pages of [addr, end), a part of `a`, are resident. */
static void find_resident(struct space *s, const struct area *a, uint64_t addr, uint64_t end,
			  uint8_t *resident)
{
	const struct object_ops *ops = a->object ? a->object->ops : NULL;
	uint64_t va = addr, *e;

	memset(resident, 0, PAGES_PER_ROUND);
	space_lock(s);
	while ((e = mmu_entry_next(s->root, &va, end)))
		do
			resident[(va - addr) >> PAGE_SHIFT] = *e++ != 0;
		while ((va += PAGE_SIZE) < end && !IS_ALIGNED(va, MMU_TABLE_SPAN));
	space_unlock(s);
	for (va = addr; ops && ops->peek && va < end; va += PAGE_SIZE) {
		uint8_t *answer = &resident[(va - addr) >> PAGE_SHIFT];
		struct page *p = NULL;

		if (*answer)
			continue;
		ops->peek(a->object, (a->offset + (va - a->start)) >> PAGE_SHIFT, 1, &p);
		*answer = p != NULL;
		if (p)
			page_put(p);
	}
}

long sys_mincore(uint64_t addr, uint64_t len, uint64_t out)
{
	struct space *s = process_current()->space;
	uint8_t resident[PAGES_PER_ROUND];
	uint64_t end, stop;
	struct area a;

	if (!IS_ALIGNED(addr, PAGE_SIZE))
		return -EINVAL;
	if (round_range(&addr, len, &end))
		return -ENOMEM;
	if (!user_range_ok(out, (end - addr) >> PAGE_SHIFT))
		return -EFAULT;
	for (; addr < end; addr = stop) {
		if (!space_next_area(s, addr, &a) || a.start > addr)
			return -ENOMEM;
		stop = MIN(end, addr + PAGES_PER_ROUND * PAGE_SIZE);
		stop = MIN(stop, a.end);
		find_resident(s, &a, addr, stop, resident);
		if (copy_to_user(out, resident, (stop - addr) >> PAGE_SHIFT) < 0)
			return -EFAULT;
		out += (stop - addr) >> PAGE_SHIFT;
	}
	return 0;
}

#define MEMBARRIER_QUERY     0
#define MEMBARRIER_GLOBAL    1
#define MEMBARRIER_EXPEDITED (1 | 2 | 8 | 32)
#define MEMBARRIER_REGISTER  (4 | 16 | 64)
#define MEMBARRIER_PRIVATE   (8 | 32)

/* Interrupts the CPUs that might see another order: their earlier accesses are complete then. */
long sys_membarrier(uint64_t command, uint64_t flags)
{
	struct process *p = process_current();

	if ((int)command == MEMBARRIER_QUERY)
		return flags ? -EINVAL : MEMBARRIER_EXPEDITED | MEMBARRIER_REGISTER;
	if (flags || !(command & (MEMBARRIER_EXPEDITED | MEMBARRIER_REGISTER)) ||
	    (command & (command - 1)) || command > 64)
		return -EINVAL;
	p->membarriers |= (uint32_t)command & MEMBARRIER_REGISTER;
	/* Each private command needs its registration, which is the next higher bit. */
	if ((command & MEMBARRIER_PRIVATE) && !(p->membarriers & command << 1))
		return -EPERM;
	if (command & MEMBARRIER_EXPEDITED) {
		/* Global commands: other address spaces may share memory, so all CPUs answer. */
		if (command & 3)
			tlb_flush_kernel();
		else
			tlb_flush(process_current()->space);
	}
	return 0;
}
