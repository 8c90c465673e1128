/* Message-signalled interrupts: a device writes a word to an address. */
#pragma once

#include "lib/types.h"

struct irq_message {
	uint64_t address;
	uint32_t data;
};

/*
 * Allocates a vector: a device that writes *out has `handler(ctx)` called with interrupts off.
 * Returns 0 or -ENOSPC.
 */
int arch_irq_alloc(void (*handler)(void *ctx), void *ctx, struct irq_message *out);
