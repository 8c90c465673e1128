/* Pipes and FIFOs. */
#pragma once

#include "fs/file.h"

/* Writes of up to this many bytes are atomic (PIPE_BUF). */
#define PIPE_ATOMIC PAGE_SIZE

/*
 * Creates a pipe and both ends, with one reference each. `flags`: O_NONBLOCK, O_DIRECT (packet
 * mode: a write makes one or more packets, and a read takes one). Returns 0 or -ENOMEM.
 */
int pipe_create(uint32_t flags, struct file **read_end, struct file **write_end);

/*
 * Opens a FIFO; sleeps until the other end is open too, as open(2) specifies. Takes a reference to
 * `inode`. Returns 0, -ENXIO (O_NONBLOCK and no reader), -ERESTARTSYS or -ENOMEM.
 */
int fifo_open(struct inode *inode, uint32_t flags, struct file **out);

/*
 * The inode of a pipe, with a reference, for reopening an end; anonymous pipes get one on demand.
 * Returns 0, -ENXIO if `f` is not a pipe, or -ENOMEM.
 */
int pipe_inode(const struct file *f, struct inode **out);

/* Limit without CAP_SYS_RESOURCE: /proc/sys/fs/pipe-max-size. */
extern uint64_t pipe_size_max;

/* F_SETPIPE_SZ: returns the new size, -EBUSY, -EPERM, -EINVAL or -ENOMEM; and F_GETPIPE_SZ. */
long pipe_set_size(struct file *f, uint64_t wanted);
long pipe_size(struct file *f);
/* Prepares the pipe of `f` for the O_DIRECT flag. Returns 0 or -ENOMEM. */
int pipe_set_packet_mode(struct file *f);

/* For splice(2) and its kin. */
bool pipe_is(const struct file *f);
bool pipe_same(const struct file *a, const struct file *b);
/*
 * Enter and leave the gate: between them, under the kernel lock, nobody else uses the pipe. The
 * functions below require it.
 */
void pipe_enter(struct file *f);
void pipe_leave(struct file *f);
/*
 * Sleeps until there is something to read, or room to write. Returns how much, 0 at end of file,
 * -EPIPE, -EAGAIN or -ERESTARTSYS.
 */
long pipe_wait(struct file *f, bool write, bool nonblock);
/* Copies up to `n` bytes without consuming them; and consumes `n` bytes, which must be there. */
long pipe_peek(struct file *f, void *to, size_t n);
void pipe_skip(struct file *f, size_t n);
