#include "mach_pipe.h"

#include "mach_descriptor.h"
#include "mach_right.h"
#include "mach_rpc.h"
#include "port.h"
#include "text.h"

/* A write of more is several messages, as one of more than PIPE_BUF may be elsewhere. */
#define DATA_MAX 4096
#define DATA_ID 0x5253

/* The most messages that a port queues. */
#define QUEUE_MAX 16

struct data_message {
	struct mach_header head;
	struct mach_type type;
	unsigned char bytes[DATA_MAX];
};

static struct mach_pipe *pipe_take(unsigned int *index)
{
	for (unsigned int i = 0; i < MACH_PIPES; i++) {
		if (!mach.pipes[i].port) {
			*index = i;
			if (i >= mach.pipes_used)
				mach.pipes_used = i + 1;
			return &mach.pipes[i];
		}
	}
	return NULL;
}

/* The receive right of a pipe that the parent made comes to this task. */
static int receive_right_fetch(struct mach_pipe *pipe)
{
	int ret = mach_receive_fetch(mach.parent, &pipe->port);

	pipe->receives = ret == MACH_OK;
	return ret;
}

/* A port that this task can send to and receive from, and that tells when nobody can send. */
static int port_make(mach_name *port)
{
	int ret = mach_port_make(mach.task, port);

	if (ret != MACH_OK)
		return ret;
	ret = mach_port_insert(mach.task, *port, *port, MACH_MAKE_SEND);
	if (ret == MACH_OK)
		ret = mach_notify(*port, MACH_NO_SENDERS, *port);
	if (ret == MACH_OK)
		ret = mach_queue_limit_set(*port, QUEUE_MAX);
	if (ret != MACH_OK)
		mach_receive_drop(*port);
	return ret;
}

long mach_pipe_make(int fds[2])
{
	unsigned int index;
	struct mach_pipe *pipe = pipe_take(&index);
	mach_name port;
	int ret;

	if (!pipe)
		return -MACH_EMFILE;
	ret = port_make(&port);
	if (ret != MACH_OK)
		return mach_errno(ret);
	*pipe = (struct mach_pipe){
		.port = port,
		.readers = 1,
		.writers = 1,
		.receives = true,
		.message = pipe->message,
	};
	fds[0] = mach_descriptor_take(MACH_PIPE_READ, index);
	fds[1] = mach_descriptor_take(MACH_PIPE_WRITE, index);
	return fds[0] < 0 || fds[1] < 0 ? -MACH_EMFILE : 0;
}

/* What of a message the reader has no room for stays with the pipe. */
static long leave(struct mach_pipe *pipe, const unsigned char *bytes, unsigned int count)
{
	if (!pipe->message) {
		void *page = NULL;
		long ret = port_mmap(DATA_MAX, &page);

		if (ret < 0)
			return ret;
		pipe->message = page;
	}
	memcpy(pipe->message, bytes, count);
	pipe->left_at = 0;
	pipe->left = count;
	return 0;
}

static long take_left(struct mach_pipe *pipe, void *buf, size_t len)
{
	size_t count = pipe->left < len ? pipe->left : len;

	memcpy(buf, pipe->message + pipe->left_at, count);
	pipe->left_at += (unsigned int)count;
	pipe->left -= (unsigned int)count;
	return (long)count;
}

long mach_pipe_read(struct mach_pipe *pipe, void *buf, size_t len)
{
	struct data_message msg;
	size_t count;
	int ret;

	if (pipe->left)
		return take_left(pipe, buf, len);
	if (pipe->at_end)
		return 0;
	if (!pipe->receives) {
		ret = receive_right_fetch(pipe);
		if (ret != MACH_OK)
			return -PORT_EOPNOTSUPP;
	}
	ret = mach_msg(&msg.head, MACH_RECEIVE, 0, sizeof(msg), pipe->port, 0, 0);
	/* Another task has fetched the right since. */
	if (ret == MACH_RECEIVE_INVALID_NAME)
		return -PORT_EOPNOTSUPP;
	if (ret != MACH_OK)
		return mach_errno(ret);
	if (msg.head.id == MACH_NO_SENDERS) {
		pipe->at_end = true;
		return 0;
	}
	count = msg.type.number < len ? msg.type.number : len;
	memcpy(buf, msg.bytes, count);
	if (count < msg.type.number) {
		long left = leave(pipe, msg.bytes + count, msg.type.number - (unsigned int)count);

		if (left < 0)
			return left;
	}
	return (long)count;
}

