/* Waiting for several files at once: poll, select, epoll. */
#pragma once

#include "lib/types.h"
#include "sched/gate.h"
#include "sched/wait.h"

/* Numbered as on Linux, where EPOLLIN and the like are the same. */
#define POLL_IN	    0x001u
#define POLL_PRI    0x002u
#define POLL_OUT    0x004u
#define POLL_ERR    0x008u
#define POLL_HUP    0x010u
#define POLL_NVAL   0x020u
#define POLL_RDNORM 0x040u
#define POLL_WRNORM 0x100u
#define POLL_WRBAND 0x200u
#define POLL_RDHUP  0x2000u

#define POLL_READABLE (POLL_IN | POLL_RDNORM)
#define POLL_WRITABLE (POLL_OUT | POLL_WRNORM)
/* Not an event: the state cannot be read without the kernel lock. */
#define POLL_NEEDS_LOCK BIT(31)
/* Reported whether requested or not. */
#define POLL_ALWAYS (POLL_ERR | POLL_HUP | POLL_NVAL)

struct file;

/* A subscription to one file, which may have a queue for each direction. */
struct poll_entry {
	struct waiter waiters[2];
	unsigned int used;
	/* Guards the queues, if the kernel lock does not; `epoll` that of a set. */
	struct gate *gate;
	struct spinlock *epoll;
	/* Copied into each waiter. */
	bool unlocked;
	void (*notify)(struct waiter *w);
	/* Copied too: an argument for the callback. */
	void *ctx;
	/* Reference held by the waiting thread. */
	struct file *file;
};

static inline void poll_add(struct poll_entry *e, struct wait_queue *q)
{
	struct waiter *w;

	if (!e)
		return;
	w = &e->waiters[e->used++];
	w->notify = e->notify;
	w->unlocked = e->unlocked;
	w->ctx = e->ctx;
	wait_subscribe(q, w);
}

/* Before poll_add(), inside the gate or having passed it: `g` guards the queues. */
static inline void poll_set_gate(struct poll_entry *e, struct gate *g)
{
	if (e)
		e->gate = g;
}

/* Ends a subscription. Without the kernel lock only one made by file_ops.poll_unlocked. */
void poll_remove(struct poll_entry *e);
