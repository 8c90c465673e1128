/* PCI: enumerating devices and accessing their configuration space. */
#pragma once

#include "arch/irq.h"
#include "lib/types.h"

struct pci_device {
	uint32_t address; /* bus, device, function as in CONFIG_ADDRESS */
	uint16_t vendor, id;
};

uint32_t pci_read(const struct pci_device *d, unsigned int offset);
uint8_t pci_read_byte(const struct pci_device *d, unsigned int offset);

/* Calls `found` for each device on bus 0 and behind its bridges. */
void pci_scan(void (*found)(const struct pci_device *d));

/* Enables memory decoding and bus mastering. */
void pci_enable(const struct pci_device *d);

/* The offset of the next capability `id` after the one at `after` (0: the first), or 0. */
unsigned int pci_capability(const struct pci_device *d, uint8_t id, unsigned int after);

/* Maps registers at `offset` of a memory BAR; NULL if the BAR is smaller, or not in memory. */
volatile void *pci_map(const struct pci_device *d, unsigned int bar, uint32_t offset,
		       uint32_t size);

/* Enables MSI-X, with `message` in entry 0 of its table. Returns 0 or -ENXIO. */
int pci_enable_msix(const struct pci_device *d, const struct irq_message *message);
