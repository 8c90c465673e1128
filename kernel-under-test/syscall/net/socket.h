/* What system calls on sockets share. */
#pragma once

#include "net/socket.h"
#include "syscall/user.h"

/* The file of a socket with a reference, and the socket. -EBADF, -ENOTSOCK. */
int user_socket_get(uint64_t fd, struct file **f, struct socket **s);

static inline unsigned int socket_flags(const struct file *f, uint64_t flags)
{
	return (unsigned int)flags | (f->flags & O_NONBLOCK ? MSG_DONTWAIT : 0);
}

/* Copies as much as fits, and says how much there is. */
int user_address_put(const struct address *a, uint64_t to, uint64_t len_at);

/*
 * The socket at a user's address, with a reference. 1: nobody here has the address, which is no
 * error for UDP, or another machine has it. *to is NULL then.
 */
int user_socket_find(struct socket *s, uint64_t addr, uint64_t len, struct address *a,
		     struct socket **to);

/*
 * Where `size` bytes go that are for `addr` (0: for the peer); TCP looks at no address. With a
 * reference in *to, or NULL for the peer. 1: nobody of this machine is there (send_to()).
 */
int user_socket_target(struct socket *s, uint64_t addr, uint64_t len, size_t size,
		       struct address *a, struct socket **to);

static inline bool socket_has_urgent(const struct socket *s)
{
	return s->type == SOCK_STREAM && socket_is_internet(s);
}

/* Without the kernel lock: the file of a stream, or NULL (no such descriptor, or another kind). */
static inline struct file *user_stream(uint64_t fd)
{
	struct file *f = user_file(fd);

	return f && f->ops->read_unlocked == stream_read_unlocked ? f : NULL;
}

/* Without the kernel lock; what is left in `u` is for the long way. `f` may be NULL. */
static inline long user_stream_move(struct file *f, struct uio *u, bool send, bool now)
{
	if (unlikely(!f))
		return 0;
	if (now)
		return stream_move_now(f, u, send);
	return send ? stream_write_unlocked(f, u) : stream_read_unlocked(f, u);
}

/* The signal that comes with -EPIPE. */
long user_send_result(long n, uint64_t flags);
