#pragma once

#include <stdint.h>

/*
 * What a Redox kernel finds in rdi: places and sizes in bytes, all physical, as its own boot
 * loader hands them over. `hardware` is an RSDP; a boot from a BIOS has none.
 */
struct redox_arguments {
	uint64_t kernel, kernel_size;
	uint64_t stack, stack_size;
	uint64_t environment, environment_size;
	uint64_t hardware, hardware_size;
	uint64_t areas, areas_size;
	uint64_t bootstrap, bootstrap_size;
};

enum redox_memory { REDOX_FREE = 1, REDOX_RECLAIM = 2, REDOX_RESERVED = 3 };

struct redox_area {
	uint64_t base, size, kind;
};

/* The kernel ELF file is mapped here as it lies, and physical memory a second time here. */
#define REDOX_KERNEL 0xffffffff80000000ull
#define REDOX_PHYSICAL 0xffff800000000000ull

#define PAGE 4096u

/* A place to take pages from that the kernel must leave alone. */
struct pages {
	uint32_t next, end;
};

/* Clear, or NULL when there are none left. */
void *pages_take(struct pages *pages, uint32_t count);

/*
 * The tables the kernel starts on: the first 8 GiB as they are and at REDOX_PHYSICAL, the file at
 * REDOX_KERNEL. Returns their root, or 0 without memory.
 */
uint32_t tables_make(struct pages *pages, uint32_t kernel, uint32_t kernel_size);
