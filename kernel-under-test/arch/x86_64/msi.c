/* Message-signalled interrupts: one vector per device, all delivered to the boot CPU. */
#include "arch/irq.h"
#include "lib/errno.h"
#include "x86.h"

#define MESSAGE_ADDRESS 0xfee00000ull

static struct {
	void (*call)(void *ctx);
	void *ctx;
} handlers[X86_MSI_VECTORS];
static unsigned int handler_count;

int arch_irq_alloc(void (*handler)(void *ctx), void *ctx, struct irq_message *out)
{
	if (handler_count == X86_MSI_VECTORS)
		return -ENOSPC;
	handlers[handler_count].call = handler;
	handlers[handler_count].ctx = ctx;
	out->address = MESSAGE_ADDRESS | x86_apic_id() << 12;
	out->data = X86_VECTOR_MSI + handler_count++;
	return 0;
}

void x86_msi(unsigned int vector)
{
	unsigned int i = vector - X86_VECTOR_MSI;

	if (i < handler_count)
		handlers[i].call(handlers[i].ctx);
}
