#include "probe.h"

#include <linux/poll.h>

void probe(void)
{
	struct pollfd polled[2] = { { .events = POLLIN }, { .events = POLLOUT } };
	int fds[2];

	probe_require("pipe", port_pipe(fds));
	polled[0].fd = fds[0];
	polled[1].fd = fds[1];
	probe_check("of an empty pipe", 1, probe_require("poll", sys(poll, polled, 2, 0)));
	probe_check("its writing end", POLLOUT, polled[1].revents);
	probe_check("write", 1, sys(write, fds[1], "x", 1));
	probe_check("of a filled pipe", 2, sys(poll, polled, 2, 0));
	probe_check("its reading end", POLLIN, polled[0].revents);
	probe_check("close", 0, port_close(fds[1]));
	probe_check("of a pipe without writers", 1, sys(poll, polled, 1, 0));
	probe_check("the end and what is left", POLLIN | POLLHUP, polled[0].revents);
	polled[0].fd = 999;
	probe_check("of a bad descriptor", 1, sys(poll, polled, 1, 0));
	probe_check("it is called that", POLLNVAL, polled[0].revents);
}

PROBE_CHECKS("poll reports readable, writable and hung-up descriptors");
