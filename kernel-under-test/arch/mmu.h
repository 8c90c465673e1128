/*
 * Page tables.
 *
 * A `root` is the physical address of the top table of one address space. Table pages come from
 * mmu_page_take() below and are kept zeroed while free, so that none is cleared twice: a few for
 * each CPU, which no other touches. Who changes the tables of a space holds its lock (mm/space.h).
 */
#pragma once

#include "asm/mmu.h"
#include "lib/types.h"

struct boot_info;
struct list;

/*
 * Builds the kernel's own half for good: all memory direct-mapped, the image mapped with W^X.
 * `take_page` hands out zeroed physical pages before the page allocator stands.
 */
void mmu_init(const struct boot_info *info, uint64_t (*take_page)(void));

/* The kernel's own space, for threads that have none. */
uint64_t mmu_kernel_root(void);

static inline void *phys_to_virt(uint64_t pa)
{
	return (void *)(pa + DIRECT_MAP);
}

static inline uint64_t virt_to_phys(const void *va)
{
	return (uint64_t)va - DIRECT_MAP;
}

/*
 * A new empty space, its tables to be chained on `tables`. -ENOMEM or 0. mmu_space_destroy() frees
 * every table of the chain; no entry may still hold a page, and the space must not be in use.
 */
int mmu_space_create(uint64_t *root, struct list *tables);
void mmu_space_destroy(uint64_t root, struct list *tables);

/* Makes `root` the space of this CPU, which forgets all of the space before. */
static inline void mmu_switch(uint64_t root)
{
	x86_write_cr3(root);
}

/* How many ids of spaces the CPUs tell apart, 0 or at least MMU_ASIDS. */
unsigned int mmu_asids(void);

/*
 * The same with an id below MMU_ASIDS: what was remembered under others stays, and what was under
 * this one too if `keep`. Flushes concern what is under the id in use.
 */
static inline void mmu_switch_asid(uint64_t root, unsigned int asid, bool keep)
{
	x86_write_cr3(root | asid | (keep ? CR3_KEEP : 0));
}

/* The entry of `va`, tables made as needed; NULL when there is no memory. */
uint64_t *mmu_entry_make(uint64_t root, struct list *tables, uint64_t va);

/*
 * The entry of the first page at or after *va (and before `end`) whose last-level table exists,
 * with *va moved there; NULL when there is none. The entries after it, up to the next multiple
 * of MMU_TABLE_SPAN, stand beside it.
 */
uint64_t *mmu_entry_next(uint64_t root, uint64_t *va, uint64_t end);

/*
 * Takes away the last-level table that covers [va, va + MMU_TABLE_SPAN), whose entries are all
 * clear: its physical address, 0 when there is none. To be freed when no CPU walks it any more.
 */
uint64_t mmu_table_unhook(uint64_t root, uint64_t va);
void mmu_table_free(uint64_t pa);

/* Maps one page of the kernel's half. -ENOMEM or 0. */
int mmu_kernel_map(uint64_t va, uint64_t pa);
/* Takes such a page away: its address. This CPU forgets it; for others: tlb_flush_kernel(). */
uint64_t mmu_kernel_unmap(uint64_t va);

/* Makes a device's registers reachable by phys_to_virt(). -ENXIO: too far away; -ENOMEM or 0. */
int mmu_device_map(uint64_t pa, uint64_t size);

/* Gives this CPU's free tables back to the page allocator; returns how many. */
size_t mmu_trim(void);

/*
 * Given by mm: a zeroed page for a table (0 when there is none), and its return; the links and
 * the slot (the entry that points to the table) that mm keeps for each page.
 */
uint64_t mmu_page_take(void);
void mmu_page_give(uint64_t pa);
struct list *mmu_page_link(uint64_t pa);
uint64_t mmu_link_page(const struct list *link);
uint64_t **mmu_page_slot(uint64_t pa);
