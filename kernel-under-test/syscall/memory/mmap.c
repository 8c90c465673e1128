/*
 * mmap, munmap, mprotect, mremap, brk. Most run without the kernel lock, under the space's lock,
 * and take the kernel lock when they turn out to need it.
 */
#include "syscall/memory/mmap.h"

#include "arch/spin.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "syscall/user.h"

#define MAP_SHARED	    0x01
#define MAP_PRIVATE	    0x02
#define MAP_SHARED_VALIDATE 0x03
#define MAP_TYPE	    0x0f
#define MAP_FIXED	    0x10
#define MAP_ANONYMOUS	    0x20
#define MAP_32BIT	    0x40
#define MAP_GROWSDOWN	    0x100
#define MAP_POPULATE	    0x8000
#define MAP_NONBLOCK	    0x10000
#define MAP_FIXED_NOREPLACE 0x100000
/*
 * The flags that MAP_SHARED_VALIDATE accepts: the legacy ones, and none that need support by the
 * file.
 */
#define MAP_KNOWN 0xfc07f9f3u

static long place(struct space *s, uint64_t addr, uint64_t len, uint64_t flags)
{
	uint64_t at;

	if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
		if (page_range(addr, &len) < 0)
			return addr & (PAGE_SIZE - 1) ? -EINVAL : -ENOMEM;
		if (addr < MMAP_MIN_ADDR)
			return -EPERM;
		if ((flags & MAP_FIXED_NOREPLACE) && space_find_gap(s, addr, len, s->top) != addr)
			return -EEXIST;
		return (long)addr;
	}
	at = space_find_gap(s, ALIGN_UP(addr, PAGE_SIZE), len,
			    flags & MAP_32BIT ? 1ul << 31 : s->top);
	return at ? (long)at : -ENOMEM;
}

/* RLIMIT_AS, for `more` bytes. With the space's lock. */
static bool may_grow(const struct space *s, uint64_t more)
{
	uint64_t limit = process_limit(RLIMIT_AS);

	return likely(limit == UNLIMITED) || space_size(s) + more <= limit;
}

static int check_file(const struct file *f, uint64_t prot, bool shared)
{
	if (!f || (f->flags & O_PATH))
		return -EBADF;
	if (!file_readable(f) || (shared && (prot & AREA_WRITE) && !file_writable(f)))
		return -EACCES;
	if (f->inode && shared && (prot & AREA_WRITE) &&
	    unlikely(f->inode->seals & (SEAL_WRITE | SEAL_FUTURE_WRITE)))
		return -EPERM;
	if (!f->inode || !inode_is(f->inode, S_IFREG))
		return -ENODEV;
	return (prot & AREA_EXEC) && inode_forbids(f->inode, VOLUME_NOEXEC) ? -EPERM : 0;
}

/* With the space's lock. The address, or -errno. */
static long place_and_map(struct space *s, uint64_t addr, uint64_t len, uint64_t flags,
			  uint32_t area, struct object *object, uint64_t offset)
{
	long at = may_grow(s, len) ? place(s, addr, len, flags) : -ENOMEM;
	int err = at < 0 ? (int)at : space_map(s, (uint64_t)at, len, area, object, offset);

	return err ? err : at;
}

static struct object *file_object(const struct file *f, bool shared, uint32_t *area)
{
	struct object *object = object_get(&f->inode->object);

	if (shared && (!file_writable(f) || (f->inode->seals & (SEAL_WRITE | SEAL_FUTURE_WRITE))))
		*area |= AREA_NO_WRITE;
	if (shared && object->ops->load)
		*area |= AREA_TRACKED;
	return object;
}

