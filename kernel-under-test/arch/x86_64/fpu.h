/*
 * Private to arch/x86_64: the FPU and vector registers. Saved with FXSAVE; on a CPU with XSAVE, the
 * instructions in asm/switch.h are patched at boot into calls, so that CPUs without pay nothing.
 */
#pragma once

#include "arch/thread.h"
#include "arch/uaccess.h"
#include "lib/types.h"

#define FPU_LEGACY 512
/* The XSAVE header: XSTATE_BV (components not in their initial state) and words that must be 0. */
#define FPU_HEADER 64

/* Bytes of a thread's state, and its components as in XCR0; 0 without XSAVE. */
extern uint32_t x86_fpu_size;
extern uint64_t x86_fpu_components;

/* Enables XSAVE if this CPU has it. */
void x86_fpu_init(void);
/* Patches the sites. Call while the text is still writable. */
void x86_fpu_patch(void);

/* XSAVE does not write all of the header, and XRSTOR requires the rest to be zero. */
static inline void x86_fpu_prepare(struct arch_thread *t)
{
	if (x86_fpu_components)
		__builtin_memset(t->fpu + FPU_LEGACY, 0, FPU_HEADER);
}

/* Sets the initial state. x86_fpu_initial never runs; it holds that state for handlers. */
void x86_fpu_reset(struct arch_thread *t);
extern struct arch_thread x86_fpu_initial;
/* The si_code of SIGFPE for the exception just taken. */
int x86_fpu_error(bool simd);

/* Slow paths: components beyond FXSAVE's, or a copy that faulted. */
int x86_fpu_put_xsave(struct arch_thread *t, uint64_t to);
int x86_fpu_get_rest(struct arch_thread *t, uint64_t from, int err);

/*
 * Copies FPU state to a signal frame, and back from one, which is untrusted. Return 0 or -EFAULT.
 */
static inline int x86_fpu_put(struct arch_thread *t, uint64_t to)
{
	x86_fpu_save(t);
	return likely(!x86_fpu_components) ? copy_to_user(to, t->fpu, FPU_LEGACY)
					   : x86_fpu_put_xsave(t, to);
}

static inline int x86_fpu_get(struct arch_thread *t, uint64_t from)
{
	int err = copy_from_user_nowait(t->fpu, from, FPU_LEGACY);

	if (unlikely(err || x86_fpu_components))
		err = x86_fpu_get_rest(t, from, err);
	/* Loading reserved bits of MXCSR would fault. */
	t->fpu[26] = t->fpu[27] = 0;
	return err;
}
