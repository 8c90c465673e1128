/*
 * Comes before every source of a unit test: turns a part of the kernel into a part of a host
 * program. Physical memory is an arena whose first byte is address 0; privileged instructions
 * become calls of stand-ins, through which a test can watch what the kernel tells the CPU.
 */
#pragma once

#include "asm/layout.h"
#include "lib/types.h"

#undef DIRECT_MAP
#define DIRECT_MAP host_arena
extern uint64_t host_arena;

#include "asm/cpu.h"
#include "x86.h"

#undef x86_count_lock

#define x86_read_cr3()	 host_read_cr3()
#define x86_write_cr3(v) host_write_cr3(v)
#define x86_invlpg(va)	 host_invlpg(va)
uint64_t host_read_cr3(void);
void host_write_cr3(uint64_t v);
void host_invlpg(uint64_t va);

/* A single CPU, with nobody to wait for. */
#define arch_cpu_id()	      0u
#define x86_count_lock(class) ((void)0)
#define x86_kernel_lock_count() 1ull

/* Where the linker script would put the image. */
#define image_start  ((char *)KERNEL_BASE + 0x100000)
#define image_rodata ((char *)KERNEL_BASE + 0x140000)
#define image_data   ((char *)KERNEL_BASE + 0x160000)
#define image_end    ((char *)KERNEL_BASE + 0x1a0800)
#define IMAGE_START  0x100000ul
#define IMAGE_END    0x1a0800ul
