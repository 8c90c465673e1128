/* Shared by system calls on sockets. */
#pragma once

#include "net/socket.h"
#include "syscall/user.h"

/* The file, with a reference, and its socket. -EBADF, -ENOTSOCK. */
int user_socket_get(uint64_t fd, struct file **f, struct socket **s);

static inline unsigned int socket_flags(const struct file *f, uint64_t flags)
{
	return (unsigned int)flags | (f->flags & O_NONBLOCK ? MSG_DONTWAIT : 0);
}

/* Copies as much of the address as fits, and reports its full length. */
int user_address_put(const struct address *a, uint64_t to, uint64_t len_at);

/*
 * The socket at a user's address, with a reference. 1, with *to NULL: there is none here; the
 * address is another machine's, or (no error for UDP) nobody has it.
 */
int user_socket_find(struct socket *s, uint64_t addr, uint64_t len, struct address *a,
		     struct socket **to);

/*
 * The destination of `size` bytes for `addr` (0: the peer; TCP ignores addresses). *to: the socket,
 * with a reference; NULL: the peer. 1: no local socket (send_to()).
 */
int user_socket_target(struct socket *s, uint64_t addr, uint64_t len, size_t size,
		       struct address *a, struct socket **to);

static inline bool socket_has_urgent(const struct socket *s)
{
	return s->type == SOCK_STREAM && socket_is_internet(s);
}

/* Without the kernel lock: the file of a stream socket, or NULL. */
static inline struct file *user_stream(uint64_t fd)
{
	struct file *f = user_file(fd);

	return f && f->ops->read_unlocked == stream_read_unlocked ? f : NULL;
}

/* Without the kernel lock; the rest in `u` is left to the slow path. `f` may be NULL. */
static inline long user_stream_move(struct file *f, struct uio *u, bool send, bool now)
{
	if (unlikely(!f))
		return 0;
	if (now)
		return stream_try_transfer(f, u, send);
	return send ? stream_write_unlocked(f, u) : stream_read_unlocked(f, u);
}

/* Passes the result on; -EPIPE also raises SIGPIPE, unless MSG_NOSIGNAL. */
long user_send_result(long n, uint64_t flags);
