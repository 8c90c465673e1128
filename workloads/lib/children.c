#include "children.h"

#include "port.h"
#include "text.h"

/* A child whose descriptors are closed is all but gone, once it is let run. */
#define TRIES 1000
#define PAUSE_NS 1000000

static long make_and_outlive(void)
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

bool children_are_lost(void)
{
	struct port_end end;
	long pid = make_and_outlive();

	if (pid < 0)
		return false;
	for (unsigned int i = 0; i < TRIES; i++) {
		long found = port_reap(&end);

		if (found != 0)
			return found != pid;
		port_sleep_ns(PAUSE_NS);
	}
	return true;
}

static void ended(int signal)
{
	(void)signal;
}

void children_catch(void)
{
	port_catch(PORT_SIGCHLD, ended);
}

int children_told(int argc, char **argv)
{
	if (argc < 2 || !text_equal(argv[argc - 1], CHILDREN_CATCH))
		return argc;
	children_catch();
	return argc - 1;
}
