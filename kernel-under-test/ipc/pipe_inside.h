/* What pipes and FIFOs share. */
#pragma once

#include "ipc/pipe.h"
#include "ipc/ring.h"
#include "sched/gate.h"
#include "sched/wait.h"

/*
 * Used with the kernel lock through the gate; reading and writing pass without, unless a page is
 * missing or one who waits must be told with that lock (sched/gate.h).
 */
struct pipe {
	struct gate gate;
	struct ring ring;
	/* Open files that read and that write; a FIFO may have many, and one that does both. */
	uint32_t read_ends, write_ends;
	/* Ends ever opened: who waits for one must not miss one that closed again. */
	uint32_t reads_seen, writes_seen;
	struct wait_queue readers, writers;
	/* Bytes that it may hold; and may hold now: no more than it does while packets fill it. */
	size_t size, limit;
	struct pipe_more *more; /* if it is more than a ring of at most RING_SIZE: pipe_large.c */
	struct inode *fifo; /* where it can be opened, if anywhere; no reference */
} __attribute__((aligned(64)));

extern const struct file_ops pipe_ops;

static inline size_t pipe_room(const struct pipe *p)
{
	return p->limit - ring_used(&p->ring);
}

/* As file_ops say. */
long pipe_read_unlocked(struct file *f, struct uio *u);
long pipe_write_unlocked(struct file *f, struct uio *u);

/* One without ends, or NULL without memory. */
struct pipe *pipe_make(void);
/* That has no ends. */
void pipe_free(struct pipe *p);
/* Of one with `more`, inside; else as ring_get() and ring_put(). Of packets one at a time. */
long pipe_more_get(struct pipe *p, struct uio *u, size_t n, bool peek);
long pipe_more_put(struct pipe *p, struct uio *u, size_t n, bool packets);
/* The ring's `read` was moved. */
void pipe_more_skip(struct pipe *p);
void pipe_more_free(struct pipe *p);
/* Gets it ready for writes with O_DIRECT. 0, -ENOMEM. */
int pipe_take_packets(struct pipe *p);

/* An open end; none that fails leaves a trace. */
struct file *pipe_end_make(struct pipe *p, uint32_t flags, struct inode *inode);
