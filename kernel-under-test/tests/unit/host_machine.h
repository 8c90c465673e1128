/* The machine that unit tests run on. */
#pragma once

#include "arch/boot.h"
#include "mm/page.h"

/* An arena of `size` bytes of zeroes as physical memory. */
void host_memory_make(uint64_t size);

/* The same, with all but the first MiB and the image given to the page allocator. Call once. */
void host_boot(uint64_t mib);

/* User memory in this range faults from now on. */
void host_user_fault(const void *start, size_t size);

/* Whether fn(arg) ends in panic(). */
bool host_panics(void (*fn)(void *), void *arg);

/*
 * What the CPU remembers of the page tables: direct mapped, and emptied only by what the kernel
 * tells it. Whoever reads memory through it sees a flush that was forgotten.
 */
struct host_tlb_entry {
	uint64_t asid; /* that was in use */
	uint64_t page;
	uint64_t entry;
};

struct host_tlb {
	struct host_tlb_entry slot[4096];
	/* Which table a 2 MiB range has: kept apart, and emptied by every flush of a page. */
	struct host_tlb_entry table[64];
};

extern struct host_tlb host_tlb;

/* What mmu_asids() says; 0 until a test sets it. */
extern unsigned int host_asids;

/* Where what is under different ids does not drive each other out. */
static inline struct host_tlb_entry *host_tlb_slot(uint64_t va)
{
	uint64_t asid = host_read_cr3() % PAGE_SIZE;

	return &host_tlb.slot[((va >> PAGE_SHIFT) + asid * 256) % ARRAY_SIZE(host_tlb.slot)];
}

static inline struct host_tlb_entry *host_tlb_table(uint64_t va)
{
	uint64_t asid = host_read_cr3() % PAGE_SIZE;

	return &host_tlb.table[((va >> 21) + asid * 4) % ARRAY_SIZE(host_tlb.table)];
}

/* Whether `t` was filled for page (or range) `page` under the id in use. */
static inline bool host_tlb_is(const struct host_tlb_entry *t, uint64_t page)
{
	return t->entry && t->page == page && t->asid == host_read_cr3() % PAGE_SIZE;
}
