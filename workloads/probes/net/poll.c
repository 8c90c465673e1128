#include "probe.h"

#include <linux/poll.h>

#include "internet.h"

void probe(void)
{
	struct port_endpoint here = { .kind = PORT_SOCKET_TCP, .port = 4726 };
	int listener = internet_socket(PORT_SOCKET_TCP), fd = internet_socket(PORT_SOCKET_TCP);
	struct pollfd polled = { .fd = listener, .events = POLLIN };

	probe_require("bind", port_bind(listener, &here));
	probe_require("listen", port_listen(listener));
	probe_check("before the connection", 0, probe_require("poll", sys(poll, &polled, 1, 0)));
	probe_require("connect", port_connect(fd, &here));
	probe_check("with a connection", 1, sys(poll, &polled, 1, 100));
	polled.fd = (int)probe_require("accept", port_accept(listener));
	probe_check("before the byte", 0, sys(poll, &polled, 1, 0));
	probe_check("write", 1, sys(write, fd, "x", 1));
	probe_check("with a byte", 1, sys(poll, &polled, 1, 100));
}

PROBE_CHECKS("poll reports pending connections and readable data on sockets");
