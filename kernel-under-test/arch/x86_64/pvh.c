/* Parses what the PVH boot protocol passes (Xen's public hvm_start_info, versions 0 and 1). */
#include "arch/boot.h"

#include "arch/mmu.h"
#include "lib/printf.h"
#include "x86.h"

#define START_INFO_MAGIC 0x336ec578
#define MEMMAP_RAM	 1
/* What boot.S maps; everything a loader passes is below. */
#define BOOT_MAPPED (1ull << 30)

struct start_info {
	uint32_t magic, version, flags, nr_modules;
	uint64_t modlist, cmdline, rsdp;
	/* Since version 1. */
	uint64_t memmap;
	uint32_t memmap_entries, reserved;
};

struct modlist_entry {
	uint64_t paddr, size, cmdline, reserved;
};

struct memmap_entry {
	uint64_t addr, size;
	uint32_t type, reserved;
};

static const void *boot_data(uint64_t pa, uint64_t size)
{
	if (!pa || pa >= BOOT_MAPPED || size > BOOT_MAPPED - pa)
		panic("boot: what was passed at %p is out of reach", (void *)pa);
	return phys_to_virt(pa);
}

static void add_usable(struct boot_info *info, uint64_t start, uint64_t end)
{
	size_t i = info->usable_count;

	/* The first MiB belongs to firmware and option ROMs. */
	start = ALIGN_UP(MAX(start, 0x100000ull), PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end || i == BOOT_REGIONS_MAX)
		return;
	for (; i > 0 && info->usable[i - 1].start > start; i--)
		info->usable[i] = info->usable[i - 1];
	info->usable[i] = (struct boot_region){start, end};
	info->usable_count++;
}

void arch_boot_read(struct boot_info *info, uint64_t handover)
{
	const struct start_info *si = boot_data(handover, sizeof(*si));

	if (si->magic != START_INFO_MAGIC || si->version < 1)
		panic("boot: not started through PVH version 1 or later");
	if (si->memmap_entries > 4096)
		panic("boot: the memory map is absurdly long");

	const struct memmap_entry *map =
		boot_data(si->memmap, si->memmap_entries * sizeof(struct memmap_entry));

	for (uint32_t i = 0; i < si->memmap_entries; i++)
		if (map[i].type == MEMMAP_RAM)
			add_usable(info, map[i].addr, map[i].addr + map[i].size);
	if (si->nr_modules) {
		const struct modlist_entry *m = boot_data(si->modlist, sizeof(*m));

		info->initrd = (struct boot_region){m->paddr, m->paddr + m->size};
	}
	if (si->cmdline) {
		const char *line = boot_data(si->cmdline, 1);
		size_t n = 0;

		for (; n < BOOT_CMDLINE_MAX - 1 && line[n]; n++)
			info->cmdline[n] = line[n];
		info->cmdline[n] = '\0';
	}
	info->rsdp = si->rsdp;
	info->image.start = (uint64_t)image_start - KERNEL_BASE;
	info->image.end = (uint64_t)image_end - KERNEL_BASE;
}
