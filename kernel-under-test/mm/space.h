/*
 * Address spaces: what a process sees as its memory. A space is areas in order (mm/areas.h) over a
 * tree of page tables; pages come when they are touched.
 *
 * A space has a lock of its own, and most of what threads do to their memory takes nothing else: a
 * page of anonymous memory or of shared memory touched for the first time, a page of a file that is
 * in memory (tmpfs), a copy on write, and mmap(), munmap(), mprotect(), brk() and
 * madvise(MADV_DONTNEED) of anonymous memory. So threads of different processes share neither a
 * lock nor a cache line that is written: areas, tables and counts are the space's, free pages and
 * free tables the CPU's (mm/page.h).
 *
 * The kernel lock is wanted as well, and taken before it, for areas that have an object (whose
 * references it guards), for a page that must come from a disk or that a file does not have yet,
 * and when there is no memory. What finds that it is wanted and not held says -EUNLOCKED (or
 * -ENOMEM), with nothing changed that trying again would not change too:
 *
 *   thread 1: fault                      thread 2: munmap() of a file's mapping
 *   space.lock
 *   area has an object: -EUNLOCKED       kernel lock
 *   releases space.lock                  space.lock; area goes, pages go; releases both
 *   kernel lock, then space.lock
 *   finds the area anew: -EFAULT
 *
 * Who holds the kernel lock alone may rely on areas with an object, but not on their place in the
 * array. Order: kernel lock, space.lock, inode.lock and the rest of enum lock_class. Whoever has
 * space.lock may wait for other CPUs to flush (mm/tlb.h), so it is a serving_lock;
 * but it does not sleep, nor touch user memory, nor take the lock of another space.
 */
#pragma once

#include "arch/spin.h"
#include "lib/list.h"
#include "lib/types.h"
#include "mm/areas.h"

/* Protection, numbered as on Linux. */
#define AREA_READ  1
#define AREA_WRITE 2
#define AREA_EXEC  4
#define AREA_PROT  7
/* Changes are seen by everyone who maps it; otherwise pages are copied on the first write. */
#define AREA_SHARED 8
/* Grows downwards when touched below, to space.stack_limit in all. */
#define AREA_STACK 16
/* Shared, of a file that was not opened for writing: can't be made writable. */
#define AREA_NO_WRITE 32
/* Writes must be noticed: its object has load(). */
#define AREA_TRACKED 64
/* By mlock(); counts in a space that `locks`. */
#define AREA_LOCKED 128
/* Left out of a fork's copy, or copied without its pages: space_wish(). */
#define AREA_NO_FORK 256
#define AREA_WIPE    512
/* Not in core dumps. */
#define AREA_NO_DUMP 1024

/* The first RLIMIT_STACK. */
#define STACK_MAX   (8ul << 20)
#define STACK_GUARD (256 * PAGE_SIZE)

/* mmap(2) never hands out what is below, so that a null pointer with an offset faults. */
#define SPACE_LOWEST (64ul << 10)

/* Guarded by `lock`, unless said otherwise. */
struct space {
	struct serving_lock lock;
	uint32_t refs; /* by the kernel lock */
	struct areas areas;
	uint64_t root;
	struct list tables;
	uint64_t brk_start, brk;
	/* The first stack ends here; mappings are placed downwards from `top`. */
	uint64_t stack_top, top;
	/* mlockall(MCL_FUTURE): flags that each mmap() has as well. */
	uint32_t map_always;
	/* RLIMIT_STACK */
	uint64_t stack_limit;
	/* Pages mapped now, and the most there were when some went: space_resident_most(). */
	uint64_t resident, resident_before;
	/* Pages that were missing, and those of them that were waited for (by the kernel lock). */
	uint64_t faults, faults_read;
	/* Some of it has been locked. A copy starts with nothing locked, whatever its areas say. */
	bool locks;
	/* Some area may have AREA_NO_FORK or AREA_WIPE. */
	bool wishes;
	/* What may go anywhere goes to a random place. */
	bool random;
	/* The CPUs that have it loaded, one bit each, changed atomically (mm/tlb.h). */
	uint32_t cpus;
	/* With address-space ids alone (mm/asid.h). */
	uint64_t number, changes;
};

/* Whether new spaces put stack, mappings, heap and programs at random places. On by default. */
extern uint64_t space_random;

/* `pages` pages at most, at random; 0 when nothing is to be random. In bytes. */
uint64_t space_random_gap(const struct space *s, uint64_t pages);

/*
 * An empty space with one reference, its stack and mappings at random places or not; NULL if out of
 * memory.
 */
struct space *space_create(bool random, uint64_t stack_limit);
/* A copy of `from`, the space in use, whose lock it takes: private pages are shared until written.
 */
struct space *space_clone(struct space *from);
static inline struct space *space_get(struct space *s)
{
	s->refs++;
	return s;
}
/* The last reference frees it; no thread may run in it then. */
void space_put(struct space *s);

static inline void space_lock(struct space *s)
{
	serving_lock_acquire(&s->lock);
	x86_count_lock(LOCK_SPACE);
}

static inline void space_unlock(struct space *s)
{
	serving_lock_release(&s->lock);
}

static inline void space_unlock_scoped(struct space *const *s)
{
	space_unlock(*s);
}

static inline struct space *space_lock_taken(struct space *s)
{
	space_lock(s);
	return s;
}

