#include "probe.h"

static const struct port_endpoint here = { .kind = PORT_SOCKET_UNIX, .path = PROBE_FILE };

static int child(void)
{
	long fd = port_socket(PORT_SOCKET_UNIX);

	return port_connect((int)fd, &here) != 0 || sys(write, fd, "x", 1) != 1;
}

void probe(void)
{
	int listener = (int)probe_require("socket", port_socket(PORT_SOCKET_UNIX));
	char byte = 0;
	long pid, fd;

	sys(unlink, PROBE_FILE);
	probe_check("connect to nobody", -ENOENT, port_connect(listener, &here));
	probe_require("bind", port_bind(listener, &here));
	probe_require("listen", port_listen(listener));
	pid = probe_fork(child);
	fd = probe_require("accept", port_accept(listener));
	probe_check("read", 1, sys(read, fd, &byte, 1));
	probe_check("byte read", 'x', byte);
	probe_check("end of the child", 0, probe_join(pid));
}

PROBE_CHECKS("a Unix stream socket listens on a path and accepts a connection");
