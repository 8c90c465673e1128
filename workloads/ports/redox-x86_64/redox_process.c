#include "redox_process.h"

#include "port.h"
#include "redox_call.h"
#include "redox_context.h"
#include "redox_state.h"

#define ESRCH 3
#define ECHILD 10

/* In entry.S. */
struct redox_context {
	uint64_t rbx, rbp, r12, r13, r14, r15, rip, rsp;
};
int redox_context_save(struct redox_context *context) __attribute__((returns_twice));
void redox_context_resume(void);

static bool child_take(unsigned int *slot)
{
	unsigned int i = 0;

	while (i < redox.children_used && redox.children[i].context)
		i++;
	*slot = i;
	if (i == REDOX_CHILDREN)
		return false;
	if (i == redox.children_used)
		redox.children_used++;
	return true;
}

_Static_assert(REDOX_CHILDREN * sizeof(struct redox_end) <= PORT_PAGE_SIZE,
	       "the ends of all children fit in a page");

/* The table of ends and the file that tells deaths are made with the first child. */
static long family_start(void)
{
	void *ends = NULL;
	long fd, ret;

	if (redox.deaths)
		return 0;
	ret = port_mmap_shared(PORT_PAGE_SIZE, &ends);
	if (ret < 0)
		return ret;
	fd = redox_slot_take();
	if (fd < 0)
		return fd;
	ret = redox_open(redox.roots.event, "", 0, fd);
	if (ret < 0) {
		redox_slot_give(fd);
		return ret;
	}
	redox.ends = ends;
	redox.deaths = fd;
	return 0;
}

/* The copies of the descriptors that its parent made it with, and of its parent's own. */
static long in_child(struct redox_handles *handles)
{
	redox.own_end = &redox.ends[redox.next_slot];
	redox.ends = NULL;
	/* These came later than the copy of the table; in it they are free. */
	redox_slot_give(handles->files_copy);
	redox_slot_give(handles->addresses_copy);
	handles->files_copy = 0;
	handles->addresses_copy = 0;
	redox_handles_close(handles, 0);
	redox_close_slot(handles->context);
	redox_close_slot(redox.deaths);
	redox.deaths = 0;
	for (unsigned int i = 0; i < redox.children_used; i++) {
		if (redox.children[i].context)
			redox_close_slot(redox.children[i].context);
	}
	redox.children_used = 0;
	return 0;
}

/* Tells this process when the context ends. */
struct event {
	uint64_t file, flags, data;
};
#define EVENT_READ 1

static long child_start(struct redox_child *child, struct redox_handles *handles,
			const struct redox_context *saved)
{
	const struct redox_parts parts = {
		.addresses = handles->addresses_copy,
		.files = handles->files_copy,
		.stack = saved->rsp,
		.entry = (uintptr_t)redox_context_resume,
		.argument = (uintptr_t)saved,
	};
	const struct event event = {
		.file = (uint64_t)handles->context,
		.flags = EVENT_READ,
		.data = (uint64_t)(child - redox.children),
	};
	long ret = redox_write(redox.deaths, &event, sizeof(event));

	return ret < 0 ? ret : redox_context_start(handles->context, &parts);
}

/*
 * The child's own table of descriptors and, last, its own memory: what it knows of itself stands in
 * this one by then.
 */
static long fork_start(struct redox_handles *handles, const struct redox_context *saved)
{
	struct redox_child *child = &redox.children[redox.next_slot];
	long ret = redox_dup(handles->addresses, REDOX_NAME("exclusive"), handles->addresses_copy);

	*child = (struct redox_child){ .end = &redox.ends[redox.next_slot] };
	*child->end = (struct redox_end){ 0 };
	if (ret >= 0)
		ret = child_start(child, handles, saved);
	ret = redox_handles_close(handles, ret);
	if (ret < 0)
		return ret;
	child->context = handles->context;
	return handles->context;
}

static long fork_open(struct redox_handles *handles)
{
	long ret = redox_handle_open(&handles->self, redox.roots.proc, REDOX_NAME("cur-context"));

	if (ret >= 0)
		ret = redox_handle_open(&handles->addresses, handles->self,
					REDOX_NAME("addrspace"));
	if (ret >= 0)
		ret = redox_handle_open(&handles->files, handles->self, REDOX_NAME("filetable"));
	if (ret >= 0)
		ret = redox_handle_open(&handles->context, redox.roots.proc,
					REDOX_NAME("new-context"));
	if (ret >= 0)
		ret = redox_handle_open(&handles->files_copy, handles->files, REDOX_NAME("copy"));
	if (ret >= 0)
		ret = handles->addresses_copy = redox_slot_take();
	return ret;
}

long redox_fork(void)
{
	struct redox_context saved;
	struct redox_handles handles = { 0 };
	long ret = family_start();

	if (ret < 0)
		return ret;
	if (!child_take(&redox.next_slot))
		return -PORT_EAGAIN;
	ret = fork_open(&handles);
	if (ret < 0)
		return redox_handles_close(&handles, ret);
	if (redox_context_save(&saved))
		return in_child(&handles);
	return fork_start(&handles, &saved);
}

void redox_exit(int status)
{
	if (redox.own_end) {
		redox.own_end->status = status;
		__atomic_store_n(&redox.own_end->told, true, __ATOMIC_RELEASE);
	}
	for (;;) {
		long self = redox_dup_new(redox.roots.proc, REDOX_NAME("cur-context"));

		redox_write(self, &redox_verb_end, sizeof(redox_verb_end));
	}
}

static long death_hear(void)
{
	struct event event;
	long ret = redox_read(redox.deaths, &event, sizeof(event));

	if (ret < 0)
		return ret;
	if (event.data < redox.children_used)
		redox.children[event.data].dead = true;
	return 0;
}

static struct redox_child *child_find(long pid, bool *exists)
{
	*exists = false;
	for (unsigned int i = 0; i < redox.children_used; i++) {
		struct redox_child *child = &redox.children[i];

		if (!child->context || (pid > 0 && pid != child->context))
			continue;
		*exists = true;
		if (child->dead)
			return child;
	}
	return NULL;
}

static long child_bury(struct redox_child *child, struct port_wait_status *status)
{
	long context = child->context;
	bool told = __atomic_load_n(&child->end->told, __ATOMIC_ACQUIRE);

	*status = (struct port_wait_status){
		.exit_status = told ? child->end->status : 0,
		.signal = told ? 0 : PORT_SIGKILL,
	};
	child->context = 0;
	redox_close_slot(context);
	return context;
}

long redox_wait(long pid, struct port_wait_status *status)
{
	for (;;) {
		bool exists;
		struct redox_child *child = child_find(pid, &exists);
		long ret;

		if (child)
			return child_bury(child, status);
		if (!exists)
			return -ECHILD;
		ret = death_hear();
		if (ret < 0)
			return ret;
	}
}

/* Of signals there is only the one that ends a context; of processes, this one's children. */
long redox_kill(long pid, int signal)
{
	long killed = -ESRCH;

	if (signal != PORT_SIGKILL)
		return -PORT_ENOSYS;
	for (unsigned int i = 0; i < redox.children_used; i++) {
		const struct redox_child *child = &redox.children[i];

		if (!child->context || child->dead || (pid > 0 && pid != child->context))
			continue;
		redox_tell(child->context, REDOX_NAME("status"), &redox_verb_end,
			   sizeof(redox_verb_end));
		killed = 0;
	}
	return killed;
}
