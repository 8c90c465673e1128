/* Pipes, and the FIFOs that have a name. */
#pragma once

#include "fs/file.h"

/* Writes of up to this many bytes are not mixed with others'. */
#define PIPE_ATOMIC PAGE_SIZE

/*
 * The two ends of a new pipe, one reference each. `flags`: O_NONBLOCK, O_DIRECT (each write is a
 * packet, or several, and a read takes one). -ENOMEM or 0.
 */
int pipe_create(uint32_t flags, struct file **read_end, struct file **write_end);

/*
 * Opens a FIFO; sleeps until the other side is open too, as open(2) says. Takes a reference of its
 * own on `inode`. -ENXIO (nobody reads, O_NONBLOCK), -ERESTARTSYS, -ENOMEM.
 */
int fifo_open(struct inode *inode, uint32_t flags, struct file **out);

/*
 * What stands behind an end of a pipe, so that it can be opened anew: a FIFO without a name, with a
 * reference. -ENXIO when `f` is no pipe's; -ENOMEM.
 */
int pipe_inode(const struct file *f, struct inode **out);

/* At most, without CAP_SYS_RESOURCE: /proc/sys/fs/pipe-max-size. */
extern uint64_t pipe_size_max;

/* F_SETPIPE_SZ of an end: the new size, -EBUSY, -EPERM, -EINVAL, -ENOMEM; F_GETPIPE_SZ. */
long pipe_set_size(struct file *f, uint64_t wanted);
long pipe_size(struct file *f);
/* `f`, an end, gets the flag O_DIRECT. -ENOMEM. */
int pipe_set_packets(struct file *f);

/* For splice() and its like. */
bool pipe_is(const struct file *f);
bool pipe_same(const struct file *a, const struct file *b);
/* Keeps those out who use it without the kernel lock; the rest of these wants that. */
void pipe_enter(struct file *f);
void pipe_leave(struct file *f);
/*
 * Sleeps until something can be read, or written: how much; 0 at the end of what can be read;
 * -EPIPE, -EAGAIN, -ERESTARTSYS.
 */
long pipe_wait(struct file *f, bool write, bool nonblock);
/* Copies at most `n` bytes, which stay; takes `n` away, which are there. */
long pipe_peek(struct file *f, void *to, size_t n);
void pipe_skip(struct file *f, size_t n);
