/* epoll: sets of files that are watched together. */
#pragma once

#include "fs/file.h"

#define EPOLL_CTL_ADD 1
#define EPOLL_CTL_DEL 2
#define EPOLL_CTL_MOD 3

#define EPOLL_ET	(1u << 31)
#define EPOLL_ONESHOT	(1u << 30)
#define EPOLL_WAKEUP	(1u << 29)
#define EPOLL_EXCLUSIVE (1u << 28)

/* struct epoll_event of the x86_64 ABI. */
struct epoll_event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));

/* An empty set: a file with one reference, or -ENOMEM. */
int epoll_create(struct file **out);

/*
 * -EINVAL (no set, or itself; more ways up from a file than there may be; EPOLLEXCLUSIVE where it
 * can't be), -EEXIST, -ENOENT, -ELOOP (a set would hold itself, or be too deep), -ENOMEM.
 */
int epoll_control(struct file *set, int op, struct file *f, int fd,
		  const struct epoll_event *event);

/*
 * Waits until something in the set is ready, and hands out up to `max` events. How many, 0 after
 * the deadline, -EINTR, or -EFAULT.
 */
long epoll_wait(struct file *set, uint64_t events_out, unsigned int max, uint64_t deadline_ns);
