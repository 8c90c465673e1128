#include "mono.h"

#include "measure.h"
#include "plan.h"
#include "report.h"
#include "settle.h"
#include "snapshot.h"
#include "text.h"

/* What a shell answers for a command that it does not find. */
#define NOT_FOUND 127

/* In plan.S. */
extern const char mono_plan[MONO_PLAN_SIZE];

/* Where measure_end() comes out, and with what. */
static void *end_point[5];
static volatile int end_status;

void measure_end(int status)
{
	end_status = status;
	port_drain(PORT_CONSOLE);
	__builtin_longjmp(end_point, 1);
}

/* The workload that a line of the plan names, if it is here; *param is what follows, or NULL. */
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

/* A frame of its own: the jump to `end_point` takes all of its registers. */
static __attribute__((noinline)) int run_workload(const struct bench *what,
						  const struct measure_order *order)
{
	if (__builtin_setjmp(end_point))
		return end_status;
	measure(what, order);
	return 0;
}

/* What a workload that failed left running must not disturb the next. */
static void end_others(void)
{
	struct port_end end;

	if (port_kill(PORT_EVERYBODY, PORT_SIGKILL) != 0)
		return;
	while (port_wait(PORT_EVERYBODY, &end) > 0)
		;
}

/* In a child where there is fork, so that what one leaves behind goes with it; else in place. */
static struct port_end run_apart(const struct bench *what, const struct measure_order *order)
{
	struct port_end end = { 0 };
	long pid = port_fork();

	if (pid == 0)
		port_exit(run_workload(what, order));
	if (pid < 0) {
		end.status = run_workload(what, order);
		return end;
	}
	while (port_wait(pid, &end) == -PORT_EINTR)
		;
	end_others();
	return end;
}

static void run_line(uint64_t number, const char *line, enum bench_profile profile)
{
	struct measure_order order = { .stream = number, .profile = profile, .path = "" };
	const struct bench *found = find(line, &order.param);
	struct port_end end = { .status = NOT_FOUND };

	report_begin(number, line);
	if (found)
		end = run_apart(found, &order);
	else
		report_absent(number, line, -PORT_ENOSYS);
	report_end(number, &end);
}

/* The plan of a copy of the machine is the one line that was put into it. */
static void await_choice(struct plan *plan)
{
	plan->count = 0;
	if (snapshot_wait() && plan_can_run(snapshot_line))
		plan->workloads[plan->count++] = snapshot_line;
	else
		report_complaint(".ringside.plan", "says snapshot, and none was made", "line", 2,
				 "the harness to stop here");
}

static void run_plan(struct plan *plan)
{
	static struct settle settled;
	enum bench_profile profile = BENCH_QUICK;

	measure_profile(plan->profile, &profile);
	port_mark(PORT_MARK_READY);
	report_hello(plan);
	report_clock();
	port_drain(PORT_CONSOLE);
	/* A system without a sleep leaves nobody else the CPU to go on booting with. */
	if (plan_has_workloads(plan) && port_sleep_ns(1) >= 0) {
		settle(&settled);
		report_settle(&settled);
	}
	if (plan->is_snapshot)
		await_choice(plan);
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

	/* The section may lie in memory that cannot be written. */
	memcpy(text, mono_plan, MONO_PLAN_SIZE);
	line = plan_parse(text, &plan, &expected);
	if (line)
		report_complaint(".ringside.plan", "is wrong", "line", line, expected);
	else
		run_plan(&plan);
}
