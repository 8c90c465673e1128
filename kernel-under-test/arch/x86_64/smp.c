/* Secondary CPU startup, and requests between CPUs. */
#include "arch/smp.h"

#include "arch/boot.h"
#include "arch/mmu.h"
#include "arch/spin.h"
#include "arch/time.h"
#include "arch/trap.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "x86.h"

/* A page below 1 MiB that the kernel does not use otherwise. */
#define TRAMPOLINE 0x8000ull

/* The delays that Intel's MP startup sequence prescribes, and the final timeout. */
#define INIT_NS	 10000000ull
#define START_RETRY_NS	 200000ull
#define START_TIMEOUT_NS 500000000ull

extern const char ap_trampoline[], ap_trampoline_end[], boot_pml4[];

/* Read by ap.S. */
uint64_t x86_ap_root, x86_ap_stack;
struct cpu *x86_ap_cpu;

unsigned int arch_cpus_running = 1;
static void (*ap_entry)(void);

/*
 * Requests to each CPU, and how many of them it has answered. `requested` is incremented by any
 * CPU; `answered` is written only by the one that answers, with release semantics, after
 * trap_flush().
 */
static struct requests {
	uint64_t requested, answered;
} __attribute__((aligned(64))) requests[CPUS_MAX];

void x86_answer_requests(void)
{
	struct requests *r = &requests[arch_cpu_id()];
	uint64_t requested = __atomic_load_n(&r->requested, __ATOMIC_ACQUIRE);

	if (requested == r->answered)
		return;
	trap_flush();
	__atomic_store_n(&r->answered, requested, __ATOMIC_RELEASE);
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

		wanted[c] = __atomic_add_fetch(&requests[c].requested, 1, __ATOMIC_SEQ_CST);
		x86_apic_send(x86_cpus[c].apic_id, X86_VECTOR_FLUSH);
	}
	for (uint32_t left = cpus; left; left &= left - 1) {
		struct requests *r = &requests[__builtin_ctz(left)];
		uint64_t want = wanted[r - requests];

		while ((int64_t)(__atomic_load_n(&r->answered, __ATOMIC_ACQUIRE) - want) < 0) {
			/* Answer meanwhile, or two CPUs that ask each other would deadlock. */
			x86_answer_requests();
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

/* The first C function on a secondary CPU. */
void x86_ap_main(struct cpu *cpu)
{
	x86_cpu_init(cpu);
	x86_apic_init_local();
	__atomic_store_n(&arch_cpus_running, arch_cpus_running + 1, __ATOMIC_RELEASE);
	kernel_lock();
	ap_entry();
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
		until = arch_time_ns() + (tries ? START_TIMEOUT_NS : START_RETRY_NS);
		while (arch_time_ns() < until)
			if (__atomic_load_n(&arch_cpus_running, __ATOMIC_ACQUIRE) != before)
				return true;
	}
	return false;
}

void arch_cpus_start(const struct boot_info *info, uint64_t (*alloc_stack)(void),
		     void (*main)(void))
{
	uint8_t ids[64];
	size_t n = x86_acpi_cpus(info->rsdp, ids, ARRAY_SIZE(ids));

	if (n < 2)
		return;
	ap_entry = main;
	x86_ap_root = mmu_kernel_root();
	memcpy(phys_to_virt(TRAMPOLINE), ap_trampoline,
	       (size_t)(ap_trampoline_end - ap_trampoline));
	for (size_t i = 0; i < n && arch_cpus_running < CPUS_MAX; i++) {
		uint64_t stack;

		if (ids[i] == x86_cpus[0].apic_id)
			continue;
		stack = alloc_stack();
		/* A late starter would use the next CPU's stack and id, so start no more. */
		if (!stack || !start(ids[i], stack)) {
			log_printf("CPU with APIC %u does not start; %u run\n", ids[i],
				   arch_cpus_running);
			return;
		}
	}
}
