/* Debugger access to registers, FPU state and hardware breakpoints. */
#include "arch/debug.h"

#include "arch/trap.h"
#include "asm/layout.h"
#include "fpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "x86.h"

/* Indices in user_regs_struct after the members that struct regs has in the same order. */
#define REG_CALL   15
#define REG_RIP	   16
#define REG_CS	   17
#define REG_RFLAGS 18
#define REG_RSP	   19
#define REG_SS	   20
#define REG_FS	   21
#define REG_GS	   22

/* Offsets in the FXSAVE area: XCR0, in the bytes reserved for software, and MXCSR. */
#define XCR0_AT	 464
#define MXCSR_AT 24

int arch_debug_set_reg(struct arch_thread *t, unsigned int i, uint64_t v)
{
	struct regs *r = arch_thread_regs(t);

	switch (i) {
	case REG_CALL:
		/*
		 * orig_rax: -1 means not in a system call, anything else a call that may be
		 * restarted.
		 */
		r->vector = (int64_t)v < 0 ? 0 : UINT64_MAX;
		r->code = v;
		return 0;
	case REG_RIP:
		/* IRETQ to a non-canonical address would fault in the kernel. */
		if (v >= USER_TOP)
			return -EIO;
		r->rip = v;
		return 0;
	case REG_RFLAGS:
		r->rflags = (r->rflags & ~(uint64_t)RFLAGS_USER) | (v & RFLAGS_USER);
		return 0;
	case REG_RSP:
		r->rsp = v;
		return 0;
	case REG_FS:
	case REG_GS:
		if (v >= USER_TOP)
			return -EIO;
		*(i == REG_FS ? &t->fs_base : &t->gs_base) = v;
		return 0;
	case REG_CS:
	case REG_SS:
		return v ? 0 : -EIO;
	default:
		/* Data segments: always null here. */
		if (i > REG_GS)
			return v && (v & 3) != 3 ? -EIO : 0;
		((uint64_t *)r)[i] = v;
		return 0;
	}
}

size_t arch_debug_fpu_size(void)
{
	return x86_fpu_components ? x86_fpu_size : 0;
}

void arch_debug_get_fpu(const struct arch_thread *t, uint8_t out[ARCH_FPU_MAX], bool all)
{
	memcpy(out, t->fpu, all ? x86_fpu_size : ARCH_FPU_LEGACY);
	if (!all)
		return;
	memset(out + XCR0_AT, 0, FPU_LEGACY - XCR0_AT);
	memcpy(out + XCR0_AT, &x86_fpu_components, sizeof(x86_fpu_components));
}

int arch_debug_set_fpu(struct arch_thread *t, const uint8_t from[ARCH_FPU_MAX], bool all)
{
	uint64_t header[FPU_HEADER / 8] = {0};
	uint32_t mxcsr;

	memcpy(&mxcsr, from + MXCSR_AT, sizeof(mxcsr));
	if (all)
		memcpy(header, from + FPU_LEGACY, sizeof(header));
	if (mxcsr >> 16 || (header[0] & ~x86_fpu_components))
		return -EINVAL;
	for (size_t i = 1; i < ARRAY_SIZE(header); i++)
		if (header[i])
			return -EINVAL;
	memcpy(t->fpu, from, all ? x86_fpu_size : ARCH_FPU_LEGACY);
	/* XRSTOR loads x87 and SSE state only if the header says they are present. */
	if (!all && x86_fpu_components)
		t->fpu[FPU_LEGACY] |= 3;
	return 0;
}

bool arch_debug_step(struct arch_thread *t, bool on)
{
	struct regs *r = arch_thread_regs(t);
	bool was = r->rflags & RFLAGS_TRAP;

	r->rflags = on ? r->rflags | RFLAGS_TRAP : r->rflags & ~(uint64_t)RFLAGS_TRAP;
	return was;
}

#define STATUS_NONE   0xffff0ff0ul
#define STATUS_BREAKS 0xful
#define STATUS_STEP   0x4000ul
#define CONTROL_NONE  0x400ul
#define CONTROL_GIVEN 0xffff03fful /* all but DR7.GD */
#define KIND_EXECUTE  0
#define KIND_IO	      2
#define SIG_TRAP      5
#define TRAP_TRACE    2
#define TRAP_HARDWARE 4

static inline bool is_on(uint64_t control, unsigned int i)
{
	return control >> 2 * i & 3;
}

static inline unsigned int kind(uint64_t control, unsigned int i)
{
	return control >> (16 + 4 * i) & 3;
}

static bool break_ok(const struct arch_debug *d, unsigned int i)
{
	static const uint8_t sizes[] = {1, 2, 8, 4};
	uint64_t size = sizes[d->control >> (18 + 4 * i) & 3];

	if (!is_on(d->control, i))
		return d->address[i] < USER_TOP;
	return d->address[i] < USER_TOP && IS_ALIGNED(d->address[i], size) &&
	       kind(d->control, i) != KIND_IO && (kind(d->control, i) != KIND_EXECUTE || size == 1);
}

int arch_debug_set_break(struct arch_debug *d, unsigned int i, uint64_t v)
{
	struct arch_debug now = *d;

	if (i == 4 || i == 5)
		return -EIO;
	*(i == 6 ? &now.status : i == 7 ? &now.control : &now.address[i]) = v;
	for (i = 0; i < ARRAY_SIZE(now.address); i++)
		if (!break_ok(&now, i))
			return -EINVAL;
	*d = now;
	return 0;
}

uint64_t arch_debug_get_break(const struct arch_debug *d, unsigned int i)
{
	return i < ARRAY_SIZE(d->address) ? d->address[i]
	       : i == 6			  ? d->status
	       : i == 7			  ? d->control
					  : 0;
}

void arch_debug_load(const struct arch_debug *d)
{
	asm volatile("movq %0, %%dr0\n\tmovq %1, %%dr1\n\tmovq %2, %%dr2\n\tmovq %3, %%dr3\n\t"
		     "movq %4, %%dr7"
		     :
		     : "r"(d->address[0]), "r"(d->address[1]), "r"(d->address[2]),
		       "r"(d->address[3]), "r"((d->control & CONTROL_GIVEN) | CONTROL_NONE)
		     : "memory");
}

void x86_debug_trap(struct regs *r)
{
	struct arch_debug *d = trap_debug();
	uint64_t status, breaks = 0;

	asm volatile("movq %%dr6, %0" : "=r"(status));
	asm volatile("movq %0, %%dr6" : : "r"(STATUS_NONE));
	for (unsigned int i = 0; d && i < ARRAY_SIZE(d->address); i++) {
		if (!(status & BIT(i)) || !is_on(d->control, i))
			continue;
		breaks |= BIT(i);
		/*
		 * Execution breakpoints are reported before the instruction: RF lets it run on
		 * resume.
		 */
		if (kind(d->control, i) == KIND_EXECUTE)
			r->rflags |= RFLAGS_RESUME;
	}
	if (!breaks && (status & STATUS_BREAKS)) {
		/* Left over from a thread that ran here before. */
		asm volatile("movq %0, %%dr7" : : "r"(CONTROL_NONE));
		if (!(status & STATUS_STEP))
			return;
	}
	if (d)
		d->status = breaks | (status & STATUS_STEP);
	trap_user_fault(r, SIG_TRAP, breaks && !(status & STATUS_STEP) ? TRAP_HARDWARE : TRAP_TRACE,
			r->rip);
}
