/*
 * Enumerates CPUs by ACPI's interrupt controller table (the MADT). Any table that is malformed is
 * treated as absent; the boot CPU is then the only one.
 */
#include "arch/mmu.h"
#include "lib/string.h"
#include "x86.h"

/* Where a BIOS leaves the RSDP if the loader passed no pointer to it. */
#define BIOS_START 0xe0000
#define BIOS_END   0x100000

/* The direct map reaches at least this far. */
#define REACH	  (1ull << 32)
#define TABLE_MAX (1u << 20)

#define MADT_LAPIC	  0
#define MADT_LAPIC_USABLE BIT(0)

struct rsdp {
	char signature[8];
	uint8_t sum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t length;
	uint64_t xsdt;
} __attribute__((packed));

struct table {
	char signature[4];
	uint32_t length;
	uint8_t revision, sum;
	char oem[6], oem_table[8];
	uint32_t oem_revision, creator, creator_revision;
} __attribute__((packed));

struct madt_entry {
	uint8_t type, length;
	/* MADT_LAPIC */
	uint8_t processor, apic_id;
	uint32_t flags;
} __attribute__((packed));

static bool sums_to_zero(const void *at, size_t n)
{
	const uint8_t *bytes = at;
	uint8_t sum = 0;

	while (n--)
		sum = (uint8_t)(sum + *bytes++);
	return sum == 0;
}

/* The table at `pa` if its signature, length and checksum are right, or NULL. */
static const struct table *table_at(uint64_t pa, const char *signature)
{
	const struct table *t;

	if (!pa || pa > REACH - TABLE_MAX)
		return NULL;
	t = phys_to_virt(pa);
	if (memcmp(t->signature, signature, sizeof(t->signature)) != 0 || t->length < sizeof(*t) ||
	    t->length > TABLE_MAX || !sums_to_zero(t, t->length))
		return NULL;
	return t;
}

static const struct rsdp *rsdp_at(uint64_t pa)
{
	const struct rsdp *r;

	if (!pa || pa > REACH - sizeof(*r))
		return NULL;
	r = phys_to_virt(pa);
	/* The first 20 bytes are version 1's and have a checksum of their own. */
	return memcmp(r->signature, "RSD PTR ", 8) == 0 && sums_to_zero(r, 20) ? r : NULL;
}

static const struct rsdp *rsdp_find(uint64_t handed)
{
	const struct rsdp *r = rsdp_at(handed);

	for (uint64_t pa = BIOS_START; !r && pa < BIOS_END; pa += 16)
		r = rsdp_at(pa);
	return r;
}

static const struct table *madt_find(const struct rsdp *r)
{
	bool wide = r->revision >= 2 && r->xsdt;
	size_t size = wide ? 8 : 4;
	const struct table *root = wide ? table_at(r->xsdt, "XSDT") : table_at(r->rsdt, "RSDT");

	for (size_t at = sizeof(*root); root && at + size <= root->length; at += size) {
		const struct table *t;
		uint64_t pa = 0;

		memcpy(&pa, (const char *)root + at, size);
		t = table_at(pa, "APIC");
		if (t)
			return t;
	}
	return NULL;
}

size_t x86_acpi_cpus(uint64_t rsdp, uint8_t *apic_ids, size_t max)
{
	const struct rsdp *r = rsdp_find(rsdp);
	const struct table *madt = r ? madt_find(r) : NULL;
	size_t n = 0;

	/* The entries follow the header and 8 bytes: the local APIC's address and flags. */
	for (size_t at = sizeof(*madt) + 8; madt && at + 2 <= madt->length;) {
		const struct madt_entry *e = (const void *)((const char *)madt + at);

		if (e->length < 2 || at + e->length > madt->length)
			break;
		if (e->type == MADT_LAPIC && e->length >= sizeof(*e) &&
		    (e->flags & MADT_LAPIC_USABLE) && n < max)
			apic_ids[n++] = e->apic_id;
		at += e->length;
	}
	return n;
}
