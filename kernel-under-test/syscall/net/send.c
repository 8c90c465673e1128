/* sendto and recvfrom. */
#include "net/control.h"
#include "proc/signal/signal.h"
#include "syscall/net/socket.h"
#include "syscall/user.h"

long user_send_result(long n, uint64_t flags)
{
	if (n == -EPIPE && !(flags & MSG_NOSIGNAL))
		signal_raise_current(SIGPIPE);
	return n;
}

/* With the kernel lock. If the fast path slept, it holds a reference on the file. */
static int socket_for_rest(uint64_t fd, const struct uio *u, struct file **f, struct socket **s)
{
	if (likely(!u->held))
		return user_socket_get(fd, f, s);
	*f = u->held;
	*s = socket_of(*f);
	return 0;
}

static long send_rest(uint64_t fd, struct uio *u, uint64_t len, uint64_t flags, uint64_t addr,
		      uint64_t addr_len)
{
	struct socket *s, *to = NULL;
	struct msg_header e;
	struct file *f;
	long n = socket_for_rest(fd, u, &f, &s);

	if (n)
		return n;
	e.control = NULL;
	if (!user_range_ok(u->base, len))
		n = -EFAULT;
	else if (unlikely((flags & MSG_OOB) && !socket_has_urgent(s)))
		n = -EOPNOTSUPP;
	else
		n = user_socket_target(s, addr, addr_len, u->left, &e.from, &to);
	if (n > 0)
		n = WITH_PAGES(s->ops->send_to(s, u, socket_flags(f, flags), &e));
	else if (!n)
		n = WITH_PAGES(to ? s->ops->send_message(s, to, u, socket_flags(f, flags), &e)
				  : s->ops->send(s, u, socket_flags(f, flags)));
	if (unlikely(flags & MSG_OOB) && n > 0)
		stream_mark_urgent(s);
	if (to)
		socket_put(to);
	file_put(f);
	return user_send_result(n, flags);
}

/* Without the kernel lock for plain bytes between two ends of a stream. */
long sys_sendto(uint64_t fd, uint64_t buf, uint64_t len, uint64_t flags, uint64_t addr,
		uint64_t addr_len)
{
	struct uio u = uio_user(buf, MIN(len, RW_MAX));
	long done = 0, n;

	if (!addr && !((uint32_t)flags & ~(MSG_DONTWAIT | MSG_NOSIGNAL)) && len &&
	    user_range_ok(buf, len)) {
		done = user_stream_move(user_stream(fd), &u, true, flags & MSG_DONTWAIT);
		if (!u.left)
			return done;
	}
	n = WITH_KERNEL_LOCK(send_rest(fd, &u, len - (uint64_t)done, flags, addr, addr_len));
	return likely(!done) ? n : done + MAX(n, 0);
}

static long receive_rest(uint64_t fd, struct uio *u, uint64_t len, uint64_t flags, uint64_t addr,
			 uint64_t len_at)
{
	struct msg_header e;
	struct socket *s;
	struct file *f;
	long n = socket_for_rest(fd, u, &f, &s);
	int err = 0;

	if (n)
		return n;
	e.from.len = 0;
	e.control = NULL;
	e.flags = 0;
	if (!user_range_ok(u->base, len))
		n = -EFAULT;
	else if (unlikely((flags & MSG_OOB) && socket_has_urgent(s)))
		n = WITH_PAGES(stream_receive_urgent(s, u, (unsigned int)flags));
	else if (unlikely(flags & (MSG_OOB | MSG_ERRQUEUE)))
		n = flags & MSG_OOB ? (s->family == AF_UNIX ? -EOPNOTSUPP : -EINVAL) : -EAGAIN;
	else
		n = WITH_PAGES(s->ops->receive(s, u, socket_flags(f, flags), &e));
	file_put(f);
	if (unlikely(e.control))
		control_free(e.control, false);
	if (n >= 0 && addr)
		err = user_address_put(&e.from, addr, len_at);
	return err ? err : n;
}

/* As sys_sendto(). A partial receive is complete. */
long sys_recvfrom(uint64_t fd, uint64_t buf, uint64_t len, uint64_t flags, uint64_t addr,
		  uint64_t len_at)
{
	struct uio u = uio_user(buf, MIN(len, RW_MAX));
	long n;

	if (!addr && !((uint32_t)flags & ~MSG_DONTWAIT) && len && user_range_ok(buf, len)) {
		n = user_stream_move(user_stream(fd), &u, false, flags & MSG_DONTWAIT);
		if (!u.left)
			return n;
	}
	KERNEL_SCOPE();
	return receive_rest(fd, &u, len, flags, addr, len_at);
}
