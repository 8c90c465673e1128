/* Private to pipes and FIFOs. */
#pragma once

#include "ipc/pipe.h"
#include "ipc/ring.h"
#include "sched/gate.h"
#include "sched/wait.h"

/*
 * Under the kernel lock, used inside the gate. Reads and writes pass without that lock, unless a
 * user page is missing or a waiter can only be notified with it (sched/gate.h).
 */
struct pipe {
	struct gate gate;
	struct ring ring;
	/* Open files that read, and that write. A FIFO may have several, and one may do both. */
	uint32_t read_ends, write_ends;
	/* Ends ever opened, so that a FIFO open does not miss a peer that has closed again. */
	uint32_t readers_opened, writers_opened;
	struct wait_queue readers, writers;
	/*
	 * Capacity in bytes, and what it may hold at present: less while packets take up its pages.
	 */
	size_t size, limit;
	struct pipe_large *large; /* if larger than RING_SIZE or in packet mode: pipe_large.c */
	struct inode *fifo;	  /* by which it can be opened, or NULL; no reference */
} __attribute__((aligned(64)));

extern const struct file_ops pipe_ops;

static inline size_t pipe_room(const struct pipe *p)
{
	return p->limit - ring_used(&p->ring);
}

/* The file operations of those names. */
long pipe_read_unlocked(struct file *f, struct uio *u);
long pipe_write_unlocked(struct file *f, struct uio *u);

/* A pipe without ends; NULL if out of memory. */
struct pipe *pipe_alloc(void);
/* The pipe must have no ends. */
void pipe_free(struct pipe *p);
/* ring_get() and ring_put() for a pipe with `large`, inside the gate; packets move one at a time.
 */
long pipe_large_get(struct pipe *p, struct uio *u, size_t n, bool peek);
long pipe_large_put(struct pipe *p, struct uio *u, size_t n, bool packets);
/* Call after advancing ring.read. */
void pipe_large_skip(struct pipe *p);
void pipe_large_free(struct pipe *p);
/* Prepares the pipe for O_DIRECT writes. Returns 0 or -ENOMEM. */
int pipe_enable_packets(struct pipe *p);

/* Opens an end; NULL if out of memory, with nothing changed. */
struct file *pipe_open_end(struct pipe *p, uint32_t flags, struct inode *inode);
