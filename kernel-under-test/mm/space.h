/*
 * Address spaces: the memory of a process. A space is a sorted array of areas (mm/areas.h) and a
 * tree of page tables; pages are mapped on demand.
 *
 * A space has its own lock, which is all that most memory operations need: the first touch of
 * anonymous or shared memory, or of a file page in memory (tmpfs), copy on write, and mmap(),
 * munmap(), mprotect(), brk() and madvise(MADV_DONTNEED) of anonymous memory. Threads of different
 * processes thus share no lock and no written cache line: areas, tables and counters belong to the
 * space; free pages and free tables to the CPU (mm/page.h).
 *
 * The kernel lock is needed too, and taken first, for areas with an object (whose references it
 * guards), for a page that must be read from disk or allocated in a file, and when memory is
 * short. A function that finds it needed but not held returns -EUNLOCKED (or -ENOMEM), having
 * changed nothing that a retry would not:
 *
 *   thread 1: fault                      thread 2: munmap() of a file's mapping
 *   space.lock
 *   area has an object: -EUNLOCKED       kernel lock
 *   releases space.lock                  space.lock; removes area and pages; releases both
 *   kernel lock, then space.lock
 *   looks the area up again: -EFAULT
 *
 * Holding only the kernel lock is enough to read areas with an object, but not their position in
 * the array. Order: kernel lock, space.lock, inode.lock and the rest of enum lock_class. The
 * holder of space.lock may wait for other CPUs to flush (mm/tlb.h), so it is a serving_lock; but
 * it must not sleep, access user memory or take another space's lock.
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
/* Writes are visible to all who map it; otherwise pages are copied on the first write. */
#define AREA_SHARED 8
/* A stack: a fault below extends it, up to space.stack_limit bytes in all. */
#define AREA_STACK 16
/* A shared mapping of a file not opened for writing: can't be made writable. */
#define AREA_NO_WRITE 32
/* The object must be notified of the first write to each page: it has load(). */
#define AREA_TRACKED 64
/* mlock()ed; only valid in a space with `locks` set. */
#define AREA_LOCKED 128
/* Not inherited by fork, or inherited without its pages: space_advise(). */
#define AREA_NO_FORK 256
#define AREA_WIPE_ON_FORK 512
/* Excluded from core dumps. */
#define AREA_NO_DUMP 1024

/* The default RLIMIT_STACK. */
#define STACK_MAX   (8ul << 20)
#define STACK_GUARD (256 * PAGE_SIZE)

/* The lowest address mmap(2) hands out, so that a null pointer plus an offset faults. */
#define MMAP_MIN_ADDR (64ul << 10)

/* Guarded by `lock` unless stated otherwise. */
struct space {
	struct serving_lock lock;
	uint32_t refs; /* guarded by the kernel lock */
	struct areas areas;
	uint64_t root;
	struct list tables;
	uint64_t brk_start, brk;
	/* The upper end of the initial stack; mappings are placed downwards from `top`. */
	uint64_t stack_top, top;
	/* mlockall(MCL_FUTURE): flags added to each new mapping. */
	uint32_t def_flags;
	/* RLIMIT_STACK */
	uint64_t stack_limit;
	/* Pages mapped now, and the peak before the last unmapping: space_resident_peak(). */
	uint64_t resident, resident_peak;
	/* Page faults, and those of them that waited for I/O (guarded by the kernel lock). */
	uint64_t faults, major_faults;
	/*
	 * Some area is or was locked. A fork starts without, so its areas' AREA_LOCKED is then
	 * ignored.
	 */
	bool has_locked;
	/* Some area may have AREA_NO_FORK or AREA_WIPE_ON_FORK. */
	bool has_advice;
	/* Place the stack, mappings and heap at random. */
	bool randomize;
	/* CPUs that have it loaded, a bit each; atomic (mm/tlb.h). */
	uint32_t cpus;
	/* Used with address-space ids only (mm/asid.h). */
	uint64_t ctx_id, tlb_gen;
};

/* Whether new programs are placed at random (kernel.randomize_va_space); on by default. */
extern uint64_t space_random;

/* A random multiple of the page size below `pages` pages, in bytes; 0 without randomization. */
uint64_t space_random_gap(const struct space *s, uint64_t pages);

/* Creates an empty space with one reference; NULL if out of memory. */
struct space *space_create(bool randomize, uint64_t stack_limit);
/*
 * Clones `from`, the current space, taking its lock: private pages are shared until written. NULL
 * if out of memory.
 */
struct space *space_clone(struct space *from);
static inline struct space *space_get(struct space *s)
{
	s->refs++;
	return s;
}
/* Drops a reference; the last one frees the space, in which no thread may run any more. */
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

/* Holds the lock of `s` to the end of the scope, however it is left. */
#define SPACE_SCOPE(s)                                                                             \
	struct space *scope_space_ SCOPED(space_unlock) __attribute__((unused)) =                  \
		space_lock_taken(s)

/*
 * The functions from here on require the space's lock, or a space that nobody else can see yet, up
 * to those at the end, which take the lock themselves.
 */

static inline uint64_t space_resident_peak(const struct space *s)
{
	return MAX(s->resident, s->resident_peak);
}

/* The first area that ends after `addr`, or NULL. */
static inline struct area *space_find(struct space *s, uint64_t addr)
{
	return areas_find(&s->areas, addr);
}

