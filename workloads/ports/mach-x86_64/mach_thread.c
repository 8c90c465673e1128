#include "mach_process.h"

#include "mach_rpc.h"
#include "port.h"

/* In entry.S. */
void mach_thread_entry(void);
_Noreturn void mach_thread_leave(struct mach_header *msg, uint32_t size, void *stack);
_Noreturn void mach_thread_finish(unsigned int place);

struct leave_message {
	struct mach_header head;
	struct mach_word task;
	struct mach_int thread, reply;
	struct mach_word address, size;
};

_Static_assert(sizeof(struct leave_message) <= sizeof(((struct mach_thread_end *)0)->message),
	       "the message fits where it is kept");

long mach_thread(void (*fn)(void *arg), void *arg, void *stack_top, uint32_t *alive)
{
	/* Taken in turn: a place is used again when the thread that had it is long gone. */
	unsigned int place =
		__atomic_fetch_add(&mach.next_thread, 1, __ATOMIC_RELAXED) % MACH_THREADS;
	const struct mach_context context = {
		.rip = (uintptr_t)mach_thread_entry,
		.rsp = (uintptr_t)stack_top & ~15ul,
	};
	const uint64_t registers[4] = { 0, (uintptr_t)arg, (uintptr_t)fn, place };
	int ret;

	mach.threads[place].alive = alive;
	*alive = 1;
	ret = mach_thread_start(mach.task, &context, registers);
	if (ret != MACH_OK)
		*alive = 0;
	return mach_errno(ret);
}

void mach_thread_finish(unsigned int place)
{
	struct mach_thread_end *end = &mach.threads[place];
	struct leave_message *msg = (struct leave_message *)end->message;
	mach_name self = (mach_name)mach_trap0(MACH_TRAP_THREAD_SELF);
	uint32_t *alive = end->alive;

	*msg = (struct leave_message){
		.head = {
			.bits = MACH_BITS((uint32_t)MACH_COPY_SEND, 0u) | MACH_BITS_COMPLEX,
			.size = sizeof(*msg),
			.remote = self,
			.id = MACH_CALL_THREAD_TERMINATE_RELEASE,
		},
		.task = MACH_PORT(MACH_COPY_SEND, mach.task),
		.thread = MACH_NAME(self),
		.reply = MACH_NAME(0),
		.address = MACH_WORD(0),
		.size = MACH_WORD(0),
	};
	__atomic_store_n(alive, 0, __ATOMIC_RELEASE);
	mach_gsync_wake(alive, INT32_MAX);
	mach_thread_leave(&msg->head, sizeof(*msg), end->stack + sizeof(end->stack) - 16);
}
