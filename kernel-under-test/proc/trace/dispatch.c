/* System call user dispatch. */
#include "proc/trace/dispatch.h"

#include "arch/uaccess.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "proc/trace/seccomp.h"
#include "proc/trace/trace.h"

#define SYS_USER_DISPATCH 2

struct dispatch {
	uint64_t code, len, selector;
};

int dispatch_begin(uint64_t code, uint64_t len, uint64_t selector)
{
	struct thread *t = thread_current();

	if (code && code + len <= code)
		return -EINVAL;
	if (selector && !user_range_ok(selector, 1))
		return -EFAULT;
	if (!t->dispatch)
		t->dispatch = kmem_alloc(sizeof(*t->dispatch));
	if (!t->dispatch)
		return -ENOMEM;
	*t->dispatch = (struct dispatch){code, len, selector};
	t->unusual |= UNUSUAL_DISPATCH;
	trace_watch_calls(t);
	return 0;
}

void dispatch_end(struct thread *t)
{
	kmem_free(t->dispatch);
	t->dispatch = NULL;
	trace_watch_calls(t);
}

bool dispatch_allows(struct regs *r)
{
	const struct dispatch *d = thread_current()->dispatch;
	uint8_t byte = DISPATCH_BLOCK;

	if (!d || r->rip - d->code < d->len)
		return true;
	if (d->selector && copy_from_user(&byte, d->selector, sizeof(byte)) < 0)
		process_exit_by_signal(SIGSEGV);
	if (byte > DISPATCH_BLOCK)
		process_exit_by_signal(SIGSYS);
	if (byte == DISPATCH_BLOCK)
		seccomp_signal(r, SYS_USER_DISPATCH, 0);
	return byte == DISPATCH_ALLOW;
}
