/* The first process: runs the planned workloads one after the other, each in a fresh child. */
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
/* What a shell answers when it cannot run a command. */
#define EXEC_FAILED 127
/* What is killed is gone soon. */
#define REAP_TRIES 1000
#define REAP_SLEEP_NS 1000000

/* The folder that holds what the runner was given; "" where that is the root. */
static char root[128];
/*
 * Ask for no devices and no CPU, and not how ended children are kept: there are kernels that a call
 * they don't know stops, or a read that waits for a child to end.
 */
static bool is_plain;
static bool catch_children;

static void complain(const char *what, const char *key, uint64_t number, const char *expected)
{
	report_complaint(PLAN_PATH, what, key, number, expected);
}

/* Returns the length of what it laid out. */
static size_t under_root(char *to, const char *path)
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

	under_root(path, PLAN_PATH);
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
		complain("cannot be read", "errno", (uint64_t)-error, "a plan in the initrd");
		return false;
	}
	line = plan_parse(text, plan, &expected);
	if (line) {
		complain("is wrong", "line", line, expected);
		return false;
	}
	return true;
}

/*
 * Lays out where the ELF of a plan's line lies, below the root: /probes/<family>/<name> for a
 * probe, else /workloads/<group>/<name>. Returns the parameter that stands behind the name, or
 * NULL.
 */
static char *locate(char *path, const char *line)
{
	bool probe = plan_is_probe(line);
	const char *folder = probe ? "/probes/" : "/workloads/";
	const char *rest = probe ? line + text_len("probe/") : line;
	size_t len = under_root(path, folder), slashes = 0;

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
	char *param = locate(path, line), *argv[6] = { path, digits, (char *)profile };
	size_t argc = 3;

	if (param)
		argv[argc++] = param;
	if (catch_children)
		argv[argc++] = CHILDREN_CATCH;
	digits[format_u64(digits, number)] = '\0';
	report_absent(number, path, port_exec(path, argv));
	port_exit(EXEC_FAILED);
}

/* What a workload that failed left running must not disturb the next. */
static void end_others(void)
{
	struct port_end end;
	long ret = port_kill(PORT_EVERYBODY, PORT_SIGKILL);

	/* The first process itself is not among them; where there is nobody else it says so. */
	for (unsigned int i = 0; ret >= 0 && i < REAP_TRIES; i++) {
		ret = port_reap(&end);
		if (ret == 0)
			port_sleep_ns(REAP_SLEEP_NS);
	}
}

static struct port_end run_workload(uint64_t number, const char *line, const char *profile)
{
	struct port_end end = { .status = EXEC_FAILED };
	long pid = port_fork();

	if (pid == 0)
		exec_workload(number, line, profile);
	if (pid < 0) {
		report_absent(number, "fork", pid);
		return end;
	}
	port_wait(pid, &end);
	end_others();
	return end;
}

static void run_plan(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct port_end end;

		report_begin(i + 1, plan->workloads[i]);
		end = run_workload(i + 1, plan->workloads[i], plan->profile);
		report_end(i + 1, &end);
	}
	report_clock();
	report_bye(plan->count);
}

/* The plan of a copy of the machine is the one line that was put into it. */
static void await_choice(struct plan *plan)
{
	port_drain(PORT_CONSOLE);
	plan->count = 0;
	if (snapshot_wait() && plan_can_run(snapshot_line))
		plan->workloads[plan->count++] = snapshot_line;
	else
		complain("says snapshot, and none was made", "line", 2, "the harness to stop here");
}

/* Other arguments mean nothing: some kernels start their first program as if it were a shell. */
static void take_arguments(int argc, char **argv)
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

	take_arguments(argc, argv);
	if (!is_plain) {
		port_boot();
		/* Where there is no such call there is only one CPU to speak of. */
		port_pin(0);
	}
	catch_children = !is_plain && children_are_lost();
	if (catch_children)
		children_catch();
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
			await_choice(&plan);
		run_plan(&plan);
		port_mark(PORT_MARK_DONE);
	}
	port_shutdown();
}
