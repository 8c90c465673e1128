/* Interfaces between the files of arch/x86_64. */
#pragma once

/* RFLAGS that user mode may set: arithmetic flags, TF, DF, RF, AC. */
#define RFLAGS_USER   0x50dd5
#define RFLAGS_RESUME 0x10000

#include "asm/cpu.h"
#include "asm/regs.h"
#include "lib/types.h"

extern struct cpu x86_cpus[CPUS_MAX];
extern char syscall_entry[], vector_stubs[], thread_first_return[];
extern char copy_fault_nofault[]; /* fixup of the _nofault routines */
extern char copy_fault_nowait[];  /* fixup of the _nowait routines; the result is in rax */
extern char image_start[], image_rodata[], image_data[], image_end[];
extern char boot_stack[], boot_stack_top[];

#define X86_VECTOR_IRQ	  0x20
#define X86_VECTOR_SERIAL 0x24
#define X86_VECTOR_TIMER  0x40
/* From other CPUs. */
#define X86_VECTOR_RESCHEDULE 0x41
#define X86_VECTOR_MSI	      0x50 /* the first of X86_MSI_VECTORS */
/* From other CPUs, and let through while waiting for a lock. */
#define X86_VECTOR_FLUSH    0xf0
#define X86_VECTOR_WAKE	    0xf1
#define X86_VECTOR_SPURIOUS 0xff
#define X86_MSI_VECTORS	    16
#define X86_STUB_SIZE	    16

void x86_idt_init(void);
void x86_idt_load(void);
/* Sets up this CPU's descriptor tables, control registers and system call entry. */
void x86_cpu_init(struct cpu *cpu);

/* Stores the local APIC ids of up to `max` usable CPUs; returns how many. `rsdp` may be 0. */
size_t x86_acpi_cpus(uint64_t rsdp, uint8_t *apic_ids, size_t max);

_Noreturn void x86_ap_main(struct cpu *cpu);
/* Answers pending requests from other CPUs. */
void x86_answer_requests(void);
/* Halts until X86_VECTOR_FLUSH or X86_VECTOR_WAKE arrives; other interrupts stay pending. */
void x86_halt_for_request(void);
void x86_nmi(const struct regs *regs);

/* Where a fault at `rip` in the kernel continues, or 0 if none is expected there. */
uint64_t x86_fixup_find(uint64_t rip);

/* Patches the SMAP sites. Call while the text is still writable. */
void x86_smap_enable(void);

void x86_apic_init(void);
/* The per-CPU part of it. */
void x86_apic_init_local(void);
/* Interprocessor interrupts to the CPU with that APIC id. */
void x86_apic_send(uint32_t apic_id, uint8_t vector);
void x86_apic_send_init(uint32_t apic_id);
void x86_apic_send_startup(uint32_t apic_id, uint8_t page);
void x86_apic_send_nmi_to_others(void);
void x86_apic_eoi(void);
/* Starts a one-shot countdown in timer ticks; 0 stops it. */
void x86_apic_timer(uint32_t ticks);
uint32_t x86_apic_timer_left(void);

/* This CPU's APIC id. */
uint32_t x86_apic_id(void);

/* A message-signalled interrupt has arrived. */
void x86_msi(unsigned int vector);

void trap_dispatch(struct regs *regs);
/* trap_user_work() for entry.S where the kernel lock is not held. */
void x86_user_work(struct regs *regs);

/* A debug exception from user mode: a single step or a breakpoint. */
void x86_debug_trap(struct regs *r);
