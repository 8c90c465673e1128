#include "mach_process.h"

#include "mach_rpc.h"
#include "port.h"

/* By the memory object, so that tasks that share the page meet. */
#define GSYNC_SHARED 0x01
#define GSYNC_BROADCAST 0x08

long mach_gsync_wait(uint32_t *word, uint32_t value)
{
	union {
		struct {
			struct mach_header head;
			struct mach_word address;
			struct mach_int value, next_value, timeout, flags;
		} call;
		struct mach_reply reply;
	} msg = { .call = {
			  .address = MACH_WORD((uintptr_t)word),
			  .value = MACH_INT(value),
			  .next_value = MACH_INT(0),
			  .timeout = MACH_INT(0),
			  .flags = MACH_INT(GSYNC_SHARED),
		  } };
	int ret = mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), mach.task,
			   MACH_CALL_GSYNC_WAIT);

	/* The word is no longer what it was. */
	return ret == MACH_INVALID_ARGUMENT ? -PORT_EAGAIN : mach_errno(ret);
}

static int wake(uint32_t *word, int flags)
{
	struct {
		struct mach_header head;
		struct mach_word address;
		struct mach_int value, flags;
	} msg = {
		.address = MACH_WORD((uintptr_t)word),
		.value = MACH_INT(0),
		.flags = MACH_INT(GSYNC_SHARED | flags),
	};

	return mach_rpc_send(&msg.head, sizeof(msg), mach.task, MACH_CALL_GSYNC_WAKE);
}

/* The call does not answer, so nobody knows how many it woke. */
long mach_gsync_wake(uint32_t *word, int count)
{
	int ret = MACH_OK;

	if (count == INT32_MAX)
		return mach_errno(wake(word, GSYNC_BROADCAST));
	while (count-- > 0 && ret == MACH_OK)
		ret = wake(word, 0);
	return mach_errno(ret);
}
