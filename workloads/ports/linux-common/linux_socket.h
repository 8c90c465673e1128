#pragma once

/* Sockets of port.h. */

#include <linux/in.h>
#include <linux/sockios.h>
#include <linux/un.h>

/* Those that the kernel's headers for programs leave to the C library. */
#define LINUX_AF_UNIX 1
#define LINUX_AF_INET 2
#define LINUX_SOCK_STREAM 1
#define LINUX_SOCK_DGRAM 2
#define LINUX_SOL_SOCKET 1
#define LINUX_SO_REUSEADDR 2
#define LINUX_TCP_NODELAY 1
#define LINUX_BACKLOG 16
#define LINUX_IFF_UP 1

/* struct ifreq, as far as its flags. */
struct linux_ifreq {
	char name[16];
	short flags;
	char unused[22];
};

union linux_address {
	struct sockaddr_un local;
	struct sockaddr_in inet;
};

/* Returns the length of the address. */
static inline int linux_address_of(const struct port_endpoint *from, union linux_address *to)
{
	size_t i = 0;

	if (from->kind == PORT_SOCKET_UNIX) {
		to->local = (struct sockaddr_un){ .sun_family = LINUX_AF_UNIX };
		for (; from->path[i] && i < sizeof(to->local.sun_path) - 1; i++)
			to->local.sun_path[i] = from->path[i];
		return sizeof(to->local);
	}
	to->inet = (struct sockaddr_in){
		.sin_family = LINUX_AF_INET,
		.sin_port = __builtin_bswap16(from->port),
		.sin_addr.s_addr = __builtin_bswap32(INADDR_LOOPBACK),
	};
	return sizeof(to->inet);
}

static inline long port_socketpair(int fds[2])
{
	return sys(socketpair, LINUX_AF_UNIX, LINUX_SOCK_STREAM, 0, fds);
}

static inline long port_socket(enum port_socket_kind kind)
{
	return sys(socket, kind == PORT_SOCKET_UNIX ? LINUX_AF_UNIX : LINUX_AF_INET,
		   kind == PORT_SOCKET_UDP ? LINUX_SOCK_DGRAM : LINUX_SOCK_STREAM, 0);
}

static inline long port_bind(int fd, const struct port_endpoint *at)
{
	const int yes = 1;
	union linux_address address;
	int len = linux_address_of(at, &address);

	if (at->kind == PORT_SOCKET_TCP)
		sys(setsockopt, fd, LINUX_SOL_SOCKET, LINUX_SO_REUSEADDR, &yes, sizeof(yes));
	return sys(bind, fd, &address, len);
}

static inline long port_connect(int fd, const struct port_endpoint *to)
{
	union linux_address address;
	int len = linux_address_of(to, &address);

	return sys(connect, fd, &address, len);
}

static inline long port_listen(int fd)
{
	return sys(listen, fd, LINUX_BACKLOG);
}

static inline long port_accept(int fd)
{
	return sys(accept, fd, 0, 0);
}

static inline long port_tcp_nodelay(int fd)
{
	const int yes = 1;

	return sys(setsockopt, fd, IPPROTO_TCP, LINUX_TCP_NODELAY, &yes, sizeof(yes));
}

static inline long port_loopback_up(void)
{
	struct linux_ifreq request = { .name = "lo" };
	long ret, fd = port_socket(PORT_SOCKET_UDP);

	if (fd < 0)
		return fd;
	ret = sys(ioctl, fd, SIOCGIFFLAGS, &request);
	if (ret == 0 && !(request.flags & LINUX_IFF_UP)) {
		request.flags |= LINUX_IFF_UP;
		ret = sys(ioctl, fd, SIOCSIFFLAGS, &request);
	}
	sys(close, fd);
	return ret;
}