/* Holds the lock of `s` from here to the end of the scope, however that is left. */
#define SPACE_SCOPE(s)                                                                             \
	struct space *scope_space_ SCOPED(space_unlock) __attribute__((unused)) =                  \
		space_lock_taken(s)

/*
 * The functions from here on need the space's lock, or a space that nobody else can see yet; those
 * at the end take the lock themselves.
 */

static inline uint64_t space_resident_most(const struct space *s)
{
	return MAX(s->resident, s->resident_before);
}

/* The first area that ends after `addr`, or NULL. */
static inline struct area *space_find(struct space *s, uint64_t addr)
{
	return areas_find(&s->areas, addr);
}

/*
 * Maps [addr, addr + len), page aligned, below USER_TOP; what was there goes. Takes a reference
 * of its own on `object`, for which the kernel lock is wanted. 0, -ENOMEM, -EUNLOCKED.
 */
int space_map(struct space *s, uint64_t addr, uint64_t len, uint32_t flags, struct object *object,
	      uint64_t offset);
/* 0, -ENOMEM, -EUNLOCKED. */
int space_unmap(struct space *s, uint64_t addr, uint64_t len);
/*
 * -EUNLOCKED. -ENOMEM if part of the range is not mapped, -EACCES if it may not be written
 * (AREA_NO_WRITE); what comes before that part has been changed.
 */
int space_protect(struct space *s, uint64_t addr, uint64_t len, uint32_t prot);
/* Of the areas in a range, which may have holes. -EUNLOCKED, -ENOMEM. */
int space_set_locked(struct space *s, uint64_t addr, uint64_t len, bool locked);
/* Bytes of [addr, end) that are locked. */
uint64_t space_locked(struct space *s, uint64_t addr, uint64_t end);
/*
 * Forgets the pages of a range: anonymous memory reads as zero again. -ENOMEM when part of it is
 * not mapped; the rest is forgotten all the same.
 */
int space_discard(struct space *s, uint64_t addr, uint64_t len);

/*
 * Changes of AREA_NO_FORK and AREA_WIPE what is `off` and `on`, in all areas of a range. -ENOMEM,
 * -EUNLOCKED.
 */
int space_wish(struct space *s, uint64_t addr, uint64_t len, uint32_t off, uint32_t on);

/*
 * Makes the `old` bytes mapped at `addr`, inside one area, `len` long: in place if it can be, else
 * elsewhere if it may move, or at `fixed` if that is not 0. With `keep` only the pages move, and
 * always. The address, -EFAULT, -ENOMEM. Wants the kernel lock.
 */
long space_remap(struct space *s, uint64_t addr, uint64_t old, uint64_t len, bool may_move,
		 bool keep, uint64_t fixed);

/* Bytes of all areas. */
uint64_t space_size(const struct space *s);

/* A free range of `len` bytes: at `want` if that is free, else the highest below `top`; 0: none. */
uint64_t space_gap(struct space *s, uint64_t want, uint64_t len, uint64_t top);

/*
 * Moves the end of the heap. Returns where it is then: unmoved if that fails, also for lack of the
 * kernel lock.
 */
uint64_t space_set_brk(struct space *s, uint64_t brk);

/* These take the space's lock. */

/* The first area that ends after `addr`, as it is now. False: there is none. */
bool space_next_area(struct space *s, uint64_t addr, struct area *out);

/*
 * Brings in the page at `addr` or makes it writable. Takes the kernel lock if it must. 0, -EFAULT
 * (nothing is mapped there), -EACCES, -ENXIO (past the end of the file), -ENOMEM, -EIO. When it had
 * to sleep for that, it has not looked again: the next access will. FAULT_NOWAIT: -EPAGING instead.
 */
int space_fault(struct space *s, uint64_t addr, unsigned int access);

/*
 * After -EPAGING, before the caller sleeps or goes to user mode: brings in the page that was
 * missing, if it is missing still. With the kernel lock; sleeps. 0, -EFAULT.
 */
int space_page_in(void);

/* The result of `call`, repeated for as long as it ends with -EPAGING and the page can be had. */
#define WITH_PAGES(call)                                                                           \
	({                                                                                         \
		long got_;                                                                         \
                                                                                                   \
		do                                                                                 \
			got_ = (call);                                                             \
		while (got_ == -EPAGING && !(got_ = space_page_in()));                             \
		got_;                                                                              \
	})

/*
 * Writes kernel bytes, or zeros when `from` is NULL, into any space; its areas must be writable.
 * 0, -EFAULT (also for what is not the user's), -EACCES, -ENOMEM. With the kernel lock; may sleep.
 */
int space_write(struct space *s, uint64_t addr, const void *from, size_t n);
/*
 * The same for a debugger, which may also write to read-only private memory: that is copied, and
 * stays read-only for the space's threads.
 */
int space_poke(struct space *s, uint64_t addr, const void *from, size_t n);
/* Reads any space, and brings in what is not there. 0, -EFAULT, -EACCES, -ENOMEM. May sleep. */
int space_peek(struct space *s, uint64_t addr, void *to, size_t n);
/* Reads from any space what is in memory already. -EFAULT where nothing is. */
int space_read(struct space *s, uint64_t addr, void *to, size_t n);

/* object_unmap() in one space; takes its lock, and wants the kernel lock. */
void space_forget(struct space *s, const struct object *o, uint64_t from, uint64_t end,
		  bool copies);

/* For mm's own files. */
void space_drop_pages(struct space *s, uint64_t start, uint64_t end);
