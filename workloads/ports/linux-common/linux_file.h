#pragma once

/* Files of port.h, and asking which can be read. */

#include <asm/ioctls.h>
#include <linux/eventpoll.h>
#include <linux/stat.h>
#include <linux/time.h>

/* As <asm-generic/fcntl.h> has them. */
#define LINUX_F_SETLK 6
#define LINUX_F_SETLKW 7
#define LINUX_F_WRLCK 1
#define LINUX_F_UNLCK 2

struct linux_flock {
	short type, whence;
	int64_t start, len;
	int pid;
};

static inline long port_open(const char *path, int flags)
{
	return sys(open, path, flags, 0644);
}

static inline long port_close(int fd)
{
	return sys(close, fd);
}

static inline long port_read(int fd, void *buf, size_t len)
{
	return sys(read, fd, buf, len);
}

static inline long port_write(int fd, const void *buf, size_t len)
{
	return sys(write, fd, buf, len);
}

static inline long port_pread(int fd, void *buf, size_t len, int64_t at)
{
	return sys(pread64, fd, buf, len, at);
}

static inline long port_pwrite(int fd, const void *buf, size_t len, int64_t at)
{
	return sys(pwrite64, fd, buf, len, at);
}

static inline long port_lseek(int fd, int64_t to)
{
	return sys(lseek, fd, to, 0);
}

static inline long port_dup(int fd)
{
	return sys(dup, fd);
}

static inline long port_unlink(const char *path)
{
	return sys(unlink, path);
}

static inline long port_stat(const char *path, struct port_stat *st)
{
	return sys(stat, path, &st->linux_stat);
}

static inline long port_fstat(int fd, struct port_stat *st)
{
	return sys(fstat, fd, &st->linux_stat);
}

static inline uint64_t port_stat_size(const struct port_stat *st)
{
	return (uint64_t)st->linux_stat.st_size;
}

static inline int port_stat_is_regular(const struct port_stat *st)
{
	return S_ISREG(st->linux_stat.st_mode);
}

static inline uint64_t port_stat_inode(const struct port_stat *st)
{
	return st->linux_stat.st_ino;
}

static inline long port_record_lock(int fd, int64_t byte)
{
	struct linux_flock lock = { .type = LINUX_F_WRLCK, .start = byte, .len = 1 };

	return sys(fcntl, fd, LINUX_F_SETLKW, &lock);
}

static inline long port_record_unlock(int fd, int64_t byte)
{
	struct linux_flock lock = { .type = LINUX_F_UNLCK, .start = byte, .len = 1 };

	return sys(fcntl, fd, LINUX_F_SETLK, &lock);
}

static inline long port_drain(int fd)
{
	/* A nonzero argument makes TCSBRK a tcdrain(). */
	return sys(ioctl, fd, TCSBRK, 1);
}

static inline void port_select_add(struct port_fd_set *set, int fd)
{
	const int bits = 8 * sizeof(set->fds.fds_bits[0]);

	set->fds.fds_bits[fd / bits] |= 1ul << fd % bits;
	if (fd >= set->below)
		set->below = fd + 1;
}

static inline long port_select(const struct port_fd_set *set)
{
	__kernel_fd_set asked = set->fds;
	struct __kernel_old_timeval now = { 0 };

	return sys(select, set->below, &asked, 0, 0, &now);
}

static inline void port_pollfd_init(struct port_pollfd *polled, int fd)
{
	polled->linux_pollfd = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static inline long port_poll(struct port_pollfd *polled, size_t count)
{
	return sys(poll, polled, count, 0);
}

static inline long port_epoll_create(void)
{
	return sys(epoll_create1, 0);
}

static inline long port_epoll_add(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data = (uint64_t)fd };

	return sys(epoll_ctl, epoll, EPOLL_CTL_ADD, fd, &event);
}

static inline long port_epoll_poll(int epoll)
{
	struct epoll_event ready[16];

	return sys(epoll_wait, epoll, ready, 16, 0);
}
