#include "mach_right.h"

#include "mach_rpc.h"

int mach_receive_drop(mach_name port)
{
	union {
		struct {
			struct mach_header head;
			struct mach_int name, right, delta;
		} call;
		struct mach_reply reply;
	} msg = { .call = {
			  .name = MACH_NAME(port),
			  .right = MACH_INT(MACH_RIGHT_RECEIVE),
			  .delta = MACH_INT(-1),
		  } };

	return mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), mach.task,
			MACH_CALL_PORT_MOD_REFS);
}

#define TYPE_RECEIVE (1u << (16 + MACH_RIGHT_RECEIVE))

bool mach_receive_is_here(mach_name port)
{
	union {
		struct {
			struct mach_header head;
			struct mach_int name;
		} call;
		struct {
			struct mach_reply reply;
			struct mach_int type;
		} reply;
	} msg = { .call = { .name = MACH_NAME(port) } };
	int ret = mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), mach.task,
			   MACH_CALL_PORT_TYPE);

	return ret == MACH_OK && (uint32_t)msg.reply.type.value & TYPE_RECEIVE;
}

int mach_queue_limit_set(mach_name port, int limit)
{
	union {
		struct {
			struct mach_header head;
			struct mach_int name, limit;
		} call;
		struct mach_reply reply;
	} msg = { .call = { .name = MACH_NAME(port), .limit = MACH_INT(limit) } };

	return mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), mach.task,
			MACH_CALL_PORT_SET_QLIMIT);
}

int mach_receive_fetch(mach_name from, mach_name *name)
{
	union {
		struct {
			struct mach_header head;
			struct mach_int name, right;
		} call;
		struct {
			struct mach_reply reply;
			struct mach_word port;
		} reply;
	} msg = { .call = {
			  .name = MACH_NAME(*name),
			  .right = MACH_INT(MACH_MOVE_RECEIVE),
		  } };
	int ret = mach_rpc(&msg.call.head, sizeof(msg.call), sizeof(msg), from,
			   MACH_CALL_PORT_EXTRACT_RIGHT);

	if (ret == MACH_OK)
		*name = (mach_name)msg.reply.port.value;
	return ret;
}
