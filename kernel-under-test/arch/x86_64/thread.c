/* A thread's machine state: creation, cloning, and its layout for debuggers. */
#include "arch/thread.h"

#include "arch/trap.h"
#include "fpu.h"
#include "lib/string.h"
#include "x86.h"

static struct arch_stack_end *stack_end(uint64_t top)
{
	return (struct arch_stack_end *)top;
}

void arch_stack_init(uint64_t top)
{
	stack_end(top)->calls = (uint32_t)syscall_count;
}

void arch_thread_trace_calls(const struct arch_thread *t, bool trace)
{
	WRITE_ONCE(stack_end(t->stack_top)->calls, trace ? 0 : (uint32_t)syscall_count);
}

void arch_thread_init(struct arch_thread *t, uint64_t stack_top)
{
	uint64_t *first;

	t->stack_top = stack_top;
	x86_fpu_prepare(t);
	/* Where arch_thread_switch() returns to. */
	first = (uint64_t *)(stack_top - sizeof(struct regs)) - 1;
	*first = (uint64_t)thread_first_return;
	t->sp = (uint64_t)first;
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
	t->debug = NULL;
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
	x86_load_bases(t);
}

void arch_thread_load_user(const struct arch_thread *t)
{
	arch_thread_load_bases(t);
	x86_fpu_load(t);
}

/* user_regs_struct: the stack's order, with orig_rax in place of vector and error code. */
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
