/* The signal frame of the Linux x86_64 ABI: rt_sigframe, with the FPU state above it. */
#include "arch/signal.h"

#include "arch/uaccess.h"
#include "fpu.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "x86.h"

#define RED_ZONE  128
#define INFO_SIZE 128

#define UC_FP_XSTATE	     1
#define UC_SIGCONTEXT_SS     2
#define UC_STRICT_RESTORE_SS 4

struct context {
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
	uint16_t cs, gs, fs, ss;
	uint64_t error, vector, old_mask, cr2;
	uint64_t fpu; /* address of the FPU state, or 0 */
	uint64_t reserved[8];
};

struct frame {
	uint64_t restorer; /* what the handler returns to */
	uint64_t uc_flags, uc_link;
	struct signal_stack stack;
	struct context context;
	uint64_t blocked;
	uint8_t info[INFO_SIZE];
};

_Static_assert(sizeof(struct context) == 256, "x86_64 ABI");
_Static_assert(offsetof(struct frame, info) == 8 + 304, "x86_64 ABI");

static void save(struct context *c, const struct regs *r)
{
	*c = (struct context){
		.r8 = r->r8,
		.r9 = r->r9,
		.r10 = r->r10,
		.r11 = r->r11,
		.r12 = r->r12,
		.r13 = r->r13,
		.r14 = r->r14,
		.r15 = r->r15,
		.rdi = r->rdi,
		.rsi = r->rsi,
		.rbp = r->rbp,
		.rbx = r->rbx,
		.rdx = r->rdx,
		.rax = r->rax,
		.rcx = r->rcx,
		.rsp = r->rsp,
		.rip = r->rip,
		.rflags = r->rflags,
		.cs = USER_CS,
		.ss = USER_SS,
		.error = r->code,
		.vector = r->vector,
		.cr2 = x86_read_cr2(),
	};
}

static int restore(struct regs *r, const struct context *c)
{
	/* IRETQ to a non-canonical address would fault in the kernel. */
	if (c->rip >= USER_TOP)
		return -EFAULT;
	r->r8 = c->r8, r->r9 = c->r9, r->r10 = c->r10, r->r11 = c->r11;
	r->r12 = c->r12, r->r13 = c->r13, r->r14 = c->r14, r->r15 = c->r15;
	r->rdi = c->rdi, r->rsi = c->rsi, r->rbp = c->rbp, r->rbx = c->rbx;
	r->rdx = c->rdx, r->rax = c->rax, r->rcx = c->rcx, r->rsp = c->rsp;
	r->rip = c->rip;
	r->rflags = (r->rflags & ~(uint64_t)RFLAGS_USER) | (c->rflags & RFLAGS_USER);
	/* No longer a system call, so nothing is restarted. */
	r->vector = 0;
	return 0;
}

int arch_signal_enter(struct regs *r, struct arch_thread *t, const struct arch_signal *s)
{
	uint64_t below = r->rsp - RED_ZONE;
	const struct signal_stack *alt = &s->alt_stack;
	bool switched = s->on_alt_stack && alt->size && !signal_stack_used(alt, below);
	uint64_t sp = switched ? alt->base + alt->size : below;
	uint64_t fpu = ALIGN_DOWN(sp - x86_fpu_size - (x86_fpu_components ? 4 : 0), 64);
	/* As after a CALL: 8 bytes off 16-byte alignment. */
	uint64_t at = ALIGN_DOWN(fpu - sizeof(struct frame), 16) - 8;
	struct frame f = {
		.restorer = s->restorer,
		.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS |
			    (x86_fpu_components ? UC_FP_XSTATE : 0),
		.stack = *alt,
		.blocked = s->blocked,
	};

	if (s->handler >= USER_TOP || sp > USER_TOP || at > sp)
		return -EFAULT;
	/* Never write below the alternate stack. */
	if ((switched || signal_stack_used(alt, r->rsp)) && at - alt->base - 1 >= alt->size)
		return -EFAULT;
	save(&f.context, r);
	f.context.fpu = fpu;
	memcpy(f.info, s->info, INFO_SIZE);
	if (x86_fpu_put(t, fpu) < 0 || copy_to_user(at, &f, sizeof(f)) < 0)
		return -EFAULT;
	/* A handler starts with the initial FPU state. */
	x86_fpu_load(&x86_fpu_initial);

	r->rip = s->handler;
	r->rsp = at;
	r->rdi = (uint64_t)s->signo;
	r->rsi = at + offsetof(struct frame, info);
	r->rdx = at + offsetof(struct frame, uc_flags);
	r->rax = 0;
	r->rflags &= ~0x10500ull; /* TF, DF, RF */
	r->vector = 0;
	return 0;
}

int arch_signal_leave(struct regs *r, struct arch_thread *t, uint64_t *blocked,
		      struct signal_stack *stack)
{
	struct frame f;
	/* The handler's RET has popped the restorer. */
	uint64_t at = r->rsp - sizeof(f.restorer);

	if (copy_from_user(&f, at, sizeof(f)) < 0)
		return -EFAULT;
	if (f.context.fpu) {
		if (x86_fpu_get(t, f.context.fpu) < 0)
			return -EFAULT;
		arch_thread_load_user(t);
	}
	*blocked = f.blocked;
	*stack = f.stack;
	return restore(r, &f.context);
}

/* Linux's figure, which includes room for 32-bit frames. */
#define FRAME_MAX 920

uint64_t arch_signal_stack_min(void)
{
	return ALIGN_UP(FRAME_MAX + x86_fpu_size + (x86_fpu_components ? 4ul : 0), 16);
}
