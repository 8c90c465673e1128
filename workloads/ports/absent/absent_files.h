#pragma once

/* Files by name. For ports of systems that leave them to programs. */

#include "port.h"

static inline long port_open(const char *path, int flags)
{
	(void)path;
	(void)flags;
	return -PORT_ENOSYS;
}

static inline long port_pread(int fd, void *buf, size_t len, int64_t at)
{
	(void)fd;
	(void)buf;
	(void)len;
	(void)at;
	return -PORT_ENOSYS;
}

static inline long port_pwrite(int fd, const void *buf, size_t len, int64_t at)
{
	(void)fd;
	(void)buf;
	(void)len;
	(void)at;
	return -PORT_ENOSYS;
}

static inline long port_seek(int fd, int64_t to)
{
	(void)fd;
	(void)to;
	return -PORT_ENOSYS;
}

static inline long port_unlink(const char *path)
{
	(void)path;
	return -PORT_ENOSYS;
}

static inline long port_stat(const char *path, struct port_stat *st)
{
	(void)path;
	(void)st;
	return -PORT_ENOSYS;
}

static inline long port_fstat(int fd, struct port_stat *st)
{
	(void)fd;
	(void)st;
	return -PORT_ENOSYS;
}

static inline long port_lock(int fd, int64_t byte)
{
	(void)fd;
	(void)byte;
	return -PORT_ENOSYS;
}

static inline long port_unlock(int fd, int64_t byte)
{
	(void)fd;
	(void)byte;
	return -PORT_ENOSYS;
}

static inline long port_fifo(const char *path)
{
	(void)path;
	return -PORT_ENOSYS;
}

static inline long port_map_file(int fd, size_t len, void **addr)
{
	(void)fd;
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}

static inline uint64_t port_stat_size(const struct port_stat *st)
{
	(void)st;
	return 0;
}

static inline int port_stat_is_regular(const struct port_stat *st)
{
	(void)st;
	return 0;
}

static inline uint64_t port_stat_inode(const struct port_stat *st)
{
	(void)st;
	return 0;
}
