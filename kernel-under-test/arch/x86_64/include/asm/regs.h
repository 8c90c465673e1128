/* What a thread's user state looks like on its kernel stack, whichever way it came in. */
#pragma once

#include "asm/layout.h"
#include "lib/types.h"

struct regs {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	/* Interrupts: the vector and the error code. System calls: -1 and the number. */
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
/* What a system call must not bring along: TF, IF, DF, IOPL, NT, RF, AC. */
#define RFLAGS_SYSCALL_MASK 0x57700

static inline bool regs_from_user(const struct regs *r)
{
	return (r->cs & 3) == 3;
}

/*
 * Whether an interrupt that found these came up while a system call ran, and waited for its end:
 * SYSRET leaves the address it goes to in rcx, and nothing of the user's has run since.
 */
static inline bool regs_from_call(const struct regs *r)
{
	return r->rip == r->rcx;
}
