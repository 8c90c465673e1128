/* The machine that unit tests run on. */
#pragma once

#include "arch/boot.h"
#include "mm/page.h"

/* Makes an arena of `size` zero bytes the physical memory. */
void host_memory_make(uint64_t size);

/* The same, and gives all but the first MiB and the image to the page allocator. Call once. */
void host_boot(uint64_t mib);

/* From now on user memory in this range faults. */
void host_user_fault(const void *start, size_t size);

/* Whether fn(arg) panics. */
bool host_panics(void (*fn)(void *), void *arg);

/*
 * A model TLB: direct mapped, and emptied only by the flushes that the kernel performs. Reading
 * memory through it exposes a missing flush.
 */
struct host_tlb_entry {
	uint64_t asid; /* current when it was filled */
	uint64_t page;
	uint64_t entry;
};

struct host_tlb {
	struct host_tlb_entry slot[4096];
	/*
	 * Page-table entries of 2 MiB ranges, cached separately; any flush of a page empties them.
	 */
	struct host_tlb_entry table[64];
};

extern struct host_tlb host_tlb;

/* The result of mmu_asids(); 0 until a test sets it. */
extern unsigned int host_asids;

/* Entries of different ASIDs do not evict each other. */
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

/* Whether `t` holds page (or range) `page` of the current ASID. */
static inline bool host_tlb_is(const struct host_tlb_entry *t, uint64_t page)
{
	return t->entry && t->page == page && t->asid == host_read_cr3() % PAGE_SIZE;
}
