/* Private to epoll: sets and their items. */
#pragma once

#include "fs/poll.h"
#include "ipc/epoll.h"
#include "lib/list.h"

/*
 * Interest lists change under the kernel lock. The ready list, an item's `event` and the wait queue
 * are guarded by `lock`, so that wakeups and epoll_wait() need no kernel lock as long as all ready
 * files can be polled without it:
 *
 *   CPU 0, writes to a pipe                  CPU 1, epoll_wait
 *   adds bytes, holding the pipe's gate      takes set.lock; the item is on the ready list
 *   calls `notify`: waits for set.lock       polls the pipe: empty, or not yet
 *                                            empty: removes the item; releases set.lock
 *   puts the item on the list; wakes a waiter
 */
struct epoll {
	struct file *file;
	struct spinlock lock;
	/* Threads that poll items under the kernel lock, without `lock`; others wait for them. */
	unsigned int inside;
	/* The number of the last graph walk that visited this set, and the height it found. */
	uint64_t walk;
	unsigned int height;
	struct list items;
	/* Items that may be ready; each is polled again before it is reported. */
	struct list ready;
	struct wait_queue waiters;
};

struct epoll_item {
	struct epoll *set;
	struct file *file; /* no reference: the file's release removes the item */
	int fd;
	struct epoll_event event;
	struct poll_entry entry;
	struct list link;	 /* in epoll.items */
	struct list ready;	 /* in epoll.ready, or unlinked */
	struct epoll_item *next; /* watching the same file */
};

extern const struct file_ops epoll_ops;

/* Whether `f` may be added to `set`, of which one is nested: 0 or -ELOOP. */
int epoll_check_depth(struct epoll *set, struct file *f);
/* Whether the wakeup paths of `f`, or if it is a set, of all files below it, stay within limits. */
bool epoll_check_paths(struct file *f);
