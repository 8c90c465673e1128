#pragma once

/* Files of port.h; see absent.h. */

#ifndef port_open
static inline long port_open(const char *path, int flags)
{
	(void)path;
	(void)flags;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_close
static inline long port_close(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_read
static inline long port_read(int fd, void *buf, size_t len)
{
	(void)fd;
	(void)buf;
	(void)len;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_pread
static inline long port_pread(int fd, void *buf, size_t len, int64_t at)
{
	(void)fd;
	(void)buf;
	(void)len;
	(void)at;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_pwrite
static inline long port_pwrite(int fd, const void *buf, size_t len, int64_t at)
{
	(void)fd;
	(void)buf;
	(void)len;
	(void)at;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_lseek
static inline long port_lseek(int fd, int64_t to)
{
	(void)fd;
	(void)to;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_dup
static inline long port_dup(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_unlink
static inline long port_unlink(const char *path)
{
	(void)path;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_stat
static inline long port_stat(const char *path, struct port_stat *st)
{
	(void)path;
	(void)st;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_fstat
static inline long port_fstat(int fd, struct port_stat *st)
{
	(void)fd;
	(void)st;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_stat_size
static inline uint64_t port_stat_size(const struct port_stat *st)
{
	(void)st;
	return 0;
}
#endif

#ifndef port_stat_is_regular
static inline int port_stat_is_regular(const struct port_stat *st)
{
	(void)st;
	return 0;
}
#endif

#ifndef port_stat_inode
static inline uint64_t port_stat_inode(const struct port_stat *st)
{
	(void)st;
	return 0;
}
#endif

#ifndef port_record_lock
static inline long port_record_lock(int fd, int64_t byte)
{
	(void)fd;
	(void)byte;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_record_unlock
static inline long port_record_unlock(int fd, int64_t byte)
{
	(void)fd;
	(void)byte;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_drain
static inline long port_drain(int fd)
{
	(void)fd;
	return -PORT_ENOSYS;
}
#endif