static int send_data(mach_name port, const unsigned char *bytes, size_t count)
{
	struct data_message msg;
	size_t size = (offsetof(struct data_message, bytes) + count + 7) & ~(size_t)7;

	msg.head = (struct mach_header){
		.bits = MACH_BITS((uint32_t)MACH_COPY_SEND, 0u),
		.size = (uint32_t)size,
		.remote = port,
		.id = DATA_ID,
	};
	msg.type = MACH_TYPE(MACH_BYTE, 8, (uint32_t)count);
	memcpy(msg.bytes, bytes, count);
	return mach_msg(&msg.head, MACH_SEND, (uint32_t)size, 0, 0, 0, 0);
}

long mach_pipe_write(const struct mach_pipe *pipe, const void *buf, size_t len)
{
	const unsigned char *bytes = buf;

	for (size_t done = 0; done < len;) {
		size_t count = len - done < DATA_MAX ? len - done : DATA_MAX;
		int ret = send_data(pipe->port, bytes + done, count);

		if (ret != MACH_OK)
			return done ? (long)done : mach_errno(ret);
		done += count;
	}
	return (long)len;
}

static void pipe_free_if_unused(struct mach_pipe *pipe)
{
	if (pipe->writers || pipe->readers || (pipe->receives && pipe->shared))
		return;
	pipe->port = 0;
	pipe->left = 0;
}

long mach_pipe_let_go(struct mach_pipe *pipe, bool writer)
{
	int ret = MACH_OK;

	if (writer && --pipe->writers == 0)
		ret = mach_port_drop(mach.task, pipe->port);
	/* A child that inherited this end may still come for the right. */
	if (!writer && --pipe->readers == 0 && pipe->receives && !pipe->shared)
		ret = mach_receive_drop(pipe->port);
	pipe_free_if_unused(pipe);
	return mach_errno(ret);
}

int mach_pipes_give(mach_name task)
{
	for (unsigned int i = 0; i < mach.pipes_used; i++) {
		struct mach_pipe *pipe = &mach.pipes[i];
		int ret;

		if (!pipe->port)
			continue;
		if (pipe->readers && !pipe->shared) {
			pipe->shared = true;
			mach.pipes_shared++;
		}
		if (!pipe->writers)
			continue;
		ret = mach_port_insert(task, pipe->port, pipe->port, MACH_COPY_SEND);
		if (ret != MACH_OK)
			return ret;
	}
	return MACH_OK;
}

void mach_pipes_inherited(void)
{
	mach.pipes_shared = 0;
	for (unsigned int i = 0; i < mach.pipes_used; i++) {
		struct mach_pipe *pipe = &mach.pipes[i];

		pipe->receives = false;
		pipe->shared = false;
		pipe_free_if_unused(pipe);
	}
}

void mach_pipes_sweep(void)
{
	if (!mach.pipes_shared)
		return;
	mach.pipes_shared = 0;
	for (unsigned int i = 0; i < mach.pipes_used; i++) {
		struct mach_pipe *pipe = &mach.pipes[i];

		if (!pipe->port || !pipe->shared)
			continue;
		pipe->shared = false;
		if (!pipe->readers && pipe->receives) {
			/* Unless a child has fetched it. */
			if (mach_receive_is_here(pipe->port))
				mach_receive_drop(pipe->port);
			pipe->receives = false;
		}
		pipe_free_if_unused(pipe);
	}
}
