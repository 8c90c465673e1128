#include "mach_rpc.h"

#include "port.h"
#include "text.h"

#define ENOMEM 12
#define EFAULT 14
#define EPIPE 32
#define EIO 5

mach_name mach_reply_take(void)
{
	for (unsigned int i = 0; i < MACH_REPLY_PORTS; i++) {
		mach_name port = __atomic_exchange_n(&mach.replies[i], 0, __ATOMIC_ACQUIRE);

		if (port)
			return port;
	}
	return (mach_name)mach_trap0(MACH_TRAP_REPLY_PORT);
}

void mach_reply_give(mach_name port)
{
	for (unsigned int i = 0; i < MACH_REPLY_PORTS; i++) {
		mach_name none = 0;

		if (__atomic_compare_exchange_n(&mach.replies[i], &none, port, false,
						__ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return;
	}
}

int mach_rpc_send(struct mach_header *msg, uint32_t size, mach_name to, enum mach_call call)
{
	msg->bits = MACH_BITS((uint32_t)MACH_COPY_SEND, 0u);
	msg->size = size;
	msg->remote = to;
	msg->local = 0;
	msg->id = call;
	return mach_msg(msg, MACH_SEND, size, 0, 0, 0, 0);
}

int mach_rpc(struct mach_header *msg, uint32_t size, uint32_t room, mach_name to,
	     enum mach_call call)
{
	mach_name reply = mach_reply_take();
	int ret;

	msg->bits |= MACH_BITS((uint32_t)MACH_COPY_SEND, (uint32_t)MACH_MAKE_SEND_ONCE);
	msg->size = size;
	msg->remote = to;
	msg->local = reply;
	msg->id = call;
	ret = mach_msg(msg, MACH_SEND | MACH_RECEIVE, size, room, reply, 0, 0);
	mach_reply_give(reply);
	if (ret != MACH_OK)
		return ret;
	if (msg->id != (int32_t)call + MACH_REPLY_ID)
		return MACH_INVALID_ARGUMENT;
	return ((struct mach_reply *)msg)->result.value;
}

long mach_errno(int result)
{
	switch (result) {
	case MACH_OK:
		return 0;
	case 1: /* KERN_INVALID_ADDRESS */
	case 2: /* KERN_PROTECTION_FAILURE */
		return -EFAULT;
	case 3: /* KERN_NO_SPACE */
	case 6: /* KERN_RESOURCE_SHORTAGE */
		return -ENOMEM;
	case MACH_INVALID_ARGUMENT:
		return -PORT_EINVAL;
	case MACH_SEND_INVALID_DEST:
		return -EPIPE;
	default:
		return -EIO;
	}
}

int mach_vm_protect(void *addr, size_t len, int protection)
{
	union {
		struct {
			struct mach_header head;
			struct mach_word address, size;
			struct mach_int maximum, protection;
		} call;
		struct mach_reply reply;
	} msg = { .call = {
			  .address = MACH_WORD((uintptr_t)addr),
			  .size = MACH_WORD(len),
			  .maximum = MACH_BOOLEAN(0),
			  .protection = MACH_INT(protection),
		  } };

	return mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), mach.task,
			MACH_CALL_VM_PROTECT);
}

int mach_vm_inherit_shared(void *addr, size_t len)
{
	union {
		struct {
			struct mach_header head;
			struct mach_word address, size;
			struct mach_int inheritance;
		} call;
		struct mach_reply reply;
	} msg = { .call = {
			  .address = MACH_WORD((uintptr_t)addr),
			  .size = MACH_WORD(len),
			  .inheritance = MACH_INT(0), /* VM_INHERIT_SHARE */
		  } };

	return mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), mach.task,
			MACH_CALL_VM_INHERIT);
}

/* The order and the padding are i386_thread_state's of a 64-bit task. */
struct registers {
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rdi, rsi, rbp, rsp, rbx, rdx, rcx, rax, rip, cs, rflags, ursp, ss;
};

#define THREAD_STATE 1 /* i386_THREAD_STATE: the segments stay as they are */

static int thread_set_state(mach_name thread, const struct registers *registers)
{
	union {
		struct {
			struct mach_header head;
			struct mach_int flavor;
			struct mach_type type;
			struct registers registers;
		} call;
		struct mach_reply reply;
	} msg = { .call = {
			  .flavor = MACH_INT(THREAD_STATE),
			  .type = MACH_TYPE(MACH_INT32, 32, sizeof(*registers) / 4),
			  .registers = *registers,
		  } };

	return mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), thread,
			MACH_CALL_THREAD_SET_STATE);
}

static int thread_create(mach_name task, mach_name *thread)
{
	struct {
		struct mach_header head;
		struct mach_int result;
		struct mach_word thread;
	} msg = { 0 };
	int ret = mach_rpc(&msg.head, sizeof(msg.head), sizeof(msg), task, MACH_CALL_THREAD_CREATE);

	*thread = (mach_name)msg.thread.value;
	return ret;
}

static int thread_resume(mach_name thread)
{
	struct mach_reply msg = { 0 };

	return mach_rpc(&msg.head, sizeof(msg.head), sizeof(msg), thread, MACH_CALL_THREAD_RESUME);
}

int mach_thread_start(mach_name task, const struct mach_context *context,
		      const uint64_t registers[4])
{
	const struct registers state = {
		.rbx = context->rbx,
		.rbp = context->rbp,
		.r12 = context->r12,
		.r13 = context->r13,
		.r14 = context->r14,
		.r15 = context->r15,
		.rip = context->rip,
		.ursp = context->rsp,
		.rax = registers[0],
		.rdi = registers[1],
		.rsi = registers[2],
		.rdx = registers[3],
	};
	mach_name thread = 0;
	int ret = thread_create(task, &thread);

	if (ret != MACH_OK)
		return ret;
	ret = thread_set_state(thread, &state);
	if (ret == MACH_OK)
		ret = thread_resume(thread);
	mach_port_drop(mach.task, thread);
	return ret;
}

int mach_notify(mach_name name, enum mach_notice notice, mach_name to)
{
	union {
		struct {
			struct mach_header head;
			struct mach_int name, notice, sync;
			struct mach_word to;
		} call;
		struct {
			struct mach_reply reply;
			struct mach_word previous;
		} reply;
	} msg = { .call = {
			  .head.bits = MACH_BITS_COMPLEX,
			  .name = MACH_NAME(name),
			  .notice = MACH_INT(notice),
			  /* A name that is dead already is told of at once. */
			  .sync = MACH_INT(notice == MACH_DEAD_NAME),
			  .to = MACH_PORT(MACH_MAKE_SEND_ONCE, to),
		  } };

	return mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), mach.task,
			MACH_CALL_PORT_REQUEST_NOTIFICATION);
}
