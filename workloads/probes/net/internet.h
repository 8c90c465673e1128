#pragma once

#include "probe.h"

static inline int internet_socket(enum port_socket_kind kind)
{
	int fd = (int)probe_require("socket", port_socket(kind));

	probe_require("loopback", port_loopback_up());
	return fd;
}

/* A TCP connection of this process with itself, over port `number` of the loopback. */
static inline void internet_pair(uint16_t number, int ends[2])
{
	struct port_endpoint here = { .kind = PORT_SOCKET_TCP, .port = number };
	int listener = internet_socket(PORT_SOCKET_TCP);

	probe_require("bind", port_bind(listener, &here));
	probe_require("listen", port_listen(listener));
	ends[0] = internet_socket(PORT_SOCKET_TCP);
	probe_require("connect", port_connect(ends[0], &here));
	ends[1] = (int)probe_require("accept", port_accept(listener));
	probe_check("close", 0, port_close(listener));
}
