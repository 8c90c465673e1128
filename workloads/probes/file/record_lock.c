#include "probe.h"

static int fd;
static struct flock lock = { .l_type = F_WRLCK, .l_start = 2, .l_len = 3 };

static int try(void)
{
	return (int)-sys(fcntl, fd, F_SETLK, &lock);
}

void probe(void)
{
	struct flock asked = lock;

	fd = probe_file("abcdef");
	probe_check("lock in a child", 0, probe_child(try));
	probe_require("fcntl, lock", sys(fcntl, fd, F_SETLK, &lock));
	probe_check("lock in a child, while held here", EAGAIN, probe_child(try));
	lock.l_start = 5;
	probe_check("lock of a byte beside it", 0, probe_child(try));
	probe_check("F_GETLK of one's own", 0, sys(fcntl, fd, F_GETLK, &asked));
	probe_check("is free for oneself", F_UNLCK, asked.l_type);
}

PROBE_CHECKS("a record lock excludes other processes and is released when its owner exits");
