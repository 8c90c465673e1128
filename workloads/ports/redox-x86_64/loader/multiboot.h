#pragma once

#include <stdint.h>

/* What QEMU hands to a kernel with a multiboot header, as the multiboot specification 0.6.96 has
 * it. */

#define MULTIBOOT_HAS_MODULES 0x8u
#define MULTIBOOT_HAS_MEMORY 0x40u

struct multiboot_information {
	uint32_t flags;
	uint32_t memory_lower, memory_upper;
	uint32_t boot_device;
	uint32_t command_line;
	uint32_t modules, modules_at;
	uint32_t symbols[4];
	uint32_t memory_size, memory_at;
};

struct multiboot_module {
	uint32_t start, end;
	uint32_t text;
	uint32_t padding;
};

#define MULTIBOOT_MEMORY_FREE 1u

/* `size` does not count itself. */
struct multiboot_memory {
	uint32_t size;
	uint64_t base, length;
	uint32_t kind;
} __attribute__((packed));
