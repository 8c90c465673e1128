#include "scaling.h"

#include "text.h"

#define STACK_BYTES 16384

/* The first page that the tasks share; behind it is the memory of scaling_shared(). */
struct control {
	uint32_t round;	  /* a futex: incremented to release the tasks */
	uint32_t pending; /* a futex: tasks that have not finished the round */
	uint32_t stop;	  /* the round is the last: end */
	uint64_t count;	  /* operations per task in this round */
	/* The first failed check of a task other than the first. */
	uint32_t failed;
	const char *what;
	int64_t expected, got;
};

static struct control *control;
static unsigned int task_count;
static struct task tasks[SCALING_TASKS_MAX];
static long pids[SCALING_TASKS_MAX];
static uint32_t alive[SCALING_TASKS_MAX];
static unsigned char stacks[SCALING_TASKS_MAX][STACK_BYTES] __attribute__((aligned(16)));
static char paths[SCALING_TASKS_MAX][2][24];

void *scaling_shared(void)
{
	return (unsigned char *)control + PORT_PAGE_SIZE;
}

void task_wrong(struct task *task, const char *what, int64_t expected, int64_t got)
{
	if (task->number == 0)
		bench_wrong(what, expected, got);
	if (__atomic_load_n(&control->failed, __ATOMIC_ACQUIRE))
		return;
	control->what = what;
	control->expected = expected;
	control->got = got;
	__atomic_store_n(&control->failed, 1, __ATOMIC_RELEASE);
}

long task_require(struct task *task, const char *what, long result)
{
	/* The first task sets up before the others: a call that works there is not absent here. */
	if (task->number == 0)
		return bench_require(what, result);
	if (result < 0)
		task_wrong(task, what, 0, result);
	return result;
}

const char *task_path(struct task *task, int shared)
{
	static const char base[] = "/tmp/scaling-x";
	char *path = paths[task->number][!!shared];

	memcpy(path, base, sizeof(base));
	if (!shared)
		path[sizeof(base) - 2] = (char)('0' + task->number);
	return path;
}

int task_file(struct task *task, int shared, size_t size)
{
	static const unsigned char zeros[PORT_PAGE_SIZE];
	long fd = task_require(task, "open of a file in /tmp",
			       port_open(task_path(task, shared), PORT_O_CREAT | PORT_O_RDWR));

	for (size_t at = 0; at < size; at += sizeof(zeros))
		task_check(task, "write", sizeof(zeros),
			   port_pwrite((int)fd, zeros, sizeof(zeros), (int64_t)at));
	return (int)fd;
}

/* Sleeps while *word is `value`; returns the new value. */
static uint32_t wait_while(uint32_t *word, uint32_t value)
{
	uint32_t now;

	while ((now = __atomic_load_n(word, __ATOMIC_ACQUIRE)) == value)
		port_futex_wait(word, value);
	return now;
}

static void finish_round(void)
{
	if (__atomic_sub_fetch(&control->pending, 1, __ATOMIC_ACQ_REL) == 0)
		port_futex_wake(&control->pending, 1);
}

static void wait_for_tasks(void)
{
	uint32_t pending;

	while ((pending = __atomic_load_n(&control->pending, __ATOMIC_ACQUIRE)))
		wait_while(&control->pending, pending);
	if (BENCH_UNLIKELY(__atomic_load_n(&control->failed, __ATOMIC_ACQUIRE)))
		bench_wrong(control->what, control->expected, control->got);
}

static void task_main(void *arg)
{
	struct task *task = arg;
	uint32_t round = 0;

	task_check(task, "a CPU of its own", 0, port_set_affinity(task->number));
	if (scaling.setup)
		scaling.setup(task);
	finish_round();
	for (;;) {
		round = wait_while(&control->round, round);
		if (control->stop)
			break;
		scaling.run(task, control->count);
		finish_round();
	}
	if (scaling.teardown)
		scaling.teardown(task);
}

uint64_t scaling_count(void)
{
	return scaling.iterations * bench_param(0, 1);
}

static void setup_common(void)
{
	void *shared = NULL;
	long ret = 0;

	task_count = (unsigned int)bench_param(0, 1);
	bench_check("tasks within SCALING_TASKS_MAX", 1,
		    task_count >= 1 && task_count <= SCALING_TASKS_MAX);
	/* Tries each CPU, ending on the first task's. A single task needs no affinity calls. */
	for (unsigned int cpu = task_count; cpu-- > 0 && (task_count > 1 || cpu);) {
		ret = port_set_affinity(cpu);
		if (ret < 0)
			bench_absent("a CPU for each task", ret);
	}
	bench_require("shared mmap",
		      port_mmap_shared(PORT_PAGE_SIZE + SCALING_SHARED_BYTES, &shared));
	control = shared;
	control->pending = task_count - 1;
	for (unsigned int i = 0; i < task_count; i++)
		tasks[i].number = i;
	if (scaling.setup)
		scaling.setup(&tasks[0]);
}

void scaling_setup_processes(void)
{
	setup_common();
	for (unsigned int i = 1; i < task_count; i++) {
		pids[i] = bench_require("fork", port_fork());
		if (pids[i] == 0) {
			task_main(&tasks[i]);
			port_exit(0);
		}
	}
	wait_for_tasks();
}

void scaling_setup_threads(void)
{
	setup_common();
	for (unsigned int i = 1; i < task_count; i++)
		bench_require("clone of a thread",
			      port_thread_create(task_main, &tasks[i], stacks[i] + STACK_BYTES,
						 &alive[i]));
	wait_for_tasks();
}

void scaling_run(uint64_t n)
{
	uint64_t count = n / task_count;

	if (task_count == 1) {
		scaling.run(&tasks[0], count);
		return;
	}
	control->count = count;
	control->pending = task_count - 1;
	__atomic_add_fetch(&control->round, 1, __ATOMIC_RELEASE);
	port_futex_wake(&control->round, (int)task_count);
	scaling.run(&tasks[0], count);
	wait_for_tasks();
}

void scaling_teardown(void)
{
	struct port_wait_status status;
	uint32_t seen;

	control->stop = 1;
	__atomic_add_fetch(&control->round, 1, __ATOMIC_RELEASE);
	port_futex_wake(&control->round, (int)task_count);
	for (unsigned int i = 1; i < task_count; i++) {
		while ((seen = __atomic_load_n(&alive[i], __ATOMIC_ACQUIRE)))
			port_futex_wait(&alive[i], seen);
		if (!pids[i])
			continue;
		bench_check("wait for a task", pids[i], port_wait(pids[i], &status));
		bench_check("how a task ended", 0, status.exit_status | status.signal);
	}
	if (scaling.teardown)
		scaling.teardown(&tasks[0]);
}
