#include "probe.h"

#include "internet.h"

#define AF_PACKET_FAMILY 17
#define SOCK_RAW_TYPE 3
#define ALL_PROTOCOLS 0x0300

void probe(void)
{
	static char frame[2048];
	struct port_endpoint here = { .kind = PORT_SOCKET_UDP, .port = 4731 };
	long raw = probe_require("packet socket",
				 sys(socket, AF_PACKET_FAMILY, SOCK_RAW_TYPE, ALL_PROTOCOLS));
	int fd = internet_socket(PORT_SOCKET_UDP);

	probe_require("bind", port_bind(fd, &here));
	probe_require("connect", port_connect(fd, &here));
	probe_check("write", 3, sys(write, fd, "abc", 3));
	/* Ethernet 14, IPv4 20, UDP 8, and the message. */
	probe_check("length of the frame", 45, sys(read, raw, frame, sizeof(frame)));
	probe_check("first byte of the message", 'a', frame[42]);
}

PROBE_CHECKS("a packet socket receives the frames of an interface");
