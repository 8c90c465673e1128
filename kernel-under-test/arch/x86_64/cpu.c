/* CPU initialization: descriptor tables, control registers and feature bits. */
#include "arch/cpu.h"

#include "arch/mmu.h"
#include "arch/spin.h"
#include "arch/thread.h"
#include "asm/mmu.h"
#include "fpu.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "x86.h"

#define CR0_MP BIT(1)
#define CR0_EM BIT(2)
#define CR0_NE BIT(5) /* x87 errors raise an exception */
#define CR0_WP BIT(16)

#define CR4_OSFXSR     BIT(9)
#define CR4_OSXMMEXCPT BIT(10)
#define CR4_UMIP       BIT(11)
#define CR4_PCIDE      BIT(17)
#define CR4_SMEP       BIT(20)
#define CR4_SMAP       BIT(21)

#define IST_STACK 4096

struct cpu x86_cpus[CPUS_MAX];
uint64_t x86_pte_nx;
static uint32_t features; /* EDX of CPUID leaf 1 */

/* Per-CPU interrupt stacks for NMI, double fault, machine check and debug. */
static uint8_t ist_stacks[CPUS_MAX][4][IST_STACK] __attribute__((aligned(16)));

static void load_tables(struct cpu *cpu)
{
	uint64_t tss = (uint64_t)&cpu->tss;
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = {sizeof(cpu->gdt) - 1, (uint64_t)cpu->gdt};

	cpu->gdt[KERNEL_CS / 8] = 0x00af9b000000ffff;
	cpu->gdt[KERNEL_DS / 8] = 0x00cf93000000ffff;
	cpu->gdt[USER_SS / 8] = 0x00cff3000000ffff;
	cpu->gdt[USER_CS / 8] = 0x00affb000000ffff;
	cpu->gdt[TSS_SEL / 8] = (sizeof(struct tss) - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 |
				(tss >> 24 & 0xff) << 56;
	cpu->gdt[TSS_SEL / 8 + 1] = tss >> 32;
	cpu->gdt[CPU_SEL / 8] = 0x0040f10000000000 | cpu->id;
	cpu->tss.io_bitmap = sizeof(struct tss);
	for (size_t i = 0; i < ARRAY_SIZE(ist_stacks[0]); i++)
		cpu->tss.ist[i] = (uint64_t)&ist_stacks[cpu->id][i][IST_STACK];

	asm volatile("lgdt %0" : : "m"(pointer) : "memory");
	/* CS need not be reloaded: the boot GDT has the same descriptor at the same index. */
	asm volatile("ltr %w0" : : "r"(TSS_SEL));
}

static void init_features(void)
{
	uint32_t max[4], r[4];
	uint64_t cr4 = x86_read_cr4() | CR4_PGE | CR4_OSFXSR | CR4_OSXMMEXCPT;

	x86_cpuid(1, 0, r);
	features = r[3];
	if (r[2] & BIT(17))
		cr4 |= CR4_PCIDE;
	x86_cpuid(0x80000001, 0, r);
	if (r[3] & BIT(20))
		x86_pte_nx = BIT(63);
	x86_cpuid(0, 0, max);
	if (max[0] >= 7) {
		x86_cpuid(7, 0, r);
		if (r[1] & BIT(7))
			cr4 |= CR4_SMEP;
		if (r[1] & BIT(20)) {
			cr4 |= CR4_SMAP;
		}
		if (r[2] & BIT(2))
			cr4 |= CR4_UMIP;
	}
	x86_write_cr4(cr4);
	x86_write_cr0((x86_read_cr0() | CR0_MP | CR0_NE | CR0_WP) & ~CR0_EM);
	x86_fpu_init();
}

/* TSC_AUX holds the CPU's id, as returned by getcpu(); user code reads it with RDTSCP and RDPID. */
static void init_tsc_aux(const struct cpu *cpu)
{
	uint32_t max[4], extended[4], leaf7[4] = {0};

	x86_cpuid(0, 0, max);
	if (max[0] >= 7)
		x86_cpuid(7, 0, leaf7);
	x86_cpuid(0x80000001, 0, extended);
	if ((extended[3] & BIT(27)) || (leaf7[2] & BIT(22)))
		x86_wrmsr(MSR_TSC_AUX, cpu->id);
}

void x86_cpu_init(struct cpu *cpu)
{
	cpu->self = cpu;
	load_tables(cpu);
	x86_wrmsr(MSR_GS_BASE, (uint64_t)cpu);
	x86_wrmsr(MSR_KERNEL_GS_BASE, 0);
	init_features();
	x86_idt_load();

	/* SYSRET adds 16 to the upper selector for CS and 8 for SS. */
	x86_wrmsr(MSR_STAR, (uint64_t)(USER_CS - 16) << 48 | (uint64_t)KERNEL_CS << 32);
	x86_wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	x86_wrmsr(MSR_SFMASK, RFLAGS_SYSCALL_MASK);
	init_tsc_aux(cpu);
}

void arch_cpu_init(void)
{
	x86_idt_init();
	x86_cpu_init(&x86_cpus[0]);
	if (x86_read_cr4() & CR4_SMAP)
		x86_smap_enable();
	x86_fpu_patch();
	kernel_lock();
}

void arch_idle(void)
{
	/* STI takes effect after the next instruction, so no interrupt is missed before HLT. */
	asm volatile("sti; hlt; cli" : : : "memory");
}

unsigned int mmu_asids(void)
{
	return x86_read_cr4() & CR4_PCIDE ? MMU_ASIDS : 0;
}

uint64_t arch_cpu_features(void)
{
	return features;
}

void arch_cpu_name(char out[ARCH_CPU_NAME_MAX])
{
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t r[4];

		x86_cpuid(0x80000002 + i, 0, r);
		memcpy(out + i * sizeof(r), r, sizeof(r));
	}
	out[ARCH_CPU_NAME_MAX - 1] = '\0';
}
