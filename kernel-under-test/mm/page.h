/*
 * Physical pages: a buddy allocator under a lock of its own (LOCK_PAGE), with a stack of single
 * pages for each CPU in front of it that makes the common case a pop and a push, without a lock.
 *
 *   CPU 0                    CPU 1
 *   stack of 64  <-- 16 at a time --+     page_alloc(), page_put(): this CPU's own
 *                stack of 64 <------+-- 16 at a time -->  free blocks (LOCK_PAGE)
 *
 * Nothing here wants the kernel lock. Who has it gets more, though: when no page is free, spare
 * page tables and cached pages are given up (page_reclaim()), which only its holder may do. Who
 * gets NULL without it takes it and tries again. Up to 64 pages of each other CPU's stack are out
 * of reach meanwhile.
 *
 * References are counted atomically. A new one is made from one that the maker has, or under a lock
 * that keeps the one it is made from: a space's for an entry of its tables, an inode's or an
 * object's for a page of its store, the kernel lock for the rest. So who finds that the only
 * reference is its own knows that it stays so.
 */
#pragma once

#include "arch/boot.h"
#include "arch/mmu.h"
#include "lib/list.h"
#include "lib/types.h"

#define PAGE_ORDER_MAX 10

/* One for each page of memory. A page belongs to whoever holds references to it. */
struct page {
	struct list link;
	union {
		/* A page table: the entry that points to it. */
		uint64_t *slot;
		/* A slab: its first free object. */
		void *objects;
		/* On a CPU's stack of free pages: the one below. */
		struct page *below;
		/* In a cache: its place in the file. */
		uint64_t index;
	};
	uint32_t refs;
	/* Of a block's first page: 2^order pages. */
	uint8_t order;
	uint8_t state;
	/* A slab: objects in use. In a cache: CACHE_*. */
	uint16_t used;
};

/* What `state` says. */
#define PAGE_RESERVED 0 /* never allocated: the image, the page array */
#define PAGE_FREE     1 /* first of a free block of 2^order pages */
#define PAGE_TAIL     2 /* inside a free block */
#define PAGE_USED     3
#define PAGE_ZERO     4 /* all zero, for good; mapped read-only */
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

/* 2^order pages, one reference, contents undefined; NULL when there are none. */
struct page *page_alloc_order(unsigned int order);
struct page *page_alloc(void);
/* The same, cleared. */
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

/* Given by fs: frees up to `wanted` pages whose contents can be had again; how many. */
size_t page_reclaim(size_t wanted);

/* Gives the pages of the initrd to the allocator, when nobody reads it any more. */
void page_release_region(struct boot_region region);

/* All pages under the allocator's care, and those of them not in use. */
uint64_t page_count_total(void);
uint64_t page_count_free(void);
