/* Power off, restart, and stopping all CPUs on a panic. */
#include "arch/cpu.h"

#include "arch/mmu.h"
#include "arch/smp.h"
#include "arch/time.h"
#include "lib/printf.h"
#include "x86.h"

/* PM1a control as SeaBIOS sets it up on QEMU's pc and q35; S5 is sleep type 0 there. */
#define PM1A_CONTROL 0x604
#define PM1_SLEEP    BIT(13)

/* The sleep control register of microvm's ACPI generic event device; S5 is type 5. */
#define GED_SLEEP_PHYS 0xfea00200ull
#define GED_SLEEP_S5   (5 << 2 | BIT(5))

#define PVPANIC_PORT  0x505
#define PVPANIC_PANIC BIT(0)

/* Time the machine is given to go down. */
#define POWER_DOWN_NS 200000000ull

static void wait_power_down(void)
{
	uint64_t until = arch_time_ns() + POWER_DOWN_NS;

	while (arch_time_ns() < until)
		;
}

void arch_power_off(void)
{
	x86_outw(PM1A_CONTROL, PM1_SLEEP);
	*(volatile uint8_t *)phys_to_virt(GED_SLEEP_PHYS) = GED_SLEEP_S5;
	wait_power_down();
}

void arch_restart(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) none = {0, 0};

	/* Pulse reset by the keyboard controller; failing that, cause a triple fault. */
	x86_outb(0x64, 0xfe);
	wait_power_down();
	asm volatile("lidt %0; int3" : : "m"(none));
}

/* The panicking CPU plus 1, or 0. While set, an NMI means stop. */
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
	/* If several CPUs panic, only the first reports; it may panic again while doing so. */
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
