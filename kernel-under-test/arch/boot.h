/* What the boot protocol handed over, copied out of the memory it came in. */
#pragma once

#include "lib/types.h"

#define BOOT_REGIONS_MAX 32
#define BOOT_CMDLINE_MAX 1024

struct boot_region {
	uint64_t start;
	uint64_t end;
};

struct boot_info {
	/* Usable memory, page aligned, ascending; the image and the initrd are inside it. */
	struct boot_region usable[BOOT_REGIONS_MAX];
	size_t usable_count;
	struct boot_region image;
	struct boot_region initrd;
	/* Where the firmware's tables begin; 0: not known. */
	uint64_t rsdp;
	char cmdline[BOOT_CMDLINE_MAX];
};

/* Panics when what the loader left can't be used. */
void arch_boot_read(struct boot_info *info, uint64_t handover);

/* Given by init: the first C function, on the boot stack, interrupts off. */
_Noreturn void kernel_main(uint64_t handover);
