/* Page table entries of x86_64: four levels, 4 KiB pages. */
#pragma once

#include "asm/cpu.h"
#include "lib/types.h"

#define PTE_PRESENT  BIT(0)
#define PTE_WRITE    BIT(1)
#define PTE_USER     BIT(2)
#define PTE_PWT	     BIT(3)
#define PTE_PCD	     BIT(4)
#define PTE_LARGE    BIT(7)
#define PTE_GLOBAL   BIT(8)
#define PTE_ADDR     0x000ffffffffff000ull

/* The NX bit, or 0 on a CPU without it. */
extern uint64_t x86_pte_nx;

/* PCIDs. Bit 63 of a CR3 load preserves the id's TLB entries; it does not read back. */
#define MMU_ASIDS 4096
#define CR3_NOFLUSH BIT(63)

#define MMU_TABLE_SPAN	  (1ul << 21)
#define MMU_TABLE_ENTRIES 512

static inline uint64_t mmu_entry_user(uint64_t pa, bool write, bool exec)
{
	return pa | PTE_PRESENT | PTE_USER | (write ? PTE_WRITE : 0) | (exec ? 0 : x86_pte_nx);
}

/*
 * An entry is empty (0), present, or hidden: it still references its page, but any access faults,
 * including the kernel's on behalf of the user.
 */
static inline uint64_t mmu_entry_hide(uint64_t e)
{
	return e & ~PTE_PRESENT;
}

static inline bool mmu_entry_present(uint64_t e)
{
	return e & PTE_PRESENT;
}

static inline bool mmu_entry_writable(uint64_t e)
{
	return e & PTE_WRITE;
}

static inline uint64_t mmu_entry_page(uint64_t e)
{
	return e & PTE_ADDR;
}

static inline uint64_t mmu_entry_read_only(uint64_t e)
{
	return e & ~PTE_WRITE;
}

/* Flush one page, or all non-global entries, of the current address space. */
static inline void mmu_flush_page(uint64_t va)
{
	x86_invlpg(va);
}

static inline void mmu_flush_all(void)
{
	x86_write_cr3(x86_read_cr3());
}

/* Flushes everything, including global (kernel) entries. */
static inline void mmu_flush_kernel(void)
{
	uint64_t cr4 = x86_read_cr4();

	x86_write_cr4(cr4 & ~CR4_PGE);
	x86_write_cr4(cr4);
}