/*
 * Maps [addr, addr + len), page aligned and below USER_TOP, replacing what was mapped there. Takes
 * a reference on `object`, which needs the kernel lock. Returns 0, -ENOMEM or -EUNLOCKED.
 */
int space_map(struct space *s, uint64_t addr, uint64_t len, uint32_t flags, struct object *object,
	      uint64_t offset);
/* Returns 0, -ENOMEM or -EUNLOCKED. */
int space_unmap(struct space *s, uint64_t addr, uint64_t len);
/*
 * Returns 0, -EUNLOCKED, -ENOMEM if part of the range is not mapped, or -EACCES if it may not be
 * made writable (AREA_NO_WRITE); what precedes that part has been changed.
 */
int space_protect(struct space *s, uint64_t addr, uint64_t len, uint32_t prot);
/* Sets or clears AREA_LOCKED in a range, which may have holes. Returns 0, -EUNLOCKED or -ENOMEM. */
int space_set_locked(struct space *s, uint64_t addr, uint64_t len, bool locked);
/* Locked bytes in [addr, end). */
uint64_t space_locked_bytes(struct space *s, uint64_t addr, uint64_t end);
/*
 * Frees the pages of a range: anonymous memory reads as zero again. Returns 0, or -ENOMEM if part
 * of the range is not mapped; the rest is freed all the same.
 */
int space_discard(struct space *s, uint64_t addr, uint64_t len);

/*
 * Clears the flags `off` and sets `on` (AREA_NO_FORK, AREA_WIPE_ON_FORK) in all areas of a range.
 * Returns 0, -ENOMEM or -EUNLOCKED.
 */
int space_advise(struct space *s, uint64_t addr, uint64_t len, uint32_t off, uint32_t on);

/*
 * Resizes the `old` bytes mapped at `addr`, inside one area, to `len`: in place if possible,
 * elsewhere if it may move, or at `fixed` if that is not 0. With `keep`, only the pages move, and
 * always. Returns the address, -EFAULT or -ENOMEM. Needs the kernel lock.
 */
long space_remap(struct space *s, uint64_t addr, uint64_t old, uint64_t len, bool may_move,
		 bool keep, uint64_t fixed);

/* Bytes of all areas. */
uint64_t space_size(const struct space *s);

/* The address of `len` free bytes: `want` if free there, else the highest below `top`, or 0. */
uint64_t space_find_gap(struct space *s, uint64_t want, uint64_t len, uint64_t top);

/*
 * Moves the end of the heap. Returns the end, unchanged on failure, including for want of the
 * kernel lock.
 */
uint64_t space_set_brk(struct space *s, uint64_t brk);

/* The following take the space's lock. */

/* Copies the first area that ends after `addr`. Returns false if there is none. */
bool space_next_area(struct space *s, uint64_t addr, struct area *out);

/*
 * Handles a fault: maps the page at `addr` or makes it writable. Takes the kernel lock if needed.
 * Returns 0, -EFAULT (not mapped), -EACCES, -ENXIO (past the end of the file), -ENOMEM or -EIO;
 * with FAULT_NOWAIT -EPAGING instead of sleeping. After sleeping for I/O the page may still have to
 * be mapped, by the next access.
 */
int space_fault(struct space *s, uint64_t addr, unsigned int access);

/*
 * After -EPAGING, and before the caller sleeps or returns to user mode: reads the missing page in,
 * if it is still missing. Needs the kernel lock; sleeps. Returns 0 or -EFAULT.
 */
int space_page_in(void);

/* The result of `call`, retried while it returns -EPAGING and the page can be read in. */
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
 * Writes kernel bytes, or zeros if `from` is NULL, into any space; its areas must be writable.
 * Needs the kernel lock; may sleep. Returns 0, -EFAULT (also outside user addresses), -EACCES or
 * -ENOMEM.
 */
int space_write(struct space *s, uint64_t addr, const void *from, size_t n);
/*
 * The same for a debugger, which may also write to read-only private memory: to a copy of the page,
 * which stays read-only for the space's threads.
 */
int space_poke(struct space *s, uint64_t addr, const void *from, size_t n);
/* Reads from any space, faulting pages in. May sleep. Returns 0, -EFAULT, -EACCES or -ENOMEM. */
int space_peek(struct space *s, uint64_t addr, void *to, size_t n);
/* Reads what is mapped in any space. Returns 0, or -EFAULT for a missing page. */
int space_read(struct space *s, uint64_t addr, void *to, size_t n);

/* object_unmap() for one space. Takes its lock and needs the kernel lock. */
void space_unmap_object(struct space *s, const struct object *o, uint64_t from, uint64_t end,
			bool copies);

/* Private to mm. Unmaps and frees the pages of a range, under the space's lock. */
void space_zap_pages(struct space *s, uint64_t start, uint64_t end);

/* The area at `addr`, after growing a stack down to it if necessary; or NULL. */
struct area *space_area_at(struct space *s, uint64_t addr);

/*
 * The two halves of space_fault(): under the space's lock, which fails with -EUNLOCKED, -ENOMEM or
 * -EPAGING where more is needed; and after that failed with `err`, without it: retries under the
 * kernel lock, and sleeps for I/O if necessary.
 */
int space_fault_locked(struct space *s, uint64_t addr, unsigned int access);
int space_fault_slow(struct space *s, uint64_t addr, unsigned int access, int err);
