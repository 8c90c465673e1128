#include "probe.h"

#include "internet.h"

void probe(void)
{
	struct port_endpoint nobody = { .kind = PORT_TCP, .number = 4722 };
	int fd = internet_socket(PORT_TCP);

	probe_check("connect", -ECONNREFUSED, port_connect(fd, &nobody));
}

PROBE_ASKS("connect to a port without a listener fails with ECONNREFUSED");
