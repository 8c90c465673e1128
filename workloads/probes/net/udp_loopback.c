#include "probe.h"

#include "internet.h"

void probe(void)
{
	struct port_endpoint here = { .kind = PORT_SOCKET_UDP, .port = 4728 };
	struct port_endpoint there = { .kind = PORT_SOCKET_UDP, .port = 4729 };
	int to = internet_socket(PORT_SOCKET_UDP), from = internet_socket(PORT_SOCKET_UDP);
	struct sockaddr_in sender = { 0 };
	int len = sizeof(sender);
	char text[8];

	probe_require("bind", port_bind(to, &here));
	probe_require("bind", port_bind(from, &there));
	probe_require("connect", port_connect(from, &here));
	probe_check("write", 3, sys(write, from, "abc", 3));
	probe_check("write of nothing", 0, sys(write, from, "", 0));
	probe_check("write", 2, sys(write, from, "de", 2));
	probe_check("the first", 3,
		    probe_require("recvfrom", sys(recvfrom, to, text, 8, 0, &sender, &len)));
	probe_check("its sender's port", 4729, __builtin_bswap16(sender.sin_port));
	probe_check("the empty one", 0, sys(read, to, text, 8));
	probe_check("the last", 2, sys(read, to, text, 8));
}

PROBE_CHECKS("UDP over loopback preserves message boundaries and reports the sender");
