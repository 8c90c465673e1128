#include "arch/thread.h"

#include "arch/cpu.h"
#include "arch/trap.h"
#include "fpu.h"
#include "lib/string.h"
#include "x86.h"

/* What x86_switch_stacks() pops, then the address it returns to. */
struct switch_frame {
	uint64_t r15, r14, r13, r12, rbp, rbx;
	uint64_t rip;
};

static struct arch_stack_end *stack_end(uint64_t top)
{
	return (struct arch_stack_end *)top;
}

void arch_stack_begin(uint64_t top)
{
	stack_end(top)->calls = (uint32_t)syscall_count;
}

void arch_thread_watch_calls(const struct arch_thread *t, bool watch)
{
	WRITE_ONCE(stack_end(t->stack_top)->calls, watch ? 0 : (uint32_t)syscall_count);
}

void arch_thread_init(struct arch_thread *t, uint64_t stack_top)
{
	struct switch_frame *f;

	t->stack_top = stack_top;
	x86_fpu_prepare(t);
	f = (struct switch_frame *)(stack_top - sizeof(struct regs)) - 1;
	memset(f, 0, sizeof(*f));
	f->rip = (uint64_t)thread_first_return;
	t->sp = (uint64_t)f;
}

void arch_thread_reset_user(struct arch_thread *t, uint64_t entry, uint64_t sp)
{
	struct regs *r = arch_thread_regs(t);

	memset(r, 0, sizeof(*r));
	r->rip = entry;
	r->cs = USER_CS;
	r->rflags = RFLAGS_FIXED | RFLAGS_IF;
	r->rsp = sp;
	r->ss = USER_SS;
	t->fs_base = 0;
	t->gs_base = 0;
	x86_fpu_reset(t);
}

void arch_thread_copy_user(struct arch_thread *to, struct arch_thread *from)
{
	memcpy(arch_thread_regs(to), arch_thread_regs(from), sizeof(struct regs));
	to->fs_base = from->fs_base;
	to->gs_base = from->gs_base;
	x86_fpu_save(to);
}

void arch_thread_load_bases(const struct arch_thread *t)
{
	x86_wrmsr(MSR_FS_BASE, t->fs_base);
	/* SWAPGS on the way out makes this the user's. */
	x86_wrmsr(MSR_KERNEL_GS_BASE, t->gs_base);
}

void arch_thread_load_user(const struct arch_thread *t)
{
	arch_thread_load_bases(t);
	x86_fpu_load(t);
}

void arch_thread_switch(struct arch_thread *from, struct arch_thread *to)
{
	/*
	 * The bases are loaded even when equal: user code can change them behind our back by
	 * loading a selector, and the next thread must not see that.
	 */
	x86_fpu_save(from);
	x86_cpu()->tss.rsp[0] = to->stack_top;
	arch_thread_load_bases(to);
	x86_fpu_load(to);
	x86_switch_stacks(&from->sp, to->sp);
}

/* user_regs_struct: the same order as on the stack, but for what the vector and the code are. */
void arch_core_regs(const struct arch_thread *t, uint64_t out[ARCH_CORE_REGS])
{
	const struct regs *r = arch_thread_regs(t);
	const uint64_t last[] = {
		r->vector == UINT64_MAX ? r->code : UINT64_MAX,
		r->rip, r->cs, r->rflags, r->rsp, r->ss, t->fs_base, t->gs_base,
	};

	memset(out, 0, ARCH_CORE_REGS * sizeof(*out));
	memcpy(out, r, offsetof(struct regs, vector));
	memcpy(out + offsetof(struct regs, vector) / sizeof(*out), last, sizeof(last));
}
