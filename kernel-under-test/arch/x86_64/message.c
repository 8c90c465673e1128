/* Message-signalled interrupts: each device gets a vector, and the boot CPU gets them all. */
#include "arch/irq.h"
#include "lib/errno.h"
#include "x86.h"

#define MESSAGE_ADDRESS 0xfee00000ull

static struct {
	void (*ring)(void *ctx);
	void *ctx;
} handlers[X86_MESSAGES];
static unsigned int handler_count;

int arch_irq_alloc(void (*ring)(void *ctx), void *ctx, struct irq_message *out)
{
	if (handler_count == X86_MESSAGES)
		return -ENOSPC;
	handlers[handler_count].ring = ring;
	handlers[handler_count].ctx = ctx;
	out->address = MESSAGE_ADDRESS | x86_apic_id() << 12;
	out->data = X86_VECTOR_MESSAGE + handler_count++;
	return 0;
}

void x86_message(unsigned int vector)
{
	unsigned int i = vector - X86_VECTOR_MESSAGE;

	if (i < handler_count)
		handlers[i].ring(handlers[i].ctx);
}
