/*
 * The TSC as clock and the local APIC's one-shot timer, both calibrated against the PIT, whose
 * frequency is fixed.
 */
#include "arch/time.h"

#include "arch/vdso.h"
#include "asm/vdso.h"
#include "lib/printf.h"
#include "x86.h"

#define PIT_HZ	     1193182ull
#define PIT_TICKS    5966 /* 5 ms */
#define PIT_LATE     (PIT_TICKS / 64)
#define PIT_TRIES    16
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND  0x43
#define PIT_GATE     0x61
#define TSC_SHIFT    32

#define CMOS_INDEX 0x70
#define CMOS_DATA  0x71

static uint64_t tsc_base;
/* Nanoseconds per TSC tick, and APIC ticks per nanosecond, both scaled by 2^TSC_SHIFT. */
static uint64_t ns_per_tsc;
static uint64_t apic_per_ns;

uint64_t arch_time_ns(void)
{
	return (uint64_t)((unsigned __int128)(x86_rdtsc() - tsc_base) * ns_per_tsc >> TSC_SHIFT);
}

uint64_t arch_ticks_ns(uint64_t ticks)
{
	return (uint64_t)((unsigned __int128)ticks * ns_per_tsc >> TSC_SHIFT);
}

/*
 * Counts TSC and APIC timer ticks during PIT_TICKS. Returns false if the end was noticed late, as
 * when the host preempted the machine.
 */
static bool measure(uint64_t *tsc, uint32_t *apic)
{
	uint16_t left;

	/*
	 * Channel 2, gate closed, counting down once in mode 0; its output is visible at the gate
	 * port.
	 */
	x86_outb(PIT_GATE, (x86_inb(PIT_GATE) & ~0x03) | 0x00);
	x86_outb(PIT_COMMAND, 0xb0);
	x86_outb(PIT_CHANNEL2, PIT_TICKS & 0xff);
	x86_outb(PIT_CHANNEL2, PIT_TICKS >> 8);
	x86_apic_timer(UINT32_MAX);
	x86_outb(PIT_GATE, (x86_inb(PIT_GATE) & ~0x02) | 0x01);
	tsc_base = x86_rdtsc();
	while (!(x86_inb(PIT_GATE) & 0x20))
		;
	*tsc = x86_rdtsc() - tsc_base;
	*apic = UINT32_MAX - x86_apic_timer_left();
	x86_apic_timer(0);
	/* It keeps counting past zero: how late are we? */
	x86_outb(PIT_COMMAND, 0x80);
	left = x86_inb(PIT_CHANNEL2);
	left |= (uint16_t)(x86_inb(PIT_CHANNEL2) << 8);
	return (uint16_t)-left <= PIT_LATE;
}

void arch_time_init(void)
{
	uint64_t tsc, best = UINT64_MAX, ns = PIT_TICKS * NS_PER_SEC / PIT_HZ;
	uint32_t apic, best_apic = 0;
	bool good = false;

	x86_apic_init();
	x86_cpu()->apic_id = x86_apic_id();
	for (int i = 0; i < PIT_TRIES && !good; i++) {
		good = measure(&tsc, &apic);
		if (good || tsc < best) {
			best = tsc;
			best_apic = apic;
		}
	}
	if (!best || !best_apic)
		panic("the TSC or the local APIC's timer does not count");

	ns_per_tsc = (ns << TSC_SHIFT) / best;
	apic_per_ns = ((uint64_t)best_apic << TSC_SHIFT) / ns;
}

void arch_timer_arm(uint64_t deadline_ns)
{
	uint64_t now = arch_time_ns(), ns = deadline_ns > now ? deadline_ns - now : 0, ticks;

	/* Beyond the counter's range it fires early, and the caller arms it again. */
	ns = MIN(ns, NS_PER_SEC);
	ticks = (uint64_t)((unsigned __int128)ns * apic_per_ns >> TSC_SHIFT);
	x86_apic_timer((uint32_t)MIN(MAX(ticks, 1ull), (uint64_t)UINT32_MAX));
}

static uint8_t cmos(uint8_t index)
{
	x86_outb(CMOS_INDEX, index);
	return x86_inb(CMOS_DATA);
}

static uint32_t cmos_number(uint8_t index, bool bcd)
{
	uint32_t v = cmos(index);

	return bcd ? (v >> 4) * 10 + (v & 15) : v;
}

uint64_t arch_boot_epoch(void)
{
	uint32_t year, month, day, seconds;
	uint64_t days;
	bool bcd;

	while (cmos(0x0a) & 0x80)
		;
	bcd = !(cmos(0x0b) & 0x04);
	seconds = cmos_number(0, bcd) + 60 * cmos_number(2, bcd) + 3600 * cmos_number(4, bcd);
	day = cmos_number(7, bcd);
	month = cmos_number(8, bcd);
	year = 2000 + cmos_number(9, bcd);

	/* Days since 1970-01-01, counting years from March so that the leap day comes last. */
	if (month <= 2) {
		year--;
		month += 12;
	}
	days = 365ull * year + year / 4 - year / 100 + year / 400 + (153 * (month - 3) + 2) / 5 +
	       day - 1 - 719468;
	return days * 86400 + seconds;
}

void arch_vdso_fill(void *page, uint64_t epoch_ns, uint64_t zone)
{
	struct vdso_data *d = page;

	d->tsc_base = tsc_base;
	d->ns_per_tsc = ns_per_tsc;
	WRITE_ONCE(d->epoch_ns, epoch_ns);
	WRITE_ONCE(d->zone, zone);
}
