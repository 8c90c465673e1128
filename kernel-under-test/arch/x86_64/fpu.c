/* FPU state: detecting XSAVE, initial state, signal frames and SIGFPE codes. */
#include "fpu.h"

#include "asm/cpu.h"
#include "lib/errno.h"
#include "lib/string.h"

#define CR4_OSXSAVE BIT(18)
#define LEAF_XSAVE  0xd

/* x87, SSE, AVX. More would need more space in each thread and is not enabled. */
#define COMPONENTS_KNOWN  7
#define COMPONENTS_LEGACY 3

/* What Linux stores in the software-reserved bytes of the FXSAVE area and after the state. */
#define MAGIC1	    0x46505853
#define MAGIC2	    0x46505845
#define SOFTWARE_AT 464

struct software {
	uint32_t magic1, whole_size;
	uint64_t parts;
	uint32_t size, pad[7];
};

_Static_assert(SOFTWARE_AT + sizeof(struct software) == FPU_LEGACY, "Linux ABI");

uint32_t x86_fpu_size = FPU_LEGACY;
uint64_t x86_fpu_components;
struct arch_thread x86_fpu_initial;

void x86_fpu_init(void)
{
	uint32_t r[4];
	uint64_t parts;

	x86_cpuid(1, 0, r);
	if (!(r[2] & BIT(26)))
		return;
	x86_write_cr4(x86_read_cr4() | CR4_OSXSAVE);
	x86_cpuid(LEAF_XSAVE, 0, r);
	parts = r[0] & COMPONENTS_KNOWN;
	asm volatile("xsetbv" : : "c"(0), "a"((uint32_t)parts), "d"(0));
	x86_cpuid(LEAF_XSAVE, 0, r);
	/*
	 * The size for the enabled components; if larger than expected, fall back to x87 and SSE.
	 */
	if (r[1] > sizeof(((struct arch_thread *)0)->fpu)) {
		asm volatile("xsetbv" : : "c"(0), "a"(COMPONENTS_LEGACY), "d"(0));
		parts = COMPONENTS_LEGACY;
		r[1] = FPU_LEGACY + FPU_HEADER;
	}
	x86_fpu_size = r[1];
	x86_fpu_components = parts;
}

void x86_fpu_patch(void)
{
	extern const struct {
		uint8_t *at;
		const uint8_t *call;
	} fpu_sites_start[], fpu_sites_end[];

	x86_fpu_reset(&x86_fpu_initial);
	if (!x86_fpu_components)
		return;
	for (size_t i = 0; &fpu_sites_start[i] < fpu_sites_end; i++) {
		uint8_t *at = fpu_sites_start[i].at;
		int32_t distance = (int32_t)(fpu_sites_start[i].call - (at + 5));

		at[0] = 0xe8;
		memcpy(at + 1, &distance, sizeof(distance));
		at[5] = 0x0f, at[6] = 0x1f, at[7] = 0x00;
	}
}

void x86_fpu_reset(struct arch_thread *t)
{
	memset(t->fpu, 0, x86_fpu_size);
	/* The reset values of the x87 control word and of MXCSR: all exceptions masked. */
	t->fpu[0] = 0x7f;
	t->fpu[1] = 0x03;
	t->fpu[24] = 0x80;
	t->fpu[25] = 0x1f;
}

int x86_fpu_put_xsave(struct arch_thread *t, uint64_t to)
{
	struct software s = {
		MAGIC1, x86_fpu_size + sizeof(uint32_t), x86_fpu_components, x86_fpu_size, {0}};
	uint32_t magic2 = MAGIC2;

	memcpy(t->fpu + SOFTWARE_AT, &s, sizeof(s));
	return copy_to_user(to, t->fpu, x86_fpu_size) < 0 ||
			       copy_to_user(to + x86_fpu_size, &magic2, sizeof(magic2)) < 0
		       ? -EFAULT
		       : 0;
}

/* Restores the XSAVE components if the frame has them; otherwise they are reset. */
static int get_xsave(struct arch_thread *t, uint64_t from)
{
	struct software s;
	uint64_t header[FPU_HEADER / 8];
	uint32_t magic2 = 0;
	int err = 0;

	memcpy(&s, t->fpu + SOFTWARE_AT, sizeof(s));
	memset(header, 0, sizeof(header));
	if (s.magic1 == MAGIC1 && s.size >= FPU_LEGACY + FPU_HEADER && s.size <= x86_fpu_size &&
	    s.whole_size == s.size + sizeof(magic2))
		err = copy_from_user_nowait(&magic2, from + s.size, sizeof(magic2));
	if (magic2 == MAGIC2) {
		err = copy_from_user_nowait(t->fpu + FPU_LEGACY, from + FPU_LEGACY,
					    s.size - FPU_LEGACY);
		memcpy(header, t->fpu + FPU_LEGACY, sizeof(header[0]));
		header[0] &= s.parts & x86_fpu_components;
	} else {
		header[0] = COMPONENTS_LEGACY;
	}
	/* XRSTOR would fault on any other header. */
	memcpy(t->fpu + FPU_LEGACY, header, sizeof(header));
	return err;
}

/* Not interrupted by a sleep, which would save the live registers over the half-copied state. */
int x86_fpu_get_rest(struct arch_thread *t, uint64_t from, int err)
{
	uint64_t last = from + x86_fpu_size + sizeof(uint32_t) - 1;
	uint8_t byte;

	for (;;) {
		if (!err && x86_fpu_components)
			err = get_xsave(t, from);
		if (err != -EPAGING)
			return err;
		if (copy_from_user(&byte, from, 1) < 0 || copy_from_user(&byte, last, 1) < 0)
			return -EFAULT;
		err = copy_from_user_nowait(t->fpu, from, FPU_LEGACY);
	}
}

/* Exception bits, at the same positions in both status words. */
#define FPU_INVALID   BIT(0)
#define FPU_DENORMAL  BIT(1)
#define FPU_ZERO      BIT(2)
#define FPU_OVERFLOW  BIT(3)
#define FPU_UNDERFLOW BIT(4)
#define FPU_ALL	      0x3fu
#define MXCSR_MASKS   7

#define FPE_FLTDIV 3
#define FPE_FLTOVF 4
#define FPE_FLTUND 5
#define FPE_FLTRES 6
#define FPE_FLTINV 7

int x86_fpu_error(bool simd)
{
	uint32_t mxcsr, raised;
	uint16_t status, control;

	if (simd) {
		asm volatile("stmxcsr %0" : "=m"(mxcsr));
		raised = mxcsr & ~(mxcsr >> MXCSR_MASKS) & FPU_ALL;
	} else {
		asm volatile("fnstsw %0; fnstcw %1" : "=m"(status), "=m"(control));
		raised = status & ~(uint32_t)control & FPU_ALL;
	}
	return raised & FPU_INVALID			 ? FPE_FLTINV
	       : raised & FPU_ZERO			 ? FPE_FLTDIV
	       : raised & FPU_OVERFLOW			 ? FPE_FLTOVF
	       : raised & (FPU_UNDERFLOW | FPU_DENORMAL) ? FPE_FLTUND
							 : FPE_FLTRES;
}
