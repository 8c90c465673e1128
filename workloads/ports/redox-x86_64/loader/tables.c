#include "handover.h"

#include <stddef.h>

#define ENTRIES 512u
#define PRESENT 1u
#define WRITABLE 2u
#define LARGE 0x80u
#define LARGE_SIZE 0x200000ull
#define IDENTITY_GIB 8u

#define INDEX(address, level) ((uint32_t)((address) >> (12 + 9 * (level))) % ENTRIES)

void *pages_take(struct pages *pages, uint32_t count)
{
	uint64_t *page = (uint64_t *)(uintptr_t)pages->next;

	if (pages->end - pages->next < count * PAGE)
		return NULL;
	pages->next += count * PAGE;
	for (uint32_t i = 0; i < count * ENTRIES; i++)
		page[i] = 0;
	return page;
}

static uint64_t link(const uint64_t *table)
{
	return (uintptr_t)table | WRITABLE | PRESENT;
}

static uint64_t *identity_make(struct pages *pages)
{
	uint64_t *third = pages_take(pages, 1);
	uint64_t address = 0;

	for (uint32_t i = 0; third && i < IDENTITY_GIB; i++) {
		uint64_t *second = pages_take(pages, 1);

		if (!second)
			return NULL;
		third[i] = link(second);
		for (uint32_t j = 0; j < ENTRIES; j++, address += LARGE_SIZE)
			second[j] = address | LARGE | WRITABLE | PRESENT;
	}
	return third;
}

static uint64_t *kernel_make(struct pages *pages, uint32_t kernel, uint32_t size)
{
	uint64_t *third = pages_take(pages, 1), *second = pages_take(pages, 1);
	uint64_t *first = NULL;

	if (!third || !second)
		return NULL;
	third[INDEX(REDOX_KERNEL, 2)] = link(second);
	for (uint32_t page = 0; page * PAGE < size; page++) {
		if (page % ENTRIES == 0) {
			first = pages_take(pages, 1);
			/* The tables end where the last GiB does. */
			if (!first || page / ENTRIES == ENTRIES)
				return NULL;
			second[page / ENTRIES] = link(first);
		}
		first[page % ENTRIES] = (kernel + page * PAGE) | WRITABLE | PRESENT;
	}
	return third;
}

uint32_t tables_make(struct pages *pages, uint32_t kernel, uint32_t kernel_size)
{
	uint64_t *root = pages_take(pages, 1);
	const uint64_t *identity = identity_make(pages);
	const uint64_t *mapped = kernel_make(pages, kernel, kernel_size);

	if (!root || !identity || !mapped)
		return 0;
	root[0] = link(identity);
	root[INDEX(REDOX_PHYSICAL, 3)] = link(identity);
	root[INDEX(REDOX_KERNEL, 3)] = link(mapped);
	return (uint32_t)(uintptr_t)root;
}
