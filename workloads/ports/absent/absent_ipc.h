#pragma once

/* Talking between processes, and asking which descriptors can be read of port.h; see absent.h. */

#ifndef port_pipe
static inline long port_pipe(int fds[2])
{
	fds[0] = fds[1] = -1;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_mkfifo
static inline long port_mkfifo(const char *path)
{
	(void)path;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_eventfd
static inline long port_eventfd(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_socketpair
static inline long port_socketpair(int fds[2])
{
	fds[0] = fds[1] = -1;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_socket
static inline long port_socket(enum port_socket_kind kind)
{
	(void)kind;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_bind
static inline long port_bind(int fd, const struct port_endpoint *at)
{
	(void)fd;
	(void)at;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_connect
static inline long port_connect(int fd, const struct port_endpoint *to)
{
	(void)fd;
	(void)to;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_listen
static inline long port_listen(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_accept
static inline long port_accept(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_tcp_nodelay
static inline long port_tcp_nodelay(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_loopback_up
static inline long port_loopback_up(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_futex_wait
static inline long port_futex_wait(uint32_t *word, uint32_t value)
{
	(void)word;
	(void)value;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_futex_wake
static inline long port_futex_wake(uint32_t *word, int count)
{
	(void)word;
	(void)count;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_sem_create
static inline long port_sem_create(int count)
{
	(void)count;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_sem_add
static inline long port_sem_add(long set, int index, int change)
{
	(void)set;
	(void)index;
	(void)change;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_sem_transfer
static inline long port_sem_transfer(long set, int take, int give)
{
	(void)set;
	(void)take;
	(void)give;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_sem_remove
static inline long port_sem_remove(long set)
{
	(void)set;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_select_add
static inline void port_select_add(struct port_fd_set *set, int fd)
{
	(void)set;
	(void)fd;
}
#endif

#ifndef port_select
static inline long port_select(const struct port_fd_set *set)
{
	(void)set;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_pollfd_init
static inline void port_pollfd_init(struct port_pollfd *polled, int fd)
{
	(void)polled;
	(void)fd;
}
#endif

#ifndef port_poll
static inline long port_poll(struct port_pollfd *polled, size_t count)
{
	(void)polled;
	(void)count;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_epoll_create
static inline long port_epoll_create(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_epoll_add
static inline long port_epoll_add(int epoll, int fd)
{
	(void)epoll;
	(void)fd;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_epoll_poll
static inline long port_epoll_poll(int epoll)
{
	(void)epoll;
	return -PORT_ENOSYS;
}
#endif
