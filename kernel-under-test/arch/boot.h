/* What the boot protocol passed, copied out of the memory it arrived in. */
#pragma once

#include "lib/types.h"

#define BOOT_REGIONS_MAX 32
#define BOOT_CMDLINE_MAX 1024

struct boot_region {
	uint64_t start;
	uint64_t end;
};

struct boot_info {
	/* Usable memory, page aligned and in ascending order; includes the image and the initrd. */
	struct boot_region usable[BOOT_REGIONS_MAX];
	size_t usable_count;
	struct boot_region image;
	struct boot_region initrd;
	/* Physical address of ACPI's root pointer (RSDP), or 0 if unknown. */
	uint64_t rsdp;
	char cmdline[BOOT_CMDLINE_MAX];
};

/* Decodes what the loader left at physical address `handover`. Panics if it is unusable. */
void arch_boot_read(struct boot_info *info, uint64_t handover);

/* Implemented by init: the first C function. Runs on the boot stack with interrupts off. */
_Noreturn void kernel_main(uint64_t handover);
