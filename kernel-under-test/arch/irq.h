/* Interrupts that a device sends as a message: a word written to an address. */
#pragma once

#include "lib/types.h"

struct irq_message {
	uint64_t address;
	uint32_t data;
};

/* What a device is to write so that `ring(ctx)` is called, interrupts off. -ENOSPC or 0. */
int arch_irq_alloc(void (*ring)(void *ctx), void *ctx, struct irq_message *out);
