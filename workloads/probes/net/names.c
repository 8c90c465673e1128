#include "probe.h"

#include "internet.h"

void probe(void)
{
	struct sockaddr_in own = { 0 }, peer = { 0 };
	int len = sizeof(own), ends[2];

	internet_pair(4725, ends);
	probe_require("getpeername", sys(getpeername, ends[0], &peer, &len));
	probe_require("getsockname", sys(getsockname, ends[1], &own, &len));
	probe_check("port of the other side", 4725, __builtin_bswap16(peer.sin_port));
	probe_check("port of the accepted side", 4725, __builtin_bswap16(own.sin_port));
	probe_check("address", __builtin_bswap32(0x7f000001), own.sin_addr.s_addr);
}

PROBE_CHECKS("getsockname and getpeername return the addresses of a socket");
