/*
 * Private to arch/x86_64: the floating point and vector registers. Saved by FXSAVE; on a CPU with
 * XSAVE the instructions in asm/switch.h are rewritten at boot to calls, so that others pay nothing
 * for it.
 */
#pragma once

#include "arch/thread.h"
#include "arch/uaccess.h"
#include "lib/types.h"

#define FPU_LEGACY 512
/* Which parts are not as at power-on, and words that must be zero. */
#define FPU_HEADER 64

/* Bytes of a thread's state, and the parts it has as XCR0 counts them; 0: no XSAVE. */
extern uint32_t x86_fpu_size;
extern uint64_t x86_fpu_parts;

/* Turns XSAVE on where this CPU has it. */
void x86_fpu_init(void);
/* Rewrites the sites; the text must still be writable. */
void x86_fpu_patch(void);

/* XSAVE leaves most of the header as it is, and XRSTOR wants it to be zero. */
static inline void x86_fpu_prepare(struct arch_thread *t)
{
	if (x86_fpu_parts)
		__builtin_memset(t->fpu + FPU_LEGACY, 0, FPU_HEADER);
}

/* The state of a program that begins; of this thread, which never runs, nothing else is. */
void x86_fpu_reset(struct arch_thread *t);
extern struct arch_thread x86_fpu_first;
/* What the fault that just came was, in the numbers of SIGFPE's si_code. */
int x86_fpu_error(bool simd);

/* What is beyond the legacy part, or could not be copied at once. */
int x86_fpu_put_extended(struct arch_thread *t, uint64_t to);
int x86_fpu_get_rest(struct arch_thread *t, uint64_t from, int err);

/* To a signal frame, and back from one, which is not to be trusted. 0 or -EFAULT. */
static inline int x86_fpu_put(struct arch_thread *t, uint64_t to)
{
	x86_fpu_save(t);
	return likely(!x86_fpu_parts) ? copy_to_user(to, t->fpu, FPU_LEGACY)
				      : x86_fpu_put_extended(t, to);
}

static inline int x86_fpu_get(struct arch_thread *t, uint64_t from)
{
	int err = copy_from_user_now(t->fpu, from, FPU_LEGACY);

	if (unlikely(err || x86_fpu_parts))
		err = x86_fpu_get_rest(t, from, err);
	/* Reserved bits of MXCSR would fault when loaded. */
	t->fpu[26] = t->fpu[27] = 0;
	return err;
}
