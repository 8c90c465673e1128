#include "probe.h"

#include <linux/in6.h>

#include "internet.h"

#define AF_INET6_FAMILY 10

void probe(void)
{
	struct sockaddr_in6 here = {
		.sin6_family = AF_INET6_FAMILY,
		.sin6_port = __builtin_bswap16(4730),
		.sin6_addr.s6_addr[15] = 1,
	};
	long fd = probe_require("socket", sys(socket, AF_INET6_FAMILY, LINUX_SOCK_DGRAM, 0));
	char byte = 0;

	probe_require("loopback", port_loopback_up());
	probe_require("bind", sys(bind, fd, &here, sizeof(here)));
	probe_require("connect", sys(connect, fd, &here, sizeof(here)));
	probe_check("write", 1, sys(write, fd, "x", 1));
	probe_check("read", 1, sys(read, fd, &byte, 1));
	probe_check("byte read", 'x', byte);
}

PROBE_CHECKS("a UDP datagram is delivered over the IPv6 loopback");
