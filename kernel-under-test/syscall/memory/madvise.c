/* madvise. */
#include "arch/trap.h"
#include "syscall/memory/mmap.h"
#include "syscall/user.h"

#define MADV_DONTNEED	    4
#define MADV_FREE	    8
#define MADV_REMOVE	    9
#define MADV_DONTFORK	    10
#define MADV_DOFORK	    11
#define MADV_DONTDUMP	    16
#define MADV_DODUMP	    17
#define MADV_WIPEONFORK	    18
#define MADV_KEEPONFORK	    19
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#define MADV_LAST	    25

static bool is_anonymous(const struct area *a)
{
	return !a->object && !(a->flags & AREA_SHARED);
}

/* MADV_REMOVE: zeroes a range of a file or of shared memory. */
static int remove_bytes(const struct area *a, uint64_t start, uint64_t end)
{
	uint64_t pos = a->offset + (start - a->start);
	struct inode *inode;

	if (!a->object)
		return -EINVAL;
	if ((a->flags & (AREA_SHARED | AREA_NO_WRITE)) != AREA_SHARED)
		return -EACCES;
	if (object_is_shared(a->object)) {
		object_punch_shared(a->object, pos >> PAGE_SHIFT,
				    (pos + end - start) >> PAGE_SHIFT);
		return 0;
	}
	inode = container_of(a->object, struct inode, object);
	if (!a->object->ops->of_inode || !inode->ops->allocate)
		return -EOPNOTSUPP;
	return inode->ops->allocate(inode, pos, end - start, true, true);
}

static int remove_range(struct space *s, uint64_t start, uint64_t end)
{
	struct area a;
	int err;

	KERNEL_SCOPE();
	if (!space_next_area(s, start, &a) || a.start > start)
		return -ENOMEM;
	/* The area may go from here on; its object is referenced. */
	end = MIN(end, a.end);
	if (a.object)
		object_get(a.object);
	err = remove_bytes(&a, start, end);
	if (!err) {
		SPACE_SCOPE(s);
		space_discard(s, start, end - start);
	}
	if (a.object)
		object_put(a.object);
	return err;
}

/* MADV_POPULATE: faults in [start, end), which lies in one area. */
static int populate(struct space *s, const struct area *a, uint64_t start, uint64_t end, bool write)
{
	if (!(a->flags & (write ? AREA_WRITE : AREA_READ)))
		return -EINVAL;
	for (; start < end; start += PAGE_SIZE) {
		int err = space_fault(s, start, write ? FAULT_WRITE : 0);

		if (err)
			return err == -ENOMEM ? err : -EFAULT;
	}
	return 0;
}

/* Advice on a range within one area. */
static int advise(struct space *s, const struct area *a, uint64_t start, uint64_t end,
		  uint64_t advice)
{
	uint64_t len = end - start;

	switch (advice) {
	case MADV_REMOVE:
		return remove_range(s, start, end);
	case MADV_POPULATE_READ:
	case MADV_POPULATE_WRITE:
		return populate(s, a, start, end, advice == MADV_POPULATE_WRITE);
	case MADV_DONTFORK:
		return (int)WITH_SPACE(s, space_advise(s, start, len, 0, AREA_NO_FORK));
	case MADV_DOFORK:
		return (int)WITH_SPACE(s, space_advise(s, start, len, AREA_NO_FORK, 0));
	case MADV_DONTDUMP:
		return (int)WITH_SPACE(s, space_advise(s, start, len, 0, AREA_NO_DUMP));
	case MADV_DODUMP:
		return (int)WITH_SPACE(s, space_advise(s, start, len, AREA_NO_DUMP, 0));
	case MADV_WIPEONFORK:
		return is_anonymous(a) ? (int)WITH_SPACE(s, space_advise(s, start, len, 0,
									 AREA_WIPE_ON_FORK))
				       : -EINVAL;
	case MADV_KEEPONFORK:
		return (int)WITH_SPACE(s, space_advise(s, start, len, AREA_WIPE_ON_FORK, 0));
	case MADV_FREE:
		/* MADV_FREE: never necessary, as there is no swap to avoid. */
		return is_anonymous(a) ? 0 : -EINVAL;
	default:
		return 0;
	}
}

/* Without the kernel lock. */
long sys_madvise(uint64_t addr, uint64_t len, uint64_t advice)
{
	struct space *s = process_current()->space;
	uint64_t end;
	bool hole = false;
	struct area a;
	int err;

	advice = (uint32_t)advice;
	if (advice > MADV_LAST || (advice > MADV_DONTNEED && advice < MADV_FREE))
		return -EINVAL;
	if (!len && IS_ALIGNED(addr, PAGE_SIZE))
		return 0;
	err = page_range(addr, &len);
	if (err)
		return -EINVAL;
	if (unlikely(s->has_locked) &&
	    (advice == MADV_DONTNEED || advice == MADV_FREE || advice == MADV_REMOVE) &&
	    WITH_SPACE(s, space_locked_bytes(s, addr, addr + len) ? 1 : 0))
		return -EINVAL;
	if (advice == MADV_DONTNEED)
		return WITH_SPACE(s, space_discard(s, addr, len));
	for (end = addr + len; addr < end; addr = a.end) {
		if (!space_next_area(s, addr, &a) || a.start >= end)
			return -ENOMEM;
		hole |= a.start > addr;
		/* Populating stops at a hole. */
		if (hole && (advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE))
			return -ENOMEM;
		err = advise(s, &a, MAX(addr, a.start), MIN(end, a.end), advice);
		if (err)
			return err;
	}
	return hole ? -ENOMEM : 0;
}
