/* Private to arch/x86_64: what its files say to each other. */
#pragma once

/* Flags that a user may have changed for it: arithmetic, TF, DF, RF, AC. */
#define RFLAGS_USER   0x50dd5
#define RFLAGS_RESUME 0x10000

#include "asm/cpu.h"
#include "asm/regs.h"
#include "lib/types.h"

extern struct cpu x86_cpus[CPUS_MAX];
extern char syscall_entry[], vector_stubs[], thread_first_return[];
extern char copy_fault_nofault[]; /* where a copy goes on for which no page may be brought in */
extern char copy_fault_now[];	  /* where a copy that must not sleep goes on, its result in rax */
extern char image_start[], image_rodata[], image_data[], image_end[];
extern char boot_stack[], boot_stack_top[];

#define X86_VECTOR_IRQ	  0x20
#define X86_VECTOR_SERIAL 0x24
#define X86_VECTOR_TIMER  0x40
/* From other CPUs. */
#define X86_VECTOR_RESCHEDULE 0x41
#define X86_VECTOR_MESSAGE    0x50 /* the first of X86_MESSAGES */
/* The same, for CPUs that wait for a lock too. */
#define X86_VECTOR_FLUSH    0xf0
#define X86_VECTOR_WAKE	    0xf1
#define X86_VECTOR_SPURIOUS 0xff
#define X86_MESSAGES	    16
#define X86_STUB_SIZE	    16

void x86_idt_init(void);
void x86_idt_load(void);
/* What each CPU needs of descriptor tables, control registers and system call entry. */
void x86_cpu_init(struct cpu *cpu);

/* Fills in the local APICs of usable CPUs, at most `max`; how many. `rsdp` may be 0. */
size_t x86_acpi_cpus(uint64_t rsdp, uint8_t *apic_ids, size_t max);

_Noreturn void x86_ap_main(struct cpu *cpu);
/* Answers what other CPUs have asked of this one. */
void x86_serve(void);
/* Sleeps until an X86_VECTOR_FLUSH or X86_VECTOR_WAKE came; other interrupts wait meanwhile. */
void x86_sleep_for_request(void);
void x86_nmi(const struct regs *regs);

/* Where to go on after a fault at `rip` in the kernel; 0 when no fault is expected there. */
uint64_t x86_fixup_find(uint64_t rip);

/* Rewrites the SMAP sites; the text must still be writable. */
void x86_smap_enable(void);

void x86_apic_init(void);
/* The part of it that each CPU has. */
void x86_apic_init_local(void);
/* Interrupts to the CPU with that APIC. */
void x86_apic_send(uint32_t apic_id, uint8_t vector);
void x86_apic_send_init(uint32_t apic_id);
void x86_apic_send_startup(uint32_t apic_id, uint8_t page);
void x86_apic_send_nmi_to_others(void);
void x86_apic_eoi(void);
/* One-shot, in ticks of the APIC's timer; 0 stops it. */
void x86_apic_timer(uint32_t ticks);
uint32_t x86_apic_timer_left(void);

/* The number by which interrupts reach this CPU. */
uint32_t x86_apic_id(void);

/* A device's message has come. */
void x86_message(unsigned int vector);

void trap_dispatch(struct regs *regs);
/* trap_user_work() for entry.S, when the kernel lock is not held. */
void x86_user_work(struct regs *regs);

/* A step, or a debug register of the user's. */
void x86_debug_trap(struct regs *r);
