#include "probe.h"

#include "internet.h"

void probe(void)
{
	struct port_endpoint nobody = { .kind = PORT_SOCKET_TCP, .port = 4722 };
	int fd = internet_socket(PORT_SOCKET_TCP);

	probe_check("connect", -ECONNREFUSED, port_connect(fd, &nobody));
}

PROBE_CHECKS("connect to a port without a listener fails with ECONNREFUSED");
