#pragma once

/* Asking which descriptors can be read, and event counters. */

#include "port.h"

static inline long port_eventfd(void)
{
	return -PORT_ENOSYS;
}

static inline long port_select(const struct port_fd_set *set)
{
	(void)set;
	return -PORT_ENOSYS;
}

static inline long port_poll(struct port_pollfd *polled, size_t count)
{
	(void)polled;
	(void)count;
	return -PORT_ENOSYS;
}

static inline long port_epoll(void)
{
	return -PORT_ENOSYS;
}

static inline long port_epoll_add(int epoll, int fd)
{
	(void)epoll;
	(void)fd;
	return -PORT_ENOSYS;
}

static inline long port_epoll_ready(int epoll)
{
	(void)epoll;
	return -PORT_ENOSYS;
}

static inline void port_select_add(struct port_fd_set *set, int fd)
{
	(void)set;
	(void)fd;
}

static inline void port_poll_for(struct port_pollfd *polled, int fd)
{
	(void)polled;
	(void)fd;
}
