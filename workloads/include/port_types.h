#pragma once

#include <stdint.h>

/* Types of the port contract (port.h) that are the same on every system. */

/* clang-format off */
enum port_errno {
	PORT_ENOENT = 2, PORT_EINTR = 4, PORT_ENXIO = 6, PORT_EAGAIN = 11, PORT_ENODEV = 19,
	PORT_EINVAL = 22, PORT_ENOTTY = 25, PORT_ENOSYS = 38, PORT_EPROTONOSUPPORT = 93,
	PORT_EOPNOTSUPP = 95, PORT_EAFNOSUPPORT = 97,
};
/* clang-format on */

/* How a child ended: it exited (signal is 0), or a signal killed it (exit_status is 0). */
struct port_wait_status {
	int exit_status;
	int signal;
};

/* A socket's kind and address: a path for Unix sockets, else a port on the loopback network. */
enum port_socket_kind { PORT_SOCKET_UNIX, PORT_SOCKET_TCP, PORT_SOCKET_UDP };
struct port_endpoint {
	enum port_socket_kind kind;
	const char *path;
	uint16_t port;
};

/* Points in a run that the QEMU plugin sees (port_mark()). */
enum port_mark {
	PORT_MARK_OPEN = 1,  /* the measured window opens */
	PORT_MARK_CLOSE = 2, /* and closes */
	PORT_MARK_READY = 3, /* the runner has read its plan */
	PORT_MARK_DONE = 4,  /* the runner has run it */
	PORT_MARK_BEGIN = 5, /* a workload is about to set up */
};
