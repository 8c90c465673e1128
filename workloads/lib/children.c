#include "children.h"

#include "port.h"
#include "text.h"

/* How long the child may take from closing its descriptors to being waitable: a second. */
#define POLLS 1000
#define POLL_NS 1000000

/* Forks a child and returns once it is exiting: its end of the pipe is closed. */
static long fork_until_exit(void)
{
	int fds[2];
	char byte;
	long pid;

	if (port_pipe(fds) < 0)
		return -1;
	pid = port_fork();
	if (pid == 0)
		port_exit(0);
	port_close(fds[1]);
	if (pid > 0)
		port_read(fds[0], &byte, 1);
	port_close(fds[0]);
	return pid;
}

bool children_autoreaped(void)
{
	struct port_wait_status status;
	long pid = fork_until_exit();

	if (pid < 0)
		return false;
	for (unsigned int i = 0; i < POLLS; i++) {
		long reaped = port_wait_nohang(&status);

		if (reaped != 0)
			return reaped != pid;
		port_sleep_ns(POLL_NS);
	}
	return true;
}

static void on_sigchld(int signal)
{
	(void)signal;
}

void children_catch_sigchld(void)
{
	port_signal(PORT_SIGCHLD, on_sigchld);
}

int children_parse_args(int argc, char **argv)
{
	if (argc < 2 || !text_equal(argv[argc - 1], CHILDREN_CATCH))
		return argc;
	children_catch_sigchld();
	return argc - 1;
}
