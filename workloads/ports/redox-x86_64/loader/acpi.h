#pragma once

#include <stdint.h>

/* Where a PC's firmware leaves the root of its ACPI tables, and how it looks: ACPI 6.5, 5.2.5. */
#define ACPI_SEARCH_START 0xe0000u
#define ACPI_SEARCH_END 0x100000u
#define ACPI_SEARCH_STEP 16u
#define ACPI_ROOT_SIZE 20u

/* The address of the root pointer, or 0. */
static inline uint32_t acpi_root(void)
{
	static const char signature[8] = { 'R', 'S', 'D', ' ', 'P', 'T', 'R', ' ' };

	for (uint32_t at = ACPI_SEARCH_START; at < ACPI_SEARCH_END; at += ACPI_SEARCH_STEP) {
		const unsigned char *bytes = (const void *)(uintptr_t)at;
		unsigned char sum = 0, same = 1;

		for (uint32_t i = 0; i < sizeof(signature); i++)
			same &= bytes[i] == (unsigned char)signature[i];
		for (uint32_t i = 0; same && i < ACPI_ROOT_SIZE; i++)
			sum = (unsigned char)(sum + bytes[i]);
		if (same && !sum)
			return at;
	}
	return 0;
}
