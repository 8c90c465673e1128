#include "redox_process.h"

#include "port.h"
#include "redox_call.h"
#include "redox_state.h"

#define ESRCH 3
#define ECHILD 10

/* What ends a context, written to the one that runs or to its status: in entry.S too. */
const uint64_t redox_verb_end = UINT64_MAX;

/* In entry.S. */
int redox_context_save(struct redox_context *context) __attribute__((returns_twice));
void redox_context_resume(void);
void redox_thread_entry(void);

#define NAME(text) (text), sizeof(text) - 1

/* Opens `name` of a file, writes to it and closes it, which is when it takes effect. */
static long tell(long file, const char *name, size_t name_len, const void *data, size_t len)
{
	long fd = redox_dup_new(file, name, name_len), ret, closed;

	if (fd < 0)
		return fd;
	ret = redox_write(fd, data, len);
	closed = redox_close_slot(fd);
	return ret < 0 ? ret : closed;
}

long redox_context_start(long context, const struct redox_parts *parts)
{
	const uint64_t addresses[] = { (uint64_t)parts->addresses, parts->stack, parts->entry,
				       parts->argument };
	const uint64_t files = (uint64_t)parts->files;
	long ret = tell(context, NAME("current-addrspace"), addresses, sizeof(addresses));

	if (ret >= 0)
		ret = tell(context, NAME("current-filetable"), &files, sizeof(files));
	if (ret >= 0)
		ret = tell(context, NAME("start"), "0", 1);
	return ret;
}

/* What a new context is made of, each 0 or a descriptor. */
struct handles {
	long self, addresses, own_addresses, files, own_files, context;
};

static long handles_close(struct handles *handles, long result)
{
	const long all[] = { handles->self, handles->addresses, handles->own_addresses,
			     handles->files, handles->own_files };

	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] > 0)
			redox_close_slot(all[i]);
	}
	if (result < 0 && handles->context > 0)
		redox_close_slot(handles->context);
	return result;
}

static long open_one(long *handle, long file, const char *name, size_t len)
{
	long fd = redox_dup_new(file, name, len);

	*handle = fd < 0 ? 0 : fd;
	return fd;
}

/* For a thread: this process's own address space and table of descriptors. */
static long handles_open(struct handles *handles)
{
	long ret = open_one(&handles->self, redox.roots.proc, NAME("cur-context"));

	if (ret >= 0)
		ret = open_one(&handles->own_files, handles->self, NAME("filetable"));
	if (ret >= 0)
		ret = open_one(&handles->own_addresses, handles->self, NAME("addrspace"));
	if (ret >= 0)
		ret = open_one(&handles->context, redox.roots.proc, NAME("new-context"));
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
	struct handles handles = { 0 };
	long ret = handles_open(&handles);
	const struct redox_parts parts = {
		.addresses = handles.own_addresses,
		.files = handles.own_files,
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
	ret = handles_close(&handles, ret);
	if (ret < 0)
		*alive = 0;
	else
		thread_keep(handles.context);
	return ret < 0 ? ret : 0;
}

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
	ret = port_map_shared(PORT_PAGE_SIZE, &ends);
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
static long in_child(struct handles *handles)
{
	redox.own_end = &redox.ends[redox.next_slot];
	redox.ends = NULL;
	/* These came later than the copy of the table; in it they are free. */
	redox_slot_give(handles->own_files);
	redox_slot_give(handles->own_addresses);
	handles->own_files = 0;
	handles->own_addresses = 0;
	handles_close(handles, 0);
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

static long child_start(struct redox_child *child, struct handles *handles,
			const struct redox_context *saved)
{
	const struct redox_parts parts = {
		.addresses = handles->own_addresses,
		.files = handles->own_files,
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
static long fork_start(struct handles *handles, const struct redox_context *saved)
{
	struct redox_child *child = &redox.children[redox.next_slot];
	long ret = redox_dup(handles->addresses, NAME("exclusive"), handles->own_addresses);

	*child = (struct redox_child){ .end = &redox.ends[redox.next_slot] };
	*child->end = (struct redox_end){ 0 };
	if (ret >= 0)
		ret = child_start(child, handles, saved);
	ret = handles_close(handles, ret);
	if (ret < 0)
		return ret;
	child->context = handles->context;
	return handles->context;
}

static long fork_open(struct handles *handles)
{
	long ret = open_one(&handles->self, redox.roots.proc, NAME("cur-context"));

	if (ret >= 0)
		ret = open_one(&handles->addresses, handles->self, NAME("addrspace"));
	if (ret >= 0)
		ret = open_one(&handles->files, handles->self, NAME("filetable"));
	if (ret >= 0)
		ret = open_one(&handles->context, redox.roots.proc, NAME("new-context"));
	if (ret >= 0)
		ret = open_one(&handles->own_files, handles->files, NAME("copy"));
	if (ret >= 0)
		ret = handles->own_addresses = redox_slot_take();
	return ret;
}

long redox_fork(void)
{
	struct redox_context saved;
	struct handles handles = { 0 };
	long ret = family_start();

	if (ret < 0)
		return ret;
	if (!child_take(&redox.next_slot))
		return -PORT_EAGAIN;
	ret = fork_open(&handles);
	if (ret < 0)
		return handles_close(&handles, ret);
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
		long self = redox_dup_new(redox.roots.proc, NAME("cur-context"));

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

static long child_bury(struct redox_child *child, struct port_end *end)
{
	long context = child->context;
	bool told = __atomic_load_n(&child->end->told, __ATOMIC_ACQUIRE);

	*end = (struct port_end){
		.status = told ? child->end->status : 0,
		.signal = told ? 0 : PORT_SIGKILL,
	};
	child->context = 0;
	redox_close_slot(context);
	return context;
}

long redox_wait(long pid, struct port_end *end)
{
	for (;;) {
		bool exists;
		struct redox_child *child = child_find(pid, &exists);
		long ret;

		if (child)
			return child_bury(child, end);
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
		tell(child->context, NAME("status"), &redox_verb_end, sizeof(redox_verb_end));
		killed = 0;
	}
	return killed;
}
