#include "probe.h"

#include <linux/eventpoll.h>

void probe(void)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET }, got = { 0 };
	long fd = probe_require("epoll_create1", sys(epoll_create1, 0));
	int fds[2];

	probe_require("pipe", port_pipe(fds));
	probe_require("epoll_ctl", sys(epoll_ctl, fd, EPOLL_CTL_ADD, fds[0], &event));
	probe_check("write", 1, sys(write, fds[1], "x", 1));
	probe_check("the first time", 1, sys(epoll_wait, fd, &got, 1, 100));
	probe_check("the second time", 0, sys(epoll_wait, fd, &got, 1, 0));
	probe_check("write", 1, sys(write, fds[1], "y", 1));
	probe_check("after another write", 1, sys(epoll_wait, fd, &got, 1, 100));
}

PROBE_CHECKS("with EPOLLET epoll reports each change once");
