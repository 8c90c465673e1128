/*
 * The local APIC (timer and interprocessor interrupts) and the IO APIC (serial port). The legacy
 * PICs are masked. Both APICs are at their standard addresses on every machine QEMU has, so no
 * table is consulted.
 */
#include "arch/mmu.h"
#include "x86.h"

#define LAPIC_PHYS  0xfee00000ull
#define IOAPIC_PHYS 0xfec00000ull

#define LAPIC_ID	0x020
#define LAPIC_TPR	0x080
#define LAPIC_EOI	0x0b0
#define LAPIC_SPURIOUS	0x0f0
#define LAPIC_ICR_LOW	0x300
#define LAPIC_ICR_HIGH	0x310
#define LAPIC_LVT_TIMER 0x320
#define LAPIC_LVT_LINT0 0x350
#define LAPIC_LVT_LINT1 0x360
#define LAPIC_LVT_ERROR 0x370
#define LAPIC_TIMER_INITIAL 0x380
#define LAPIC_TIMER_CURRENT 0x390
#define LAPIC_TIMER_DIV 0x3e0

#define LAPIC_ENABLE BIT(8)
/* Task priority that lets only vectors from 0xf0 on through. */
#define TPR_REQUESTS	 0xe0
#define LVT_MASKED	 BIT(16)
#define TIMER_DIVIDE_BY1 0xb

#define ICR_NMI	   (4u << 8)
#define ICR_INIT   (5u << 8)
#define ICR_START  (6u << 8)
#define ICR_BUSY   BIT(12)
#define ICR_ASSERT (1u << 14)
#define ICR_OTHERS (3u << 18)

#define IOAPIC_INDEX	   0x00
#define IOAPIC_DATA	   0x10
#define IOAPIC_REDIRECT(n) (0x10 + 2 * (n))
#define SERIAL_IRQ	   4

static volatile uint32_t *reg(uint64_t base, uint32_t offset)
{
	return (volatile uint32_t *)((char *)phys_to_virt(base) + offset);
}

static void lapic_write(uint32_t offset, uint32_t v)
{
	*reg(LAPIC_PHYS, offset) = v;
}

static void ioapic_write(uint32_t index, uint32_t v)
{
	*reg(IOAPIC_PHYS, IOAPIC_INDEX) = index;
	*reg(IOAPIC_PHYS, IOAPIC_DATA) = v;
}

static void pic_mask(void)
{
	/*
	 * Remapped off the exception vectors first: a masked PIC can still raise a spurious
	 * interrupt.
	 */
	static const uint8_t setup[][2] = {
		{0x20, 0x11}, {0xa0, 0x11}, {0x21, X86_VECTOR_IRQ}, {0xa1, X86_VECTOR_IRQ + 8},
		{0x21, 0x04}, {0xa1, 0x02}, {0x21, 0x01},	    {0xa1, 0x01},
		{0x21, 0xff}, {0xa1, 0xff},
	};

	for (size_t i = 0; i < ARRAY_SIZE(setup); i++)
		x86_outb(setup[i][0], setup[i][1]);
}

uint32_t x86_apic_id(void)
{
	return *reg(LAPIC_PHYS, LAPIC_ID) >> 24;
}

void x86_apic_init_local(void)
{
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT1, LVT_MASKED);
	lapic_write(LAPIC_LVT_ERROR, LVT_MASKED);
	lapic_write(LAPIC_TIMER_DIV, TIMER_DIVIDE_BY1);
	lapic_write(LAPIC_LVT_TIMER, X86_VECTOR_TIMER);
	lapic_write(LAPIC_SPURIOUS, LAPIC_ENABLE | X86_VECTOR_SPURIOUS);
}

void x86_apic_init(void)
{
	pic_mask();
	x86_apic_init_local();
	ioapic_write(IOAPIC_REDIRECT(SERIAL_IRQ) + 1, x86_apic_id() << 24);
	ioapic_write(IOAPIC_REDIRECT(SERIAL_IRQ), X86_VECTOR_SERIAL);
}

static void icr_send(uint32_t apic_id, uint32_t what)
{
	while (*reg(LAPIC_PHYS, LAPIC_ICR_LOW) & ICR_BUSY)
		asm volatile("pause");
	lapic_write(LAPIC_ICR_HIGH, apic_id << 24);
	lapic_write(LAPIC_ICR_LOW, what | ICR_ASSERT);
}

void x86_apic_send(uint32_t apic_id, uint8_t vector)
{
	icr_send(apic_id, vector);
}

void x86_apic_send_init(uint32_t apic_id)
{
	icr_send(apic_id, ICR_INIT);
}

void x86_apic_send_startup(uint32_t apic_id, uint8_t page)
{
	icr_send(apic_id, ICR_START | page);
}

void x86_apic_send_nmi_to_others(void)
{
	icr_send(0, ICR_NMI | ICR_OTHERS);
}

void x86_halt_for_request(void)
{
	lapic_write(LAPIC_TPR, TPR_REQUESTS);
	asm volatile("sti; hlt; cli" : : : "memory");
	lapic_write(LAPIC_TPR, 0);
}

void x86_apic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

void x86_apic_timer(uint32_t ticks)
{
	lapic_write(LAPIC_TIMER_INITIAL, ticks);
}

uint32_t x86_apic_timer_left(void)
{
	return *reg(LAPIC_PHYS, LAPIC_TIMER_CURRENT);
}
