#include "redox_context.h"
#include "redox_process.h"
#include "redox_state.h"

/* In entry.S. */
void redox_thread_entry(void);

/* For a thread: this process's own address space and table of descriptors. */
static long handles_open(struct redox_handles *handles)
{
	long ret = redox_handle_open(&handles->self, redox.roots.proc, REDOX_NAME("cur-context"));

	if (ret >= 0)
		ret = redox_handle_open(&handles->files, handles->self, REDOX_NAME("filetable"));
	if (ret >= 0)
		ret = redox_handle_open(&handles->addresses, handles->self,
					REDOX_NAME("addrspace"));
	if (ret >= 0)
		ret = redox_handle_open(&handles->context, redox.roots.proc,
					REDOX_NAME("new-context"));
	return ret;
}

/* A thread's place is used again when it is long gone, and its context is let go then. */
static void thread_keep(long context)
{
	unsigned int place =
		__atomic_fetch_add(&redox.next_thread, 1, __ATOMIC_RELAXED) % REDOX_THREADS;

	if (redox.threads[place])
		redox_close_slot(redox.threads[place]);
	redox.threads[place] = context;
}

long redox_thread(void (*fn)(void *arg), void *arg, void *stack_top, uint32_t *alive)
{
	uint64_t *top = (uint64_t *)((uintptr_t)stack_top & ~15ul) - 4;
	struct redox_handles handles = { 0 };
	long ret = handles_open(&handles);
	const struct redox_parts parts = {
		.addresses = handles.addresses,
		.files = handles.files,
		.stack = (uintptr_t)top,
		.entry = (uintptr_t)redox_thread_entry,
		.argument = (uintptr_t)top,
	};

	top[0] = (uintptr_t)fn;
	top[1] = (uintptr_t)arg;
	top[2] = (uintptr_t)alive;
	top[3] = (uint64_t)handles.context;
	*alive = 1;
	if (ret >= 0)
		ret = redox_context_start(handles.context, &parts);
	ret = redox_handles_close(&handles, ret);
	if (ret < 0)
		*alive = 0;
	else
		thread_keep(handles.context);
	return ret < 0 ? ret : 0;
}
