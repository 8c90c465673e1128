/* PCI: finding devices, and what their configuration space says. */
#pragma once

#include "arch/irq.h"
#include "lib/types.h"

struct pci_device {
	uint32_t address; /* as the configuration port takes it: bus, device, function */
	uint16_t vendor, id;
};

uint32_t pci_read(const struct pci_device *d, unsigned int offset);
uint8_t pci_read_byte(const struct pci_device *d, unsigned int offset);

/* Shows every device on bus 0 and behind the bridges that hang on it. */
void pci_scan(void (*found)(const struct pci_device *d));

/* Lets the device answer in memory, and be a master of the bus. */
void pci_enable(const struct pci_device *d);

/* Where the next capability `id` after the one at `after` (0: from the first) is; 0: nowhere. */
unsigned int pci_capability(const struct pci_device *d, uint8_t id, unsigned int after);

/* The registers at `offset` of a memory BAR, made reachable; NULL when it has not so many. */
volatile void *pci_map(const struct pci_device *d, unsigned int bar, uint32_t offset,
		       uint32_t size);

/* Entry 0 of the MSI-X table sends `message`, and MSI-X is on. -ENXIO, or 0. */
int pci_use_message(const struct pci_device *d, const struct irq_message *message);
