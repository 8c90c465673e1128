/* The first process: runs the workloads of the plan one after the other, each in its own child. */
#include <stdbool.h>

#include "children.h"
#include "format.h"
#include "plan.h"
#include "port.h"
#include "report.h"
#include "settle.h"
#include "snapshot.h"
#include "text.h"

#define PLAN_PATH "/ringside/plan"
#define PLAN_BYTES_MAX 16384
/* The exit status of a shell that can't run a command. */
#define EXEC_FAILED 127
/* Killed processes are reaped within a second. */
#define REAP_TRIES 1000
#define REAP_SLEEP_NS 1000000

/* The directory that the plan and the ELFs are below, "" for the root: argument root=DIRECTORY. */
static char root[128];
/*
 * Argument plain: no device nodes, no affinity, no test for autoreaped children. Some kernels panic
 * on an unknown system call, or never return from a read that waits for a child to exit.
 */
static bool is_plain;
static bool catch_children;

static void plan_error(const char *what, const char *key, uint64_t number, const char *expected)
{
	report_error(PLAN_PATH, what, key, number, expected);
}

/* Builds root + path; returns its length. */
static size_t root_path(char *to, const char *path)
{
	size_t len = text_len(root);

	memcpy(to, root, len);
	memcpy(to + len, path, text_len(path) + 1);
	return len + text_len(path);
}

static long read_plan(char *text, size_t size)
{
	char path[sizeof(root) + sizeof(PLAN_PATH)];
	size_t len = 0;
	long n, fd;

	root_path(path, PLAN_PATH);
	fd = port_open(path, PORT_O_RDONLY);
	if (fd < 0)
		return fd;
	do {
		n = port_read((int)fd, text + len, size - 1 - len);
		if (n > 0)
			len += (size_t)n;
	} while (n > 0 && len < size - 1);
	port_close((int)fd);
	text[len] = '\0';
	return n < 0 ? n : 0;
}

static bool load_plan(struct plan *plan)
{
	static char text[PLAN_BYTES_MAX];
	const char *expected;
	long error = read_plan(text, sizeof(text));
	size_t line;

	if (error < 0) {
		plan_error("cannot be read", "errno", (uint64_t)-error, "a plan in the initrd");
		return false;
	}
	line = plan_parse(text, plan, &expected);
	if (line) {
		plan_error("is wrong", "line", line, expected);
		return false;
	}
	return true;
}

/*
 * Builds the path of the ELF for a line of the plan: /probes/<family>/<name> for a probe, else
 * /workloads/<group>/<name>, below the root. Returns the parameter that follows the name, or NULL.
 */
static char *elf_path(char *path, const char *line)
{
	bool probe = plan_is_probe(line);
	const char *folder = probe ? "/probes/" : "/workloads/";
	const char *rest = probe ? line + text_len("probe/") : line;
	size_t len = root_path(path, folder), slashes = 0;

	memcpy(path + len, rest, text_len(rest) + 1);
	for (char *at = path + len; *at; at++) {
		if (*at == '/' && ++slashes == 2) {
			*at = '\0';
			return at + 1;
		}
	}
	return NULL;
}

static _Noreturn void exec_workload(uint64_t number, const char *line, const char *profile)
{
	static char path[sizeof(root) + 16 + PLAN_BYTES_MAX];
	static char digits[FORMAT_MAX + 1];
	char *param = elf_path(path, line), *argv[6] = { path, digits, (char *)profile };
	size_t argc = 3;

	if (param)
		argv[argc++] = param;
	if (catch_children)
		argv[argc++] = CHILDREN_CATCH;
	digits[format_u64(digits, number)] = '\0';
	report_absent(number, path, port_exec(path, argv));
	port_exit(EXEC_FAILED);
}

/* Processes that a failed workload left running must not disturb the next one. */
static void kill_leftovers(void)
{
	struct port_wait_status status;
	long ret = port_kill(PORT_ALL_PROCESSES, PORT_SIGKILL);

	/* kill(-1) spares the first process, and fails with ESRCH if there is no other. */
	for (unsigned int i = 0; ret >= 0 && i < REAP_TRIES; i++) {
		ret = port_wait_nohang(&status);
		if (ret == 0)
			port_sleep_ns(REAP_SLEEP_NS);
	}
}

static struct port_wait_status run_workload(uint64_t number, const char *line, const char *profile)
{
	struct port_wait_status status = { .exit_status = EXEC_FAILED };
	long pid = port_fork();

	if (pid == 0)
		exec_workload(number, line, profile);
	if (pid < 0) {
		report_absent(number, "fork", pid);
		return status;
	}
	port_wait(pid, &status);
	kill_leftovers();
	return status;
}

static void run_plan(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct port_wait_status status;

		report_begin(i + 1, plan->workloads[i]);
		status = run_workload(i + 1, plan->workloads[i], plan->profile);
		report_end(i + 1, &status);
	}
	report_clock();
	report_bye(plan->count);
}

/* In a copy of the machine the plan is the one line that the harness wrote into it. */
static void await_snapshot_line(struct plan *plan)
{
	port_drain(PORT_CONSOLE);
	plan->count = 0;
	if (snapshot_wait() && plan_is_runnable(snapshot_line))
		plan->workloads[plan->count++] = snapshot_line;
	else
		plan_error("says snapshot, and none was made", "line", 2,
			   "the harness to stop here");
}

/* Ignores unknown arguments: some kernels pass their first program those of a shell. */
static void parse_arguments(int argc, char **argv)
{
	static const char key[] = "root=";
	const size_t key_len = sizeof(key) - 1;

	for (int i = 1; i < argc; i++) {
		size_t len = text_len(argv[i]);

		if (text_equal(argv[i], "plain"))
			is_plain = true;
		if (len >= key_len && len - key_len < sizeof(root) && text_starts(argv[i], key))
			memcpy(root, argv[i] + key_len, len - key_len + 1);
	}
}

int main(int argc, char **argv)
{
	static struct plan plan;
	static struct settle settled;

	parse_arguments(argc, argv);
	if (!is_plain) {
		port_boot();
		/* May fail: a kernel without the call uses one CPU. */
		port_set_affinity(0);
	}
	catch_children = !is_plain && children_autoreaped();
	if (catch_children)
		children_catch_sigchld();
	if (load_plan(&plan)) {
		port_mark(PORT_MARK_READY);
		report_hello(&plan);
		report_clock();
		port_drain(PORT_CONSOLE);
		if (plan_has_workloads(&plan)) {
			settle(&settled);
			report_settle(&settled);
		}
		if (plan.is_snapshot)
			await_snapshot_line(&plan);
		run_plan(&plan);
		port_mark(PORT_MARK_DONE);
	}
	port_shutdown();
}
