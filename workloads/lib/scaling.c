#include "scaling.h"

#include "text.h"

#define STACK_BYTES 16384
#define COMMON_BYTES (16 * PORT_PAGE_SIZE)

/* Shared by the tasks: a page of its own, then what scaling_common() gives. */
struct control {
	uint32_t round; /* goes up when there is work */
	uint32_t left;	/* how many are not through with it */
	uint32_t over;
	uint64_t share;
	/* What a task other than the first found wrong. */
	uint32_t broken;
	const char *what;
	int64_t expected, got;
};

static struct control *control;
static unsigned int tasks;
static struct task task[SCALING_MOST];
static long processes[SCALING_MOST];
static uint32_t alive[SCALING_MOST];
static unsigned char stacks[SCALING_MOST][STACK_BYTES] __attribute__((aligned(16)));
static char paths[SCALING_MOST][2][24];

void *scaling_common(void)
{
	return (unsigned char *)control + PORT_PAGE_SIZE;
}

void task_wrong(struct task *who, const char *what, int64_t expected, int64_t got)
{
	if (who->number == 0)
		bench_wrong(what, expected, got);
	if (__atomic_load_n(&control->broken, __ATOMIC_ACQUIRE))
		return;
	control->what = what;
	control->expected = expected;
	control->got = got;
	__atomic_store_n(&control->broken, 1, __ATOMIC_RELEASE);
}

long task_require(struct task *who, const char *what, long result)
{
	/* The first task goes first: what it may do, the others may. */
	if (who->number == 0)
		return bench_require(what, result);
	if (result < 0)
		task_wrong(who, what, 0, result);
	return result;
}

const char *task_path(struct task *who, int common)
{
	static const char base[] = "/tmp/scaling-x";
	char *path = paths[who->number][!!common];

	memcpy(path, base, sizeof(base));
	if (!common)
		path[sizeof(base) - 2] = (char)('0' + who->number);
	return path;
}

int task_file(struct task *who, int common, size_t size)
{
	static const unsigned char zeros[PORT_PAGE_SIZE];
	long fd = task_require(who, "open of a file in /tmp",
			       port_open(task_path(who, common), PORT_O_CREAT | PORT_O_RDWR));

	for (size_t at = 0; at < size; at += sizeof(zeros))
		task_check(who, "write", sizeof(zeros),
			   port_pwrite((int)fd, zeros, sizeof(zeros), (int64_t)at));
	return (int)fd;
}

static uint32_t wait_while(uint32_t *word, uint32_t value)
{
	uint32_t now;

	while ((now = __atomic_load_n(word, __ATOMIC_ACQUIRE)) == value)
		port_futex_wait(word, value);
	return now;
}

static void through(void)
{
	if (__atomic_sub_fetch(&control->left, 1, __ATOMIC_ACQ_REL) == 0)
		port_futex_wake(&control->left, 1);
}

static void wait_for_others(void)
{
	uint32_t left;

	while ((left = __atomic_load_n(&control->left, __ATOMIC_ACQUIRE)))
		wait_while(&control->left, left);
	if (BENCH_UNLIKELY(__atomic_load_n(&control->broken, __ATOMIC_ACQUIRE)))
		bench_wrong(control->what, control->expected, control->got);
}

static void serve(void *arg)
{
	struct task *me = arg;
	uint32_t round = 0;

	task_check(me, "a CPU of its own", 0, port_pin(me->number));
	if (scaling.setup)
		scaling.setup(me);
	through();
	for (;;) {
		round = wait_while(&control->round, round);
		if (control->over)
			break;
		scaling.run(me, control->share);
		through();
	}
	if (scaling.teardown)
		scaling.teardown(me);
}

uint64_t scaling_count(void)
{
	return scaling.iterations * bench_param(0, 1);
}

static void begin(void)
{
	void *shared = NULL;
	long ret = 0;

	tasks = (unsigned int)bench_param(0, 1);
	bench_check("tasks within SCALING_MOST", 1, tasks >= 1 && tasks <= SCALING_MOST);
	/* Ends on the first one's own; where one can't be told apart, there is but one. */
	for (unsigned int cpu = tasks; cpu-- > 0 && (tasks > 1 || cpu);) {
		ret = port_pin(cpu);
		if (ret < 0)
			bench_absent("a CPU for each task", ret);
	}
	bench_require("shared mmap", port_map_shared(PORT_PAGE_SIZE + COMMON_BYTES, &shared));
	control = shared;
	control->left = tasks - 1;
	for (unsigned int i = 0; i < tasks; i++)
		task[i].number = i;
	if (scaling.setup)
		scaling.setup(&task[0]);
}

void scaling_setup_processes(void)
{
	begin();
	for (unsigned int i = 1; i < tasks; i++) {
		processes[i] = bench_require("fork", port_fork());
		if (processes[i] == 0) {
			serve(&task[i]);
			port_exit(0);
		}
	}
	wait_for_others();
}

void scaling_setup_threads(void)
{
	begin();
	for (unsigned int i = 1; i < tasks; i++)
		bench_require("clone of a thread",
			      port_thread(serve, &task[i], stacks[i] + STACK_BYTES, &alive[i]));
	wait_for_others();
}

void scaling_run(uint64_t n)
{
	uint64_t share = n / tasks;

	if (tasks == 1) {
		scaling.run(&task[0], share);
		return;
	}
	control->share = share;
	control->left = tasks - 1;
	__atomic_add_fetch(&control->round, 1, __ATOMIC_RELEASE);
	port_futex_wake(&control->round, (int)tasks);
	scaling.run(&task[0], share);
	wait_for_others();
}

void scaling_teardown(void)
{
	struct port_end end;
	uint32_t seen;

	control->over = 1;
	__atomic_add_fetch(&control->round, 1, __ATOMIC_RELEASE);
	port_futex_wake(&control->round, (int)tasks);
	for (unsigned int i = 1; i < tasks; i++) {
		while ((seen = __atomic_load_n(&alive[i], __ATOMIC_ACQUIRE)))
			port_futex_wait(&alive[i], seen);
		if (!processes[i])
			continue;
		bench_check("wait for a task", processes[i], port_wait(processes[i], &end));
		bench_check("how a task ended", 0, end.status | end.signal);
	}
	if (scaling.teardown)
		scaling.teardown(&task[0]);
}
