/* Process 1: runs each suite in a child of its own, then has the machine start again. */
#include "guest.h"
#include "threads.h"

#include <sys/ioctl.h>
#include <sys/reboot.h>

#define TCSBRK 0x5409
#define SUITE_ADDRESS(name) &name##_suite,

static const struct suite *const suites[] = {SUITES(SUITE_ADDRESS)};

int effort = 1;

static const char *suite_name = "main";

int cpu_count;

static void say(const char *line, int len)
{
	if (write(1, line, (size_t)len) != len)
		_exit(99);
	/* Drain the terminal, so that kernel messages do not split a line. */
	ioctl(1, TCSBRK, 1);
}

void same_(const char *name, long got, long expected)
{
	char line[256];
	int len, error = errno;

	if (got == expected)
		len = snprintf(line, sizeof(line), "ok %s: %s\n", suite_name, name);
	else
		len = snprintf(line, sizeof(line), "not ok %s: %s: expected %ld got %ld\n",
			       suite_name, name, expected, got);
	say(line, len);
	/* A check may examine errno as the call before it left it. */
	errno = error;
}

int status_of(void (*fn)(void))
{
	int status = -1;
	pid_t child = fork();

	if (child == 0) {
		fn();
		_exit(0);
	}
	return waitpid(child, &status, 0) == child ? status : -errno;
}

void put_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		same("a file can be made", -errno, 0);
		_exit(1);
	}
	close(fd);
}

static void run(const struct suite *suite)
{
	int status = -1;
	pid_t child;

	suite_name = suite->name;
	if (suite->needs_proc)
		mount("proc", "/proc", "proc", 0, "");
	child = fork();
	if (child == 0) {
		suite->run();
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (suite->needs_proc)
		umount("/proc");
	same("came to its end", status, 0);
}

/* All suites, or those named by arguments; Linux passes words of its own to process 1. */
static bool is_wanted(const struct suite *suite, int argc, char **argv)
{
	bool named = false;

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "suite=", 6) != 0)
			continue;
		if (!strcmp(argv[i] + 6, suite->name))
			return true;
		named = true;
	}
	return !named;
}

int main(int argc, char **argv)
{
	int role = exec_role(argc, argv);
	cpu_set_t set;

	if (role >= 0)
		return role;
	CPU_ZERO(&set);
	sched_getaffinity(0, sizeof(set), &set);
	cpu_count = CPU_COUNT(&set);
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "effort=", 7))
			effort = atoi(argv[i] + 7);
	mkdir("/tmp", 0777);
	mkdir("/proc", 0555);
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		if (is_wanted(suites[i], argc, argv))
			run(suites[i]);
	say("done\n", 5);
	sync();
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}
