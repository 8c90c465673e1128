/* PCI configuration by ports 0xcf8 and 0xcfc: enumeration, capabilities, BARs, MSI-X. */
#include "drivers/pci.h"

#include "arch/mmu.h"
#include "asm/cpu.h"
#include "lib/errno.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA    0xcfc
#define CONFIG_ENABLE  BIT(31)

#define REG_ID	       0x00
#define REG_COMMAND    0x04
#define REG_CLASS      0x08
#define REG_HEADER     0x0e
#define REG_BAR(n)     (0x10 + 4 * (n))
#define REG_SECONDARY  0x19
#define REG_CAPABILITY 0x34

#define COMMAND_MEMORY	0x002
#define COMMAND_MASTER	0x004
#define COMMAND_NO_INTX 0x400
#define STATUS_LIST	BIT(20) /* in the dword at REG_COMMAND */

#define HEADER_MULTI	   0x80
#define CLASS_BRIDGE	   0x0604
#define CAPABILITIES_MAX   48
#define BUS_DEPTH_MAX	   4
#define CAPABILITY_MSIX	   0x11
#define MSIX_ENABLE	   BIT(31)
#define MSIX_MASK_ALL	   BIT(30)
#define BAR_IO		   1u
#define BAR_64		   4u
#define BARS		   6
#define BAR_SIZE_UNLIMITED 0xfffff000u

uint32_t pci_read(const struct pci_device *d, unsigned int offset)
{
	x86_outl(CONFIG_ADDRESS, (uint32_t)(CONFIG_ENABLE | d->address | (offset & 0xfc)));
	return x86_inl(CONFIG_DATA);
}

static void pci_write(const struct pci_device *d, unsigned int offset, uint32_t v)
{
	x86_outl(CONFIG_ADDRESS, (uint32_t)(CONFIG_ENABLE | d->address | (offset & 0xfc)));
	x86_outl(CONFIG_DATA, v);
}

uint8_t pci_read_byte(const struct pci_device *d, unsigned int offset)
{
	return (uint8_t)(pci_read(d, offset) >> 8 * (offset & 3));
}

static void scan_bus(uint32_t bus, unsigned int depth, void (*found)(const struct pci_device *d));

static bool scan_function(uint32_t address, unsigned int depth,
			  void (*found)(const struct pci_device *d))
{
	struct pci_device d = {.address = address};
	uint32_t id = pci_read(&d, REG_ID);

	if (id == UINT32_MAX)
		return false;
	d.vendor = (uint16_t)id;
	d.id = (uint16_t)(id >> 16);
	if (pci_read(&d, REG_CLASS) >> 16 == CLASS_BRIDGE) {
		uint32_t bus = pci_read_byte(&d, REG_SECONDARY);

		/* Bus numbers increase away from the root; any other would be a loop. */
		if (bus > address >> 16 && depth < BUS_DEPTH_MAX)
			scan_bus(bus, depth + 1, found);
	} else {
		found(&d);
	}
	return true;
}

static void scan_bus(uint32_t bus, unsigned int depth, void (*found)(const struct pci_device *d))
{
	for (uint32_t slot = 0; slot < 32; slot++) {
		struct pci_device d = {.address = bus << 16 | slot << 11};

		if (!scan_function(d.address, depth, found) ||
		    !(pci_read_byte(&d, REG_HEADER) & HEADER_MULTI))
			continue;
		for (uint32_t function = 1; function < 8; function++)
			scan_function(d.address | function << 8, depth, found);
	}
}

void pci_scan(void (*found)(const struct pci_device *d))
{
	scan_bus(0, 0, found);
}

void pci_enable(const struct pci_device *d)
{
	uint32_t command = pci_read(d, REG_COMMAND) & 0xffff;

	pci_write(d, REG_COMMAND, command | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_INTX);
}

unsigned int pci_capability(const struct pci_device *d, uint8_t id, unsigned int after)
{
	unsigned int at = after ? after + 1 : REG_CAPABILITY;

	if (!(pci_read(d, REG_COMMAND) & STATUS_LIST))
		return 0;
	for (unsigned int n = 0; n < CAPABILITIES_MAX; n++) {
		at = pci_read_byte(d, at) & 0xfc;
		if (at < 0x40)
			return 0;
		if (pci_read_byte(d, at) == id)
			return at;
		at++;
	}
	return 0;
}

/* A BAR written with all ones reads back its address bits; the others give its size. */
static uint32_t bar_size(const struct pci_device *d, unsigned int bar, uint32_t low)
{
	uint32_t command = pci_read(d, REG_COMMAND) & 0xffff, mask;

	pci_write(d, REG_COMMAND, command & ~(uint32_t)COMMAND_MEMORY);
	pci_write(d, REG_BAR(bar), UINT32_MAX);
	mask = pci_read(d, REG_BAR(bar)) & ~15u;
	pci_write(d, REG_BAR(bar), low);
	pci_write(d, REG_COMMAND, command);
	return mask ? ~mask + 1 : BAR_SIZE_UNLIMITED;
}

volatile void *pci_map(const struct pci_device *d, unsigned int bar, uint32_t offset, uint32_t size)
{
	uint32_t low = bar < BARS ? pci_read(d, REG_BAR(bar)) : BAR_IO, room;
	uint64_t pa = low & ~15u;

	if (low & BAR_IO)
		return NULL;
	room = bar_size(d, bar, low);
	if (low & BAR_64)
		pa |= bar + 1 < BARS ? (uint64_t)pci_read(d, REG_BAR(bar + 1)) << 32 : 0;
	if (!pa || offset > room || size > room - offset || !size)
		return NULL;
	return mmu_device_map(pa + offset, size) < 0 ? NULL : phys_to_virt(pa + offset);
}

int pci_enable_msix(const struct pci_device *d, const struct irq_message *message)
{
	unsigned int at = pci_capability(d, CAPABILITY_MSIX, 0);
	volatile uint32_t *entry;
	uint32_t table;

	if (!at)
		return -ENXIO;
	table = pci_read(d, at + 4);
	entry = pci_map(d, table & 7, table & ~7u, 16);
	if (!entry)
		return -ENXIO;
	entry[0] = (uint32_t)message->address;
	entry[1] = (uint32_t)(message->address >> 32);
	entry[2] = message->data;
	entry[3] = 0;
	pci_write(d, at, (uint32_t)((pci_read(d, at) | MSIX_ENABLE) & ~MSIX_MASK_ALL));
	return 0;
}
