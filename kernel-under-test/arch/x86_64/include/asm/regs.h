/* The user registers as saved on the kernel stack, however the kernel was entered. */
#pragma once

#include "asm/layout.h"
#include "lib/types.h"

struct regs {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	/* Exceptions and interrupts: vector and error code. System calls: -1 and the number. */
	uint64_t vector, code;
	uint64_t rip, cs, rflags, rsp, ss;
};

_Static_assert(offsetof(struct regs, rbx) == REGS_RBX, "entry.S");
_Static_assert(offsetof(struct regs, r11) == REGS_R11, "entry.S");
_Static_assert(offsetof(struct regs, r10) == REGS_R10, "entry.S");
_Static_assert(offsetof(struct regs, r9) == REGS_R9, "entry.S");
_Static_assert(offsetof(struct regs, r8) == REGS_R8, "entry.S");
_Static_assert(offsetof(struct regs, rax) == REGS_RAX, "entry.S");
_Static_assert(offsetof(struct regs, rdx) == REGS_RDX, "entry.S");
_Static_assert(offsetof(struct regs, rsi) == REGS_RSI, "entry.S");
_Static_assert(offsetof(struct regs, rdi) == REGS_RDI, "entry.S");
_Static_assert(offsetof(struct regs, vector) == REGS_VECTOR, "entry.S");
_Static_assert(offsetof(struct regs, rip) == REGS_RIP, "entry.S");
_Static_assert(offsetof(struct regs, cs) == REGS_CS, "entry.S");
_Static_assert(offsetof(struct regs, rflags) == REGS_RFLAGS, "entry.S");
_Static_assert(offsetof(struct regs, rsp) == REGS_RSP, "entry.S");
_Static_assert(sizeof(struct regs) == REGS_SIZE, "entry.S");

#define RFLAGS_FIXED 0x002
#define RFLAGS_IF    0x200
/* Flags cleared on system call entry: TF, IF, DF, IOPL, NT, RF, AC. */
#define RFLAGS_SYSCALL_MASK 0x57700

static inline bool regs_from_user(const struct regs *r)
{
	return (r->cs & 3) == 3;
}

/*
 * Whether the interrupt that saved these was pending during a system call and taken right at its
 * SYSRET, which leaves the return address in rcx: no user instruction has run since.
 */
static inline bool regs_from_call(const struct regs *r)
{
	return r->rip == r->rcx;
}
