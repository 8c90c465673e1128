#pragma once

#include "bench.h"

/* A TCP connection of this process with itself over the loopback network, before a fork. */

static const struct port_endpoint tcp_here = { .kind = PORT_TCP, .number = 4711 };

static inline int tcp_listen(void)
{
	int fd = (int)bench_require("socket", port_socket(PORT_TCP));

	bench_require("loopback", port_loopback());
	bench_require("bind", port_bind(fd, &tcp_here));
	bench_require("listen", port_listen(fd));
	return fd;
}

static inline void tcp_pair(int ends[2])
{
	int listener = tcp_listen();

	ends[0] = (int)bench_require("socket", port_socket(PORT_TCP));
	bench_require("connect", port_connect(ends[0], &tcp_here));
	ends[1] = (int)bench_require("accept", port_accept(listener));
	bench_check("close", 0, port_close(listener));
	/* Else the end of a transfer may wait for a timer; who lacks the option never waits. */
	port_send_at_once(ends[0]);
	port_send_at_once(ends[1]);
}