/* With the kernel lock: mappings of files and shared memory. */
static long map_object(struct space *s, uint64_t addr, uint64_t len, uint32_t area, uint64_t flags,
		       uint64_t fd, uint64_t offset)
{
	bool shared = area & AREA_SHARED;
	struct object *object = NULL;
	long at;

	if (flags & MAP_GROWSDOWN) {
		if (shared)
			return -EINVAL;
		area |= flags & MAP_ANONYMOUS ? AREA_STACK : 0;
	}
	if (!(flags & MAP_ANONYMOUS)) {
		struct file *f = user_file(fd);

		/* /dev/zero maps as anonymous memory. */
		if (f && unlikely(f->inode && f->inode->device == DEVICE(1, 5)) &&
		    inode_is(f->inode, S_IFCHR)) {
			if (shared && (area & AREA_WRITE) && !file_writable(f))
				return -EACCES;
			if (shared && !file_writable(f))
				area |= AREA_NO_WRITE;
			flags |= MAP_ANONYMOUS;
		} else {
			int err = check_file(f, area & AREA_PROT, shared);

			if (err)
				return err;
			file_accessed(f);
			object = file_object(f, shared, &area);
		}
	}
	if (!object && shared) {
		object = object_create_shared(len >> PAGE_SHIFT);
		offset = 0;
		if (!object)
			return -ENOMEM;
	}
	space_lock(s);
	at = place_and_map(s, addr, len, flags, area, object, offset);
	space_unlock(s);
	if (object)
		object_put(object);
	return at;
}

/* Without the kernel lock for private anonymous memory. */
long sys_mmap(uint64_t addr, uint64_t len, uint64_t prot, uint64_t flags, uint64_t fd,
	      uint64_t offset)
{
	struct space *s = process_current()->space;
	bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
	uint32_t area = (uint32_t)(prot & AREA_PROT) | (shared ? AREA_SHARED : 0);
	long at;

	if (!IS_ALIGNED(offset, PAGE_SIZE))
		return -EINVAL;
	if (!len || (flags & MAP_TYPE) < MAP_SHARED || (flags & MAP_TYPE) > MAP_SHARED_VALIDATE)
		return !(flags & MAP_ANONYMOUS) && !user_file(fd) ? -EBADF : -EINVAL;
	if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE) {
		if (flags & MAP_ANONYMOUS)
			return -EINVAL;
		if (flags & ~(uint64_t)MAP_KNOWN)
			return -EOPNOTSUPP;
	}
	if (len > USER_TOP)
		return -ENOMEM;
	if (offset > INT64_MAX - len)
		return -EOVERFLOW;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (likely((flags & (MAP_TYPE | MAP_ANONYMOUS | MAP_GROWSDOWN)) ==
		   (MAP_PRIVATE | MAP_ANONYMOUS))) {
		at = WITH_SPACE(s, place_and_map(s, addr, len, flags, area, NULL, 0));
	} else {
		at = WITH_KERNEL_LOCK(map_object(s, addr, len, area, flags, fd, offset));
	}
	flags |= s->def_flags;
	if (unlikely(flags & (MAP_POPULATE | MAP_LOCKED)) && at >= 0) {
		long err = flags & MAP_LOCKED ? user_lock_new((uint64_t)at, len) : 0;

		if (err) {
			sys_munmap((uint64_t)at, len);
			return err;
		}
		if (!(flags & MAP_NONBLOCK))
			user_populate((uint64_t)at, (uint64_t)at + len);
	}
	return at;
}

/* Without the kernel lock, unless a mapping has an object. */
long sys_munmap(uint64_t addr, uint64_t len)
{
	struct space *s = process_current()->space;

	return page_range(addr, &len) ?: WITH_SPACE(s, space_unmap(s, addr, len));
}

/* Without the kernel lock, unless a mapping has an object. */
long sys_mprotect(uint64_t addr, uint64_t len, uint64_t prot)
{
	struct space *s = process_current()->space;
	int err;

	if (!len && IS_ALIGNED(addr, PAGE_SIZE))
		return 0;
	if (prot & ~(uint64_t)AREA_PROT)
		return -EINVAL;
	err = page_range(addr, &len);
	if (err)
		return IS_ALIGNED(addr, PAGE_SIZE) ? -ENOMEM : err;
	return WITH_SPACE(s, space_protect(s, addr, len, (uint32_t)prot));
}

