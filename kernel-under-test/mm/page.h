/*
 * Physical pages: a buddy allocator under its own lock (LOCK_PAGE), behind a list of single pages
 * per CPU. The common case is a push or a pop on that list, without a lock:
 *
 *   CPU 0                        CPU 1
 *   page_alloc(), page_put()     page_alloc(), page_put()
 *   free pages                   free pages
 *        \-- in batches of 16 --/
 *        free blocks (LOCK_PAGE)
 *
 * None of this needs the kernel lock, but its holder gets more: when no page is free, cached page
 * tables and cached file pages are reclaimed (page_reclaim()), which requires it. A caller that
 * gets NULL without the lock takes it and retries. Pages in other CPUs' lists are out of reach.
 *
 * Reference counts are atomic. A new reference is made from one that the maker holds, or under a
 * lock that protects the one it is made from: a space's lock for a page table entry, an inode's or
 * object's lock for a page in its store, the kernel lock for the rest. So whoever holds the only
 * reference knows that it stays the only one.
 */
#pragma once

#include "arch/boot.h"
#include "arch/mmu.h"
#include "lib/list.h"
#include "lib/types.h"

#define PAGE_ORDER_MAX 10

/* One per page of memory. A page belongs to whoever holds references to it. */
struct page {
	struct list link;
	union {
		/* Page table: the entry that points to it. */
		uint64_t *slot;
		/* Slab: its first free object. */
		void *objects;
		/* Free, on a CPU's list: the next one. */
		struct page *next_free;
		/* Page cache: its index in the file. */
		uint64_t index;
	};
	uint32_t refs;
	/* First page of a block: it has 2^order pages. */
	uint8_t order;
	uint8_t state;
	/* Slab: objects in use. Page cache: CACHE_*. */
	uint16_t used;
};

/* Values of `state`. */
#define PAGE_RESERVED 0 /* never allocated: the image, the page array */
#define PAGE_FREE     1 /* first of a free block of 2^order pages */
#define PAGE_TAIL     2 /* inside a free block */
#define PAGE_USED     3
#define PAGE_ZERO     4 /* the zero page; mapped read-only only */
#define PAGE_SLAB     5 /* + slab class */

extern struct page *page_array;

static inline struct page *phys_to_page(uint64_t pa)
{
	return &page_array[pa >> PAGE_SHIFT];
}

static inline uint64_t page_to_phys(const struct page *p)
{
	return (uint64_t)(p - page_array) << PAGE_SHIFT;
}

static inline void *page_to_virt(const struct page *p)
{
	return phys_to_virt(page_to_phys(p));
}

static inline struct page *virt_to_page(const void *va)
{
	return phys_to_page(virt_to_phys(va));
}

/* Sets up the allocator and the kernel's page tables (mmu_init). Call once. */
void page_init(const struct boot_info *info);

/* Allocates 2^order pages with one reference, uninitialized; NULL if out of memory. */
struct page *page_alloc_order(unsigned int order);
struct page *page_alloc(void);
/* The same, zeroed. */
struct page *page_alloc_zeroed(void);

static inline struct page *page_get(struct page *p)
{
	__atomic_fetch_add(&p->refs, 1, __ATOMIC_RELAXED);
	return p;
}

/* Drops a reference; the last one frees the page. */
void page_put(struct page *p);

static inline void page_clear(struct page *p)
{
	uint64_t words = PAGE_SIZE / 8;
	void *to = page_to_virt(p);

	asm volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(0ull) : "memory");
}

static inline void page_copy(struct page *to, const struct page *from)
{
	uint64_t words = PAGE_SIZE / 8;
	void *d = page_to_virt(to), *s = page_to_virt(from);

	asm volatile("rep movsq" : "+D"(d), "+S"(s), "+c"(words) : : "memory");
}

/* Implemented by fs: frees up to `wanted` clean cached pages; returns how many. */
size_t page_reclaim(size_t wanted);

/* Hands the initrd's pages to the allocator once it is no longer needed. */
void page_release_region(struct boot_region region);

/* All pages managed by the allocator, and those of them that are free. */
uint64_t page_count_total(void);
uint64_t page_count_free(void);
