#pragma once

#include "bench.h"

/* A TCP connection of this process with itself over the loopback network, before a fork. */

static const struct port_endpoint tcp_address = { .kind = PORT_SOCKET_TCP, .port = 4711 };

static inline int tcp_listen(void)
{
	int fd = (int)bench_require("socket", port_socket(PORT_SOCKET_TCP));

	bench_require("loopback", port_loopback_up());
	bench_require("bind", port_bind(fd, &tcp_address));
	bench_require("listen", port_listen(fd));
	return fd;
}

static inline void tcp_pair(int ends[2])
{
	int listener = tcp_listen();

	ends[0] = (int)bench_require("socket", port_socket(PORT_SOCKET_TCP));
	bench_require("connect", port_connect(ends[0], &tcp_address));
	ends[1] = (int)bench_require("accept", port_accept(listener));
	bench_check("close", 0, port_close(listener));
	/* Else the end of a transfer may wait for a timer; who lacks the option never waits. */
	port_tcp_nodelay(ends[0]);
	port_tcp_nodelay(ends[1]);
}