#define MREMAP_MAYMOVE	 1
#define MREMAP_FIXED	 2
#define MREMAP_DONTUNMAP 4

long sys_mremap(uint64_t addr, uint64_t old, uint64_t len, uint64_t flags, uint64_t fixed)
{
	struct space *s = process_current()->space;
	bool to = flags & MREMAP_FIXED, keep = flags & MREMAP_DONTUNMAP;

	if ((flags & ~(uint64_t)(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) ||
	    ((to || keep) && !(flags & MREMAP_MAYMOVE)) || (keep && old != len))
		return -EINVAL;
	if (!IS_ALIGNED(addr, PAGE_SIZE) || (old && page_range(addr, &old) < 0) || !len ||
	    len > USER_TOP)
		return -EINVAL;
	len = ALIGN_UP(len, PAGE_SIZE);
	if (to && (page_range(fixed, &len) < 0 || fixed < MMAP_MIN_ADDR ||
		   (fixed < addr + old && addr < fixed + len)))
		return -EINVAL;
	SPACE_SCOPE(s);
	if ((keep || len > old) && !may_grow(s, keep ? len : len - old))
		return -ENOMEM;
	return space_remap(s, addr, old, len, flags & MREMAP_MAYMOVE, keep, to ? fixed : 0);
}

static uint64_t move_brk(struct space *s, uint64_t brk)
{
	uint64_t now;

	SPACE_SCOPE(s);
	now = s->brk;
	if (brk <= now || (brk - s->brk_start <= process_limit(RLIMIT_DATA) &&
			   may_grow(s, ALIGN_UP(brk - now, PAGE_SIZE))))
		now = space_set_brk(s, brk);
	return now;
}

/* Without the kernel lock; a failure is retried with it. */
long sys_brk(uint64_t brk)
{
	struct space *s = process_current()->space;
	uint64_t now = move_brk(s, brk);

	if (likely(now == brk && !s->def_flags) || brk < s->brk_start)
		return (long)now;
	now = WITH_KERNEL_LOCK(move_brk(s, brk));
	if (s->def_flags)
		user_lock_heap(s);
	return (long)now;
}

/* As on Linux: a new mapping of the same object in place of the old one. */
long sys_remap_file_pages(uint64_t start, uint64_t size, uint64_t prot, uint64_t page,
			  uint64_t flags)
{
	struct space *s = process_current()->space;
	struct area a, next;
	int err;

	start = ALIGN_DOWN(start, PAGE_SIZE);
	size = ALIGN_DOWN(size, PAGE_SIZE);
	if (prot || start + size <= start ||
	    page > (uint64_t)(INT64_MAX >> PAGE_SHIFT) - (size >> PAGE_SHIFT))
		return -EINVAL;
	if (!space_next_area(s, start, &a) || a.start > start || !(a.flags & AREA_SHARED))
		return -EINVAL;
	for (next = a; next.end < start + size;) {
		uint64_t end = next.end;

		if (!space_next_area(s, end, &next) || next.start != end ||
		    next.object != a.object || next.flags != a.flags)
			return -EINVAL;
	}
	object_get(a.object);
	space_lock(s);
	/* The old mapping goes first, and with the last one a removed System V segment. */
	err = space_unmap(s, start, size);
	if (!err)
		err = a.object->refs == 1 && shm_is_object(a.object)
			      ? -EIDRM
			      : space_map(s, start, size, a.flags, a.object, page << PAGE_SHIFT);
	space_unlock(s);
	object_put(a.object);
	if (!err && !(flags & MAP_NONBLOCK))
		user_populate(start, start + size);
	return err;
}
