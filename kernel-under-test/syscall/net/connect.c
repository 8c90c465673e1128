/* connect. */
#include "syscall/net/socket.h"

#include "syscall/user.h"

/*
 * A TCP handshake takes time, even over loopback: a non-blocking connect() is told the outcome
 * later, by poll() and SO_ERROR or by another connect().
 */
static int connect_unwaited(struct socket *s, int err)
{
	if (err && err != -ECONNREFUSED)
		return err;
	s->connecting = true;
	s->error = -err;
	return -EINPROGRESS;
}

static int connect_again(struct socket *s)
{
	s->connecting = false;
	if (s->state != SOCKET_NEW)
		return 0;
	return s->error ? -socket_take_error(s) : -ECONNABORTED;
}

long sys_connect(uint64_t fd, uint64_t addr, uint64_t len)
{
	struct address a;
	struct socket *s, *to;
	struct file *f;
	int err = user_socket_get(fd, &f, &s);

	if (err)
		return err;
	if (s->connecting) {
		err = connect_again(s);
		file_put(f);
		return err;
	}
	to = NULL;
	if (s->family != AF_UNIX &&
	    (s->state == SOCKET_CLOSED || (s->state == SOCKET_CONNECTED && s->type == SOCK_STREAM)))
		err = -EISCONN;
	else
		err = user_socket_find(s, addr, len, &a, &to);
	if (err >= 0)
		err = s->ops->connect(s, to, &a, f->flags);
	if (s->family != AF_UNIX && s->type == SOCK_STREAM && (f->flags & O_NONBLOCK))
		err = connect_unwaited(s, err);
	if (to)
		socket_put(to);
	file_put(f);
	return err;
}
