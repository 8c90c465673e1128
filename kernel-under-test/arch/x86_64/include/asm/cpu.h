/* Per-CPU data and wrappers for instructions. */
#pragma once

#include "asm/layout.h"
#include "lib/types.h"

struct thread;

struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3;
	uint16_t io_bitmap;
} __attribute__((packed));

/* Addressed by GS in the kernel. Entry code knows some members by their offsets. */
struct cpu {
	struct cpu *self;
	struct thread *current;
	uint64_t scratch;
	struct tss tss;
	uint64_t gdt[10];
	uint32_t id, apic_id;
	/* Acquisitions per enum lock_class (arch/spin.h), counted by this CPU only. */
	uint64_t locks[16];
} __attribute__((packed, aligned(64)));

_Static_assert(offsetof(struct cpu, current) == CPU_CURRENT, "entry.S");
_Static_assert(offsetof(struct cpu, scratch) == CPU_SCRATCH, "entry.S");
_Static_assert(offsetof(struct cpu, tss.rsp) == CPU_RSP0, "entry.S");
_Static_assert(offsetof(struct cpu, id) == CPU_ID, "asm/cpu.h");
_Static_assert(offsetof(struct cpu, locks) == CPU_LOCKS, "entry.S");

static inline struct cpu *x86_cpu(void)
{
	struct cpu *cpu;

	asm volatile("movq %%gs:0, %0" : "=r"(cpu));
	return cpu;
}

/* This CPU's id, from 0. Kernel code is not preempted, so it is valid until the next sleep. */
static inline unsigned int arch_cpu_id(void)
{
	unsigned int id;

	asm volatile("movl %%gs:%c1, %0" : "=r"(id) : "i"(CPU_ID));
	return id;
}

/* Counts an acquisition of a lock of that class by this CPU. */
#define x86_count_lock(class)                                                                      \
	asm volatile("incq %%gs:%c0" : : "i"(CPU_LOCKS + 8 * (class)) : "memory", "cc")

/* Odd while this CPU holds the kernel lock. */
static inline uint64_t x86_kernel_lock_count(void)
{
	uint64_t n;

	asm volatile("movq %%gs:%c1, %0" : "=r"(n) : "i"(CPU_KERNEL_LOCK));
	return n;
}

#define MSR_STAR	   0xc0000081
#define MSR_LSTAR	   0xc0000082
#define MSR_SFMASK	   0xc0000084
#define MSR_FS_BASE	   0xc0000100
#define MSR_GS_BASE	   0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX	   0xc0000103

static inline void x86_wrmsr(uint32_t msr, uint64_t v)
{
	asm volatile("wrmsr" : : "c"(msr), "a"((uint32_t)v), "d"((uint32_t)(v >> 32)) : "memory");
}

static inline void x86_cpuid(uint32_t leaf, uint32_t sub, uint32_t out[4])
{
	asm volatile("cpuid"
		     : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
		     : "a"(leaf), "c"(sub));
}

static inline void x86_outb(uint16_t port, uint8_t v)
{
	asm volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void x86_outw(uint16_t port, uint16_t v)
{
	asm volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t x86_inb(uint16_t port)
{
	uint8_t v;

	asm volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline void x86_outl(uint16_t port, uint32_t v)
{
	asm volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint32_t x86_inl(uint16_t port)
{
	uint32_t v;

	asm volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint64_t x86_rdtsc(void)
{
	uint64_t lo, hi;

	/* 64-bit outputs: RDTSC clears the upper halves of rax and rdx. */
	asm volatile("rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return hi << 32 | lo;
}

/* A free-running counter; arch_ticks_ns() converts its differences to nanoseconds. */
static inline uint64_t arch_ticks(void)
{
	return x86_rdtsc();
}

static inline uint64_t x86_read_cr0(void)
{
	uint64_t v;

	asm volatile("movq %%cr0, %0" : "=r"(v));
	return v;
}

static inline void x86_write_cr0(uint64_t v)
{
	asm volatile("movq %0, %%cr0" : : "r"(v) : "memory");
}

static inline uint64_t x86_read_cr2(void)
{
	uint64_t v;

	asm volatile("movq %%cr2, %0" : "=r"(v));
	return v;
}

static inline uint64_t x86_read_cr3(void)
{
	uint64_t v;

	asm volatile("movq %%cr3, %0" : "=r"(v));
	return v;
}

static inline void x86_write_cr3(uint64_t v)
{
	asm volatile("movq %0, %%cr3" : : "r"(v) : "memory");
}

#define CR4_PGE BIT(7)

static inline uint64_t x86_read_cr4(void)
{
	uint64_t v;

	asm volatile("movq %%cr4, %0" : "=r"(v));
	return v;
}

static inline void x86_write_cr4(uint64_t v)
{
	asm volatile("movq %0, %%cr4" : : "r"(v) : "memory");
}

static inline void x86_invlpg(uint64_t va)
{
	asm volatile("invlpg (%0)" : : "r"(va) : "memory");
}
