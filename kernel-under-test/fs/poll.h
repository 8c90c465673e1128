/* Waiting for several files at a time. */
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
/* No state: it can't be had without the kernel lock. */
#define POLL_NEEDS_LOCK BIT(31)
/* These are told whether asked for or not. */
#define POLL_ALWAYS (POLL_ERR | POLL_HUP | POLL_NVAL)

struct file;

/* One file waited for: it may have a queue for each direction. */
struct poll_entry {
	struct waiter waiters[2];
	unsigned int used;
	/* Where the queues are another's than the kernel lock's. */
	struct gate *gate;
	/* As in the waiters. */
	bool unlocked;
	void (*told)(struct waiter *w);
	/* What `told` finds in the waiter. */
	void *ctx;
	/* Held by whoever waits, while it waits. */
	struct file *file;
};

static inline void poll_add(struct poll_entry *e, struct wait_queue *q)
{
	struct waiter *w;

	if (!e)
		return;
	w = &e->waiters[e->used++];
	w->told = e->told;
	w->unlocked = e->unlocked;
	w->ctx = e->ctx;
	wait_subscribe(q, w);
}

/* Inside the gate, or having passed: before poll_add(). */
static inline void poll_set_gate(struct poll_entry *e, struct gate *g)
{
	if (e)
		e->gate = g;
}

/* Without the kernel lock only what subscribed so (file_ops.poll_unlocked). */
void poll_remove(struct poll_entry *e);
