/* System calls of traced or filtered threads: the work before and after each. */
#include "arch/spin.h"
#include "arch/trap.h"
#include "lib/errno.h"
#include "proc/trace/dispatch.h"
#include "proc/trace/seccomp.h"
#include "proc/trace/trace.h"
#include "syscall/table.h"

/* Calls the function with the kernel lock held or released, as entry.S would. */
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
	/* Tracer and filters may change the call's number and arguments. */
	if (trace_syscall_enter(r) && seccomp_allows(r))
		nr = (uint32_t)r->code;
	if (nr < SYSCALLS)
		r->rax = (uint64_t)call(nr, r);
	else if (nr != UINT32_MAX)
		r->rax = (uint64_t)-ENOSYS;
	trace_syscall_exit(r, nr);
	/* The thread may have slept. */
	thread_notify_resume(thread_current());
	kernel_unlock();
	return r->rax;
}
