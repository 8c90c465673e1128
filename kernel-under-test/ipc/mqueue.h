/* POSIX message queues: bounded in number and size of messages, the highest priority first. */
#pragma once

#include "fs/file.h"
#include "sched/wait.h"

#define MQUEUE_NAME_MAX	    255
#define MQUEUE_PRIORITY_MAX 32768

/* The registration of mq_notify(3): which process gets which signal, once. `pid` 0: none. */
struct mqueue_notification {
	int pid;
	uint64_t serial; /* of the process, since pids are reused */
	int signo;	 /* 0: none is sent */
	uint64_t value;
};

struct mqueue_message {
	struct list link;
	uint32_t priority;
	size_t len;
	char bytes[];
};

struct mqueue {
	struct list by_name; /* unlinked after mq_unlink() */
	/* One for the name, and one for each open file. */
	uint32_t refs;
	char name[MQUEUE_NAME_MAX + 1];
	uint32_t uid, gid, mode;
	uint64_t count_max, size_max; /* messages, and bytes in each */
	uint64_t count;
	struct list messages; /* by descending priority, then by age */
	struct wait_queue senders, receivers;
	struct mqueue_notification notification;
};

/* /proc/sys/fs/mqueue: defaults, limits for users, and the total number of queues. */
extern struct mqueue_limits {
	uint64_t count_default, count_max, size_default, size_max, queues;
} mqueue_limits;

/* The queue with that name, or NULL. Takes no reference. */
struct mqueue *mqueue_find(const char *name);

/*
 * Creates a queue owned by the caller, with one reference for its name. `bytes_max` is the user's
 * limit over all queues (RLIMIT_MSGQUEUE). On failure returns NULL and sets *err to -ENOMEM,
 * -EMFILE or -ENOSPC.
 */
struct mqueue *mqueue_create(const char *name, uint32_t mode, uint64_t count_max, uint64_t size_max,
			     uint64_t bytes_max, int *err);

/* Removes the name; the queue is freed with its last file. */
void mqueue_unlink(struct mqueue *q);

/* Checks permission: 4 to read, 2 to write. Returns 0 or -EACCES. */
int mqueue_permission(const struct mqueue *q, unsigned int mask);

/* Opens a queue; NULL if out of memory. */
struct file *mqueue_file(struct mqueue *q, uint32_t flags);
/* The queue of a file, or NULL if it is not a queue. */
struct mqueue *mqueue_of(const struct file *f);

/*
 * Send a message, or receive the first, sleeping while the queue is full or empty. The caller holds
 * a reference to a file of the queue. `deadline` as for wait_sleep_until(); 0: don't sleep. Return
 * 0, -EAGAIN, -ETIMEDOUT or -ERESTARTSYS. The queue takes ownership of a message sent, the caller
 * of one received (kmem_free).
 */
int mqueue_send(struct mqueue *q, struct mqueue_message *m, uint64_t deadline);
int mqueue_receive(struct mqueue *q, struct mqueue_message **out, uint64_t deadline);

/*
 * Implemented by proc: whether the registered process still has the queue open, and notifying it.
 */
bool mqueue_notify_alive(const struct mqueue *q);
void mqueue_notify(const struct mqueue *q);
