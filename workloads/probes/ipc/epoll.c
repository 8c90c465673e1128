#include "probe.h"

#include <linux/eventpoll.h>

void probe(void)
{
	struct epoll_event event = { .events = EPOLLIN, .data = 4711 }, got = { 0 };
	long fd = probe_require("epoll_create1", sys(epoll_create1, 0));
	int fds[2];

	probe_require("pipe", port_pipe(fds));
	probe_require("epoll_ctl", sys(epoll_ctl, fd, EPOLL_CTL_ADD, fds[0], &event));
	probe_check("add it twice", -EEXIST, sys(epoll_ctl, fd, EPOLL_CTL_ADD, fds[0], &event));
	probe_check("while it is empty", 0, sys(epoll_wait, fd, &got, 1, 0));
	probe_check("write", 1, sys(write, fds[1], "x", 1));
	probe_check("once it is filled", 1, sys(epoll_wait, fd, &got, 1, 100));
	probe_check("data of the event", 4711, (int64_t)got.data);
	probe_check("and again", 1, sys(epoll_wait, fd, &got, 1, 0));
	probe_check("remove it", 0, sys(epoll_ctl, fd, EPOLL_CTL_DEL, fds[0], 0));
	probe_check("once it is removed", 0, sys(epoll_wait, fd, &got, 1, 0));
}

PROBE_CHECKS("epoll reports a descriptor for as long as it is readable");
