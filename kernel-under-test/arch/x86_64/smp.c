/* Starting the other CPUs, one after another, and the requests that CPUs make of each other. */
#include "arch/smp.h"

#include "arch/boot.h"
#include "arch/mmu.h"
#include "arch/spin.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "x86.h"

/* A page below 1 MiB, which the kernel does not use otherwise. */
#define TRAMPOLINE 0x8000ull

/* What the APIC's makers ask for between INIT and the first start-up, and how long we hope. */
#define INIT_NS	 10000000ull
#define START_NS 200000ull
#define HOPE_NS	 500000000ull

extern const char ap_trampoline[], ap_trampoline_end[], boot_pml4[];

/* Read by ap.S. */
uint64_t x86_ap_root, x86_ap_stack;
struct cpu *x86_ap_cpu;

unsigned int arch_cpus_running = 1;
static void (*ap_enter)(void);

/*
 * Requests by others, and how many of them were answered. `asked` is written by any CPU, `served`
 * by the one that answers.
 */
static struct requests {
	uint64_t asked, served;
} __attribute__((aligned(64))) requests[CPUS_MAX];

void x86_serve(void)
{
	struct requests *r = &requests[arch_cpu_id()];
	uint64_t asked = __atomic_load_n(&r->asked, __ATOMIC_ACQUIRE);

	if (asked == r->served)
		return;
	trap_flush();
	__atomic_store_n(&r->served, asked, __ATOMIC_RELEASE);
}

void arch_cpu_kick(unsigned int cpu)
{
	x86_apic_send(x86_cpus[cpu].apic_id, X86_VECTOR_RESCHEDULE);
}

void arch_cpu_flush(uint32_t cpus)
{
	uint64_t wanted[CPUS_MAX];

	for (uint32_t left = cpus; left; left &= left - 1) {
		unsigned int c = (unsigned int)__builtin_ctz(left);

		wanted[c] = __atomic_add_fetch(&requests[c].asked, 1, __ATOMIC_SEQ_CST);
		x86_apic_send(x86_cpus[c].apic_id, X86_VECTOR_FLUSH);
	}
	for (uint32_t left = cpus; left; left &= left - 1) {
		struct requests *r = &requests[__builtin_ctz(left)];
		uint64_t want = wanted[r - requests];

		while ((int64_t)(__atomic_load_n(&r->served, __ATOMIC_ACQUIRE) - want) < 0) {
			/* It may be asking something of us. */
			x86_serve();
			asm volatile("pause");
		}
	}
}

static void wait_ns(uint64_t ns)
{
	uint64_t until = arch_time_ns() + ns;

	while (arch_time_ns() < until)
		asm volatile("pause");
}

/* The first C of a started CPU; `cpu` is its own. */
void x86_ap_main(struct cpu *cpu)
{
	x86_cpu_init(cpu);
	x86_apic_init_local();
	__atomic_store_n(&arch_cpus_running, arch_cpus_running + 1, __ATOMIC_RELEASE);
	kernel_lock();
	ap_enter();
	panic("smp: a CPU has come back from its idle loop");
}

static bool start(uint8_t apic_id, uint64_t stack)
{
	struct cpu *cpu = &x86_cpus[arch_cpus_running];
	unsigned int before = arch_cpus_running;
	uint64_t until;

	cpu->id = arch_cpus_running;
	cpu->apic_id = apic_id;
	x86_ap_cpu = cpu;
	x86_ap_stack = stack;
	x86_apic_send_init(apic_id);
	wait_ns(INIT_NS);
	for (int tries = 0; tries < 2; tries++) {
		x86_apic_send_startup(apic_id, TRAMPOLINE >> PAGE_SHIFT);
		until = arch_time_ns() + (tries ? HOPE_NS : START_NS);
		while (arch_time_ns() < until)
			if (__atomic_load_n(&arch_cpus_running, __ATOMIC_ACQUIRE) != before)
				return true;
	}
	return false;
}

void arch_cpus_start(const struct boot_info *info, uint64_t (*make_stack)(void), void (*main)(void))
{
	uint8_t ids[64];
	size_t n = x86_acpi_cpus(info->rsdp, ids, ARRAY_SIZE(ids));

	if (n < 2)
		return;
	ap_enter = main;
	x86_ap_root = mmu_kernel_root();
	memcpy(phys_to_virt(TRAMPOLINE), ap_trampoline,
	       (size_t)(ap_trampoline_end - ap_trampoline));
	for (size_t i = 0; i < n && arch_cpus_running < CPUS_MAX; i++) {
		uint64_t stack;

		if (ids[i] == x86_cpus[0].apic_id)
			continue;
		stack = make_stack();
		/* One that comes late would run on what the next one was given: so there is none.
		 */
		if (!stack || !start(ids[i], stack)) {
			log_printf("CPU with APIC %u does not start; %u run\n", ids[i],
				   arch_cpus_running);
			return;
		}
	}
}
