/* System calls of threads that are watched: what stands before each of them, and behind. */
#include "arch/spin.h"
#include "arch/trap.h"
#include "lib/errno.h"
#include "proc/trace/dispatch.h"
#include "proc/trace/seccomp.h"
#include "proc/trace/trace.h"
#include "syscall/table.h"

/* Those that entry.S calls without the kernel lock are called so from here too. */
static long call(uint32_t nr, const struct regs *r)
{
	long (*fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t) = syscall_table[nr];
	bool locked = syscall_entries[nr] == syscall_locked;
	long ret;

	if (!locked)
		kernel_unlock();
	ret = fn(r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9);
	if (!locked)
		kernel_lock();
	return ret;
}

uint64_t syscall_traced(struct regs *r)
{
	uint32_t nr = UINT32_MAX;

	r->rax = (uint64_t)-ENOSYS;
	kernel_lock();
	if (!dispatch_allows(r)) {
		kernel_unlock();
		return r->rax;
	}
	/* Which call it is, and its arguments, may be changed by who watches. */
	if (trace_syscall_enter(r) && seccomp_allows(r))
		nr = (uint32_t)r->code;
	if (nr < SYSCALLS)
		r->rax = (uint64_t)call(nr, r);
	else if (nr != UINT32_MAX)
		r->rax = (uint64_t)-ENOSYS;
	trace_syscall_exit(r, nr);
	/* It may have slept. */
	thread_disturb(thread_current());
	kernel_unlock();
	return r->rax;
}
