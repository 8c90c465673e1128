#include "mono.h"

#include "measure.h"
#include "plan.h"
#include "report.h"
#include "settle.h"
#include "snapshot.h"
#include "text.h"

/* The exit status of a shell that does not find a command. */
#define NOT_FOUND 127

/* In plan.S. */
extern const char mono_plan[MONO_PLAN_SIZE];

/* Where measure_end() jumps back to, and the status it was given. */
static void *end_buffer[5];
static volatile int end_status;

void measure_end(int status)
{
	end_status = status;
	port_drain(PORT_CONSOLE);
	__builtin_longjmp(end_buffer, 1);
}

/* The workload named by a line of the plan, or NULL; *param is its parameter, or NULL. */
static const struct bench *find(const char *line, const char **param)
{
	for (size_t i = 0; i < mono_workload_count; i++) {
		const char *name = mono_workloads[i].name, *at = line;

		while (*name && *name == *at) {
			name++;
			at++;
		}
		if (*name || (*at && *at != '/'))
			continue;
		*param = *at ? at + 1 : NULL;
		return mono_workloads[i].bench;
	}
	return NULL;
}

/* Not inlined: __builtin_longjmp() restores only the frame and the stack pointer. */
static __attribute__((noinline)) int run_workload(const struct bench *what,
						  const struct measure_request *request)
{
	if (__builtin_setjmp(end_buffer))
		return end_status;
	measure(what, request);
	return 0;
}

/* Processes that a failed workload left running must not disturb the next one. */
static void kill_leftovers(void)
{
	struct port_wait_status status;

	if (port_kill(PORT_ALL_PROCESSES, PORT_SIGKILL) != 0)
		return;
	while (port_wait(PORT_ALL_PROCESSES, &status) > 0)
		;
}

/* In a child if there is fork, whose exit releases what the workload left behind; else in place. */
static struct port_wait_status run_isolated(const struct bench *what,
					    const struct measure_request *request)
{
	struct port_wait_status status = { 0 };
	long pid = port_fork();

	if (pid == 0)
		port_exit(run_workload(what, request));
	if (pid < 0) {
		status.exit_status = run_workload(what, request);
		return status;
	}
	while (port_wait(pid, &status) == -PORT_EINTR)
		;
	kill_leftovers();
	return status;
}

static void run_line(uint64_t number, const char *line, enum bench_profile profile)
{
	struct measure_request request = { .stream = number, .profile = profile, .path = "" };
	const struct bench *found = find(line, &request.param);
	struct port_wait_status status = { .exit_status = NOT_FOUND };

	report_begin(number, line);
	if (found)
		status = run_isolated(found, &request);
	else
		report_absent(number, line, -PORT_ENOSYS);
	report_end(number, &status);
}

/* In a copy of the machine the plan is the one line that the harness wrote into it. */
static void await_snapshot_line(struct plan *plan)
{
	plan->count = 0;
	if (snapshot_wait() && plan_is_runnable(snapshot_line))
		plan->workloads[plan->count++] = snapshot_line;
	else
		report_error(".ringside.plan", "says snapshot, and none was made", "line", 2,
			     "the harness to stop here");
}

static void run_plan(struct plan *plan)
{
	static struct settle settled;
	enum bench_profile profile = BENCH_QUICK;

	measure_parse_profile(plan->profile, &profile);
	port_mark(PORT_MARK_READY);
	report_hello(plan);
	report_clock();
	port_drain(PORT_CONSOLE);
	/* Without a sleep, settling would never give the CPU to what is still booting. */
	if (plan_has_workloads(plan) && port_sleep_ns(1) >= 0) {
		settle(&settled);
		report_settle(&settled);
	}
	if (plan->is_snapshot)
		await_snapshot_line(plan);
	for (size_t i = 0; i < plan->count; i++)
		run_line(i + 1, plan->workloads[i], profile);
	report_clock();
	report_bye(plan->count);
	port_mark(PORT_MARK_DONE);
}

bool mono_has_plan(void)
{
	size_t at = 0;

	while (mono_plan[at] != '\n')
		at++;
	while (at < MONO_PLAN_SIZE && mono_plan[at] == '\n')
		at++;
	return at < MONO_PLAN_SIZE;
}

void mono_run(void)
{
	static char text[MONO_PLAN_SIZE + 1];
	static struct plan plan;
	const char *expected;
	size_t line;

	/* plan_parse() writes to the text, and the section may be read-only. */
	memcpy(text, mono_plan, MONO_PLAN_SIZE);
	line = plan_parse(text, &plan, &expected);
	if (line)
		report_error(".ringside.plan", "is wrong", "line", line, expected);
	else
		run_plan(&plan);
}
