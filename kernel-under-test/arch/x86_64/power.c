#include "arch/cpu.h"

#include "arch/mmu.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "lib/printf.h"
#include "x86.h"

/* ACPI PM1a control on QEMU's pc and q35, where SeaBIOS puts it. S5 is sleep type 0 there. */
#define PM1A_CONTROL 0x604
#define PM1_SLEEP    BIT(13)

/* ACPI generic event device of microvm: the sleep control register; S5 is type 5. */
#define GED_SLEEP_PHYS 0xfea00200ull
#define GED_SLEEP_S5   (5 << 2 | BIT(5))

#define PVPANIC_PORT  0x505
#define PVPANIC_PANIC BIT(0)

/* The machine goes down some time after it was told to. */
#define PATIENCE_NS 200000000ull

static void wait_for_the_end(void)
{
	uint64_t until = arch_time_ns() + PATIENCE_NS;

	while (arch_time_ns() < until)
		;
}

void arch_power_off(void)
{
	x86_outw(PM1A_CONTROL, PM1_SLEEP);
	*(volatile uint8_t *)phys_to_virt(GED_SLEEP_PHYS) = GED_SLEEP_S5;
	wait_for_the_end();
}

void arch_restart(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) none = {0, 0};

	/* The keyboard controller's reset line; then a fault with no table to handle it. */
	x86_outb(0x64, 0xfe);
	wait_for_the_end();
	asm volatile("lidt %0; int3" : : "m"(none));
}

/* The CPU that panics, and 1; 0: none. An NMI then means to stop. */
static unsigned int panicking;

_Noreturn static void stop_here(void)
{
	for (;;)
		asm volatile("cli; hlt");
}

void x86_nmi(const struct regs *r)
{
	if (READ_ONCE(panicking))
		stop_here();
	log_printf("unexpected NMI at %p\n", (void *)r->rip);
}

void arch_panic_begin(void)
{
	unsigned int nobody = 0, me = arch_cpu_id() + 1;

	if (arch_cpu_count() == 1)
		return;
	/* Of CPUs that panic at the same time, the first has its say; and it may panic again. */
	if (__atomic_compare_exchange_n(&panicking, &nobody, me, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		x86_apic_send_nmi_to_others();
	else if (nobody != me)
		stop_here();
}

void arch_panic_stop(void)
{
	x86_outb(PVPANIC_PORT, PVPANIC_PANIC);
	arch_restart();
	stop_here();
}
