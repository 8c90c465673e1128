/*
 * Numbers that both C and assembly need: the address space, selectors, and offsets into
 * structures (each pinned by a static assertion beside the structure).
 *
 *   0000000000000000 .. 00007fffffffefff   user, 128 TiB less the last page
 *   ffff888000000000 .. ffffc87fffffffff   all physical memory, in 2 MiB pages, not executable
 *   ffffc90000000000 .. ffffc97fffffffff   kernel stacks, each below an unmapped guard
 *   ffffffff80000000 .. ffffffffbfffffff   the kernel image, at its physical address + this
 */
#pragma once

#define USER_TOP    0x00007ffffffff000
#define DIRECT_MAP  0xffff888000000000
#define KSTACK_BASE 0xffffc90000000000
#define KERNEL_BASE 0xffffffff80000000

/* Selectors have Linux's values, since programs can read theirs. */
#define KERNEL_CS 0x10
#define KERNEL_DS 0x18
#define USER_SS	  0x2b
#define USER_CS	  0x33
#define TSS_SEL	  0x38
/* Its limit is the CPU's id, which user mode reads with LSL. */
#define CPU_SEL	  0x4b

/* struct cpu */
#define CPU_CURRENT 8
#define CPU_SCRATCH 16
#define CPU_RSP0    28
#define CPU_ID	    208
#define CPU_LOCKS   216
/* In CPU_LOCKS: the kernel lock, counted on acquire and on release, so odd means held. */
#define CPU_KERNEL_LOCK CPU_LOCKS

/* Most CPUs used; any others stay as the firmware left them. */
#define CPUS_MAX 8

/* struct thread */
#define THREAD_WORK 0

/* struct arch_thread */
#define ARCH_THREAD_FPU 64

/* struct regs */
#define REGS_RBX    40
#define REGS_R11    48
#define REGS_R10    56
#define REGS_R9	    64
#define REGS_R8	    72
#define REGS_RAX    80
#define REGS_RDX    96
#define REGS_RSI    104
#define REGS_RDI    112
#define REGS_VECTOR 120
#define REGS_RIP    136
#define REGS_CS	    144
#define REGS_RFLAGS 152
#define REGS_RSP    160
#define REGS_SIZE   176

#define RFLAGS_TRAP 0x100
