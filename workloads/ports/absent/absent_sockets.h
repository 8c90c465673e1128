#pragma once

/* Sockets. */

#include "port.h"

static inline long port_socketpair(int fds[2])
{
	(void)fds;
	return -PORT_ENOSYS;
}

static inline long port_socket(enum port_socket_kind kind)
{
	(void)kind;
	return -PORT_ENOSYS;
}

static inline long port_bind(int fd, const struct port_endpoint *at)
{
	(void)fd;
	(void)at;
	return -PORT_ENOSYS;
}

static inline long port_connect(int fd, const struct port_endpoint *to)
{
	(void)fd;
	(void)to;
	return -PORT_ENOSYS;
}

static inline long port_listen(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}

static inline long port_accept(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}

static inline long port_send_at_once(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}

static inline long port_loopback(void)
{
	return -PORT_ENOSYS;
}
