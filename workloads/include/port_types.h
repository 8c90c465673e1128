#pragma once

#include <stdint.h>

/* What the calls of port.h take and give, alike on every system. */

/* clang-format off */
enum port_errno {
	PORT_ENOENT = 2, PORT_EINTR = 4, PORT_ENXIO = 6, PORT_EAGAIN = 11, PORT_ENODEV = 19,
	PORT_EINVAL = 22, PORT_ENOTTY = 25, PORT_ENOSYS = 38, PORT_EPROTONOSUPPORT = 93,
	PORT_EOPNOTSUPP = 95, PORT_EAFNOSUPPORT = 97,
};
/* clang-format on */

/* How a child ended: by exit (signal is 0) or by a signal (status is 0). */
struct port_end {
	int status;
	int signal;
};

/* A kind of socket, and where one is: a path, or a number on the loopback network. */
enum port_socket_kind { PORT_LOCAL, PORT_TCP, PORT_UDP };
struct port_endpoint {
	enum port_socket_kind kind;
	const char *path;
	uint16_t number;
};

enum port_mark {
	PORT_MARK_OPEN = 1,
	PORT_MARK_CLOSE = 2,
	PORT_MARK_READY = 3,
	PORT_MARK_DONE = 4,
	PORT_MARK_BEGIN = 5,
};
