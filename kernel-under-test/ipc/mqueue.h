/* POSIX message queues: messages of a bounded number and size, the most urgent first. */
#pragma once

#include "fs/file.h"
#include "sched/wait.h"

#define MQUEUE_NAME_MAX	    255
#define MQUEUE_PRIORITY_MAX 32768

/* What mq_notify(3) asked for: who gets which signal, once. `pid` 0: nobody. */
struct mqueue_watch {
	int pid;
	uint64_t serial; /* of the process: numbers are used again */
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
	struct list by_name; /* in no list: unlinked */
	/* The name's, and one for each open file. */
	uint32_t refs;
	char name[MQUEUE_NAME_MAX + 1];
	uint32_t uid, gid, mode;
	uint64_t count_max, size_max; /* messages, bytes in one */
	uint64_t count;
	struct list messages; /* the most urgent, and of those the oldest, first */
	struct wait_queue senders, receivers;
	struct mqueue_watch watch;
};

/* /proc/sys/fs/mqueue: what a queue has if nothing is said, what users may say, and queues in all.
 */
extern struct mqueue_limits {
	uint64_t count_default, count_max, size_default, size_max, queues;
} mqueue_limits;

/* The queue of that name, or NULL; no reference. */
struct mqueue *mqueue_find(const char *name);

/*
 * A new one, the caller's, with no reference but its name's. `bytes_max`: what all queues of the
 * user may take up (RLIMIT_MSGQUEUE). NULL and *err: -ENOMEM, -EMFILE, -ENOSPC.
 */
struct mqueue *mqueue_make(const char *name, uint32_t mode, uint64_t count_max, uint64_t size_max,
			   uint64_t bytes_max, int *err);

/* Takes the name away: the queue goes with the last file. */
void mqueue_unlink(struct mqueue *q);

/* 4: read, 2: write. 0 or -EACCES. */
int mqueue_may(const struct mqueue *q, unsigned int mask);

/* An open file of it; NULL without memory. */
struct file *mqueue_file(struct mqueue *q, uint32_t flags);
/* The queue of a file, or NULL when it is none's. */
struct mqueue *mqueue_of(const struct file *f);

/*
 * Sleep until there is room, or a message: the caller has a reference on a file of the queue.
 * `deadline` as wait_sleep_until() has it; 0: does not sleep. 0, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS.
 * A message that was sent is the queue's, one that was received the caller's (kmem_free).
 */
int mqueue_send(struct mqueue *q, struct mqueue_message *m, uint64_t deadline);
int mqueue_receive(struct mqueue *q, struct mqueue_message **out, uint64_t deadline);

/* Given by proc: sends what its watch asks for. Whether that process still has it open. */
bool mqueue_watch_alive(const struct mqueue *q);
void mqueue_watch_tell(const struct mqueue *q);
