#include "mach_process.h"

#include "mach_pipe.h"
#include "mach_rpc.h"
#include "port.h"

#define ESRCH 3
#define ECHILD 10

/* What a child sends to its parent before it terminates itself: Mach keeps no exit status. */
#define END_ID 0x5254

struct end_message {
	struct mach_header head;
	struct mach_int slot, status;
};

struct death_message {
	struct mach_header head;
	struct mach_int name;
};

static struct mach_child *child_find(mach_name task)
{
	for (unsigned int i = 0; i < mach.children_used; i++) {
		if (mach.children[i].task == task)
			return &mach.children[i];
	}
	return NULL;
}

static bool child_take(unsigned int *slot)
{
	const struct mach_child *gone = child_find(0);

	*slot = gone ? (unsigned int)(gone - mach.children) : mach.children_used;
	if (*slot == MACH_CHILDREN)
		return false;
	if (*slot == mach.children_used)
		mach.children_used++;
	return true;
}

/*
 * Gives a new task, by the names that its copy of this memory holds, what a first one gets at
 * boot, and what ties it to this one.
 */
static int rights_give(mach_name task)
{
	int ret = mach_port_insert(task, mach.task, task, MACH_COPY_SEND);

	if (ret == MACH_OK)
		ret = mach_port_make_named(task, mach.first_reply);
	if (ret == MACH_OK)
		ret = mach_port_insert(task, mach.host, mach.host, MACH_COPY_SEND);
	if (ret == MACH_OK)
		ret = mach_port_insert(task, mach.parent, mach.task, MACH_COPY_SEND);
	if (ret == MACH_OK)
		ret = mach_port_insert(task, mach.wait, mach.wait, MACH_MAKE_SEND);
	if (ret == MACH_OK)
		ret = mach_pipes_give(task);
	return ret;
}

static long in_child(void)
{
	mach.exit = mach.wait;
	mach.wait = 0;
	mach.slot = mach.next_slot;
	mach.host_privileged = 0;
	mach.replies[0] = mach.first_reply;
	for (unsigned int i = 1; i < MACH_REPLY_PORTS; i++)
		mach.replies[i] = 0;
	mach.children_used = 0;
	mach_pipes_inherited();
	return 0;
}

/* Makes the task whose first thread returns from mach_context_save() as we did, but with 1. */
static long task_start(struct mach_child *child, const struct mach_context *context)
{
	static const uint64_t registers[4] = { 1 };
	mach_name task;
	int ret = mach_task_create(mach.task, 1, &task);

	if (ret != MACH_OK)
		return mach_errno(ret);
	*child = (struct mach_child){ .task = task };
	ret = rights_give(task);
	if (ret == MACH_OK)
		ret = mach_notify(task, MACH_DEAD_NAME, mach.wait);
	if (ret == MACH_OK)
		ret = mach_thread_start(task, context, registers);
	if (ret == MACH_OK)
		return (long)task;
	child->task = 0;
	mach_task_terminate(task);
	mach_port_drop(mach.task, task);
	return mach_errno(ret);
}

long mach_fork(void)
{
	struct mach_context context;

	if (!child_take(&mach.next_slot))
		return -PORT_EAGAIN;
	if (!mach.wait && mach_port_make(mach.task, &mach.wait) != MACH_OK)
		return -PORT_EAGAIN;
	if (mach_context_save(&context))
		return in_child();
	return task_start(&mach.children[mach.next_slot], &context);
}

static int end_tell(int status)
{
	struct end_message msg = {
		.head = {
			.bits = MACH_BITS((uint32_t)MACH_COPY_SEND, 0u),
			.size = sizeof(msg),
			.remote = mach.exit,
			.id = END_ID,
		},
		.slot = MACH_INT(mach.slot),
		.status = MACH_INT(status),
	};

	return mach_msg(&msg.head, MACH_SEND, sizeof(msg), 0, 0, 0, 0);
}

void mach_exit(int status)
{
	if (mach.exit)
		end_tell(status);
	for (;;)
		mach_task_terminate(mach.task);
}

/* Takes the next message about a child's end. */
static int end_hear(void)
{
	union {
		struct mach_header head;
		struct end_message end;
		struct death_message death;
		unsigned char room[128];
	} msg;
	struct mach_child *child;
	int ret = mach_msg(&msg.head, MACH_RECEIVE, 0, sizeof(msg), mach.wait, 0, 0);

	if (ret != MACH_OK)
		return ret;
	if (msg.head.id == END_ID && (uint32_t)msg.end.slot.value < mach.children_used) {
		child = &mach.children[msg.end.slot.value];
		child->status = msg.end.status.value;
		child->told = true;
	}
	if (msg.head.id == MACH_DEAD_NAME) {
		child = child_find((mach_name)msg.death.name.value);
		if (child)
			child->dead = true;
	}
	return MACH_OK;
}

static struct mach_child *child_dead(long pid)
{
	for (unsigned int i = 0; i < mach.children_used; i++) {
		struct mach_child *child = &mach.children[i];

		if (child->task && child->dead && (pid < 0 || (mach_name)pid == child->task))
			return child;
	}
	return NULL;
}

static bool child_exists(long pid)
{
	for (unsigned int i = 0; i < mach.children_used; i++) {
		mach_name task = mach.children[i].task;

		if (task && (pid < 0 || (mach_name)pid == task))
			return true;
	}
	return false;
}

/* The name has one reference of ours and one that came with the notice. */
static long child_bury(struct mach_child *child, struct port_wait_status *status)
{
	mach_name task = child->task;

	*status = (struct port_wait_status){
		.exit_status = child->told ? child->status : 0,
		.signal = child->told ? 0 : PORT_SIGKILL,
	};
	mach_port_drop(mach.task, task);
	mach_port_drop(mach.task, task);
	child->task = 0;
	if (!child_exists(PORT_ALL_PROCESSES))
		mach_pipes_sweep();
	return (long)task;
}

long mach_wait(long pid, struct port_wait_status *status)
{
	for (;;) {
		struct mach_child *child = child_dead(pid);
		int ret;

		if (child)
			return child_bury(child, status);
		if (!child_exists(pid))
			return -ECHILD;
		ret = end_hear();
		if (ret != MACH_OK)
			return mach_errno(ret);
	}
}

/* Of signals there is only the one that ends a task; of processes, this one's children. */
long mach_kill(long pid, int signal)
{
	long killed = -ESRCH;

	if (signal != PORT_SIGKILL)
		return -PORT_ENOSYS;
	for (unsigned int i = 0; i < mach.children_used; i++) {
		struct mach_child *child = &mach.children[i];

		if (!child->task || child->dead || (pid > 0 && (mach_name)pid != child->task))
			continue;
		mach_task_terminate(child->task);
		killed = 0;
	}
	return killed;
}
