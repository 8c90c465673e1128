/* epoll: sets of files to be waited for together. */
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

/* Creates an empty set as a file with one reference. Returns 0 or -ENOMEM. */
int epoll_create(struct file **out);

/*
 * Adds, changes or removes an item. Returns 0, -EINVAL (not a set, the set itself, too many wakeup
 * paths, or EPOLLEXCLUSIVE misused), -EEXIST, -ENOENT, -EPERM (not pollable), -ELOOP (a cycle, or
 * nested too deeply) or -ENOMEM.
 */
int epoll_control(struct file *set, int op, struct file *f, int fd,
		  const struct epoll_event *event);

/*
 * Waits until an item is ready and copies out up to `max` events. Returns how many, 0 after the
 * deadline, -EINTR or -EFAULT. Without the kernel lock, and with a reference on the set.
 */
long epoll_wait(struct file *set, uint64_t events_out, unsigned int max, uint64_t deadline_ns);
