/*
 * Page tables.
 *
 * A `root` is the physical address of an address space's top-level table. Pages for tables come
 * from mmu_page_alloc() below and are kept zeroed while free, so that none is cleared twice; each
 * CPU caches a few of its own. Changing the tables of a space requires its lock (mm/space.h).
 */
#pragma once

#include "asm/mmu.h"
#include "lib/types.h"

struct boot_info;
struct list;

/*
 * Builds the kernel half of the address space: all memory direct-mapped, the image mapped W^X.
 * `alloc_page` returns zeroed physical pages before the page allocator is up.
 */
void mmu_init(const struct boot_info *info, uint64_t (*alloc_page)(void));

/* The root with only the kernel half, for threads without an address space. */
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
 * Creates an empty address space and chains its tables on `tables`. Returns 0 or -ENOMEM.
 * mmu_space_destroy() frees every table on the chain: no entry may still map a page, and no CPU may
 * have the space loaded.
 */
int mmu_space_create(uint64_t *root, struct list *tables);
void mmu_space_destroy(uint64_t root, struct list *tables);

/* Loads `root` on this CPU and flushes its TLB, except global entries. */
static inline void mmu_switch(uint64_t root)
{
	x86_write_cr3(root);
}

/* Number of address-space ids (PCIDs) the CPUs support: 0, or at least MMU_ASIDS. */
unsigned int mmu_asids(void);

/*
 * Loads `root` under an id below MMU_ASIDS. TLB entries of other ids survive, and so do those of
 * this id if `keep`. Flushes affect the current id only.
 */
static inline void mmu_switch_asid(uint64_t root, unsigned int asid, bool keep)
{
	x86_write_cr3(root | asid | (keep ? CR3_NOFLUSH : 0));
}

/* The entry that maps `va`, with tables allocated as needed; NULL if out of memory. */
uint64_t *mmu_entry_make(uint64_t root, struct list *tables, uint64_t va);

/*
 * The entry of the first page at or after *va, and before `end`, whose last-level table exists; *va
 * is moved to that page. NULL if there is none. The following entries, up to the next multiple of
 * MMU_TABLE_SPAN, are adjacent.
 */
uint64_t *mmu_entry_next(uint64_t root, uint64_t *va, uint64_t end);

/*
 * Unlinks the last-level table that covers [va, va + MMU_TABLE_SPAN); all its entries must be
 * clear. Returns its physical address, or 0 if there is none. Free it once no CPU can be walking
 * it.
 */
uint64_t mmu_table_unlink(uint64_t root, uint64_t va);
void mmu_table_free(uint64_t pa);

/* Maps one page in the kernel half. Returns 0 or -ENOMEM. */
int mmu_kernel_map(uint64_t va, uint64_t pa);
/* Unmaps such a page and returns its address. Flushes this CPU only: see tlb_flush_kernel(). */
uint64_t mmu_kernel_unmap(uint64_t va);

/* Makes device registers reachable by phys_to_virt(). Returns 0, -ENXIO if too high, or -ENOMEM. */
int mmu_device_map(uint64_t pa, uint64_t size);

/* Returns this CPU's cached tables to the page allocator. Returns how many. */
size_t mmu_trim(void);

/*
 * Implemented by mm: allocating (0 if out of memory) and freeing a zeroed page for a table, and the
 * per-page link and slot (the entry that points to the table).
 */
uint64_t mmu_page_alloc(void);
void mmu_page_free(uint64_t pa);
struct list *mmu_page_link(uint64_t pa);
uint64_t mmu_link_page(const struct list *link);
uint64_t **mmu_page_slot(uint64_t pa);
