#include "probe.h"

void probe(void)
{
	int ends[2];
	char text[8];

	probe_require("socketpair of datagrams",
		      sys(socketpair, LINUX_AF_UNIX, LINUX_SOCK_DGRAM, 0, ends));
	probe_check("write", 3, sys(write, ends[0], "abc", 3));
	probe_check("write", 2, sys(write, ends[0], "de", 2));
	probe_check("read of the first", 3, sys(read, ends[1], text, sizeof(text)));
	probe_check("read of the second", 2, sys(read, ends[1], text, sizeof(text)));
	probe_check("its first byte", 'd', text[0]);
}

PROBE_CHECKS("Unix datagram sockets preserve message boundaries");
