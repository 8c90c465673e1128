/* sendmsg, recvmsg, sendmmsg, recvmmsg. */
#include "syscall/net/message.h"

#include "arch/time.h"
#include "mm/kmem.h"
#include "syscall/file/poll.h"
#include "syscall/net/socket.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define IOV_MAX	   1024
#define BOUNCE_MAX (256ul << 10)

#define MSG_WAITFORONE 0x10000u

/* Copies between an iovec array and kernel memory. 0, -EFAULT. */
static int gather(const struct user_message *m, char *buffer, size_t n, bool out)
{
	uint64_t entry[2];

	for (uint64_t i = 0; i < m->count && n; i++) {
		size_t part;

		if (copy_from_user(entry, m->iov + i * sizeof(entry), sizeof(entry)) < 0)
			return -EFAULT;
		part = MIN(n, entry[1]);
		if (out ? copy_to_user(entry[0], buffer, part)
			: copy_from_user(buffer, entry[0], part))
			return -EFAULT;
		buffer += part;
		n -= part;
	}
	return 0;
}

struct transfer {
	struct socket *socket, *to;
	const struct user_message *message;
	struct msg_header *header;
	unsigned int flags;
	bool send;
	bool remote; /* to an address that is not local */
};

static inline long send_entry(const struct transfer *t, struct uio *u, unsigned int flags)
{
	const struct socket_ops *ops = t->socket->ops;

	return unlikely(t->remote) ? ops->send_to(t->socket, u, flags, t->header)
				   : ops->send_message(t->socket, t->to, u, flags, t->header);
}

static long transfer_entry(const struct transfer *t, struct uio *u, unsigned int flags)
{
	if (t->send)
		return WITH_PAGES(send_entry(t, u, flags));
	if (flags & MSG_OOB)
		return WITH_PAGES(stream_receive_urgent(t->socket, u, flags));
	return WITH_PAGES(t->socket->ops->receive(t->socket, u, flags, t->header));
}

/* A stream takes the entries one by one. */
static long transfer_stream(const struct transfer *t)
{
	unsigned int flags = t->flags;
	uint64_t entry[2];
	long done = 0;

	for (uint64_t i = 0; i < t->message->count; i++) {
		struct uio u;
		long n;

		if (copy_from_user(entry, t->message->iov + i * sizeof(entry), sizeof(entry)) < 0 ||
		    !user_range_ok(entry[0], entry[1]))
			return done ? done : -EFAULT;
		if (!entry[1])
			continue;
		u = uio_user(entry[0], MIN(entry[1], RW_MAX - (size_t)done));
		n = transfer_entry(t, &u, flags);
		if (n < 0)
			return done ? done : n;
		done += n;
		/* Control data belongs to the bytes it came with: stop there. */
		if ((uint64_t)n < entry[1] || (!t->send && t->header->control))
			break;
		if (!t->send && !(flags & MSG_WAITALL))
			flags |= MSG_DONTWAIT;
	}
	return done;
}

static long transfer_datagram(const struct transfer *t, size_t total)
{
	struct uio u;
	char *buffer;
	long n;

	total = t->send ? total : MIN(total, BOUNCE_MAX);
	if (total > BOUNCE_MAX)
		return -EMSGSIZE;
	buffer = kmem_alloc(MAX(total, 1ul));
	if (!buffer)
		return -ENOMEM;
	u = uio_kernel(buffer, total);
	n = t->send ? gather(t->message, buffer, total, false) : 0;
	if (!n)
		n = transfer_entry(t, &u, t->flags);
	if (!t->send && n > 0 && gather(t->message, buffer, MIN((size_t)n, total), true) < 0)
		n = -EFAULT;
	kmem_free(buffer);
	return n;
}

static long transfer_all(const struct transfer *t)
{
	long total = vector_size(t->message->iov, t->message->count);
	uint64_t entry[2];
	struct uio u;

	if (total < 0)
		return total;
	if (!total || t->message->count <= 1) {
		entry[0] = 0;
		if (t->message->count && copy_from_user(entry, t->message->iov, sizeof(entry)) < 0)
			return -EFAULT;
		if (!user_range_ok(entry[0], (uint64_t)total))
			return -EFAULT;
		u = uio_user(entry[0], (size_t)total);
		return transfer_entry(t, &u, t->flags);
	}
	return t->socket->type == SOCK_STREAM ? transfer_stream(t)
					      : transfer_datagram(t, (size_t)total);
}

static int get_message(uint64_t at, struct user_message *m)
{
	if (copy_from_user(m, at, sizeof(*m)) < 0)
		return -EFAULT;
	if (m->count > IOV_MAX)
		return -EMSGSIZE;
	return (int)m->name_len < 0 ? -EINVAL : 0;
}

static long send_one(struct transfer *t)
{
	const struct user_message *m = t->message;
	long n = vector_size(m->iov, m->count), found = 0;

	if (n >= 0)
		found = user_socket_target(t->socket, m->name_len ? m->name : 0,
					   MIN(m->name_len, 128u), (size_t)n, &t->header->from,
					   &t->to);
	t->remote = found > 0;
	if (n >= 0) {
		n = found < 0 ? found : user_control_get(t->socket, m, &t->header->control);
		if (!n)
			n = transfer_all(t);
	}
	if (t->to)
		socket_put(t->to);
	return n;
}

static long send_message(uint64_t fd, uint64_t at, uint64_t flags)
{
	struct msg_header e = {.flags = 0};
	struct user_message m;
	struct transfer t = {.message = &m, .header = &e, .send = true};
	struct file *f SCOPED(file_put) = NULL;
	long n = user_socket_get(fd, &f, &t.socket);

	if (n)
		return n;
	n = get_message(at, &m);
	t.flags = socket_flags(f, flags);
	if (!n && (flags & MSG_OOB) && !socket_has_urgent(t.socket))
		n = -EOPNOTSUPP;
	if (!n)
		n = send_one(&t);
	if ((flags & MSG_OOB) && n > 0)
		stream_mark_urgent(t.socket);
	if (e.control)
		control_free(e.control, false);
	return user_send_result(n, flags);
}

/* `s` NULL: no control data was received. */
static int put_message(uint64_t at, struct user_message *m, struct socket *s, struct msg_header *e,
		       bool cloexec)
{
	struct control_out o = {.at = m->control, .left = m->control ? m->control_len : 0};
	uint32_t len = e->from.len;

	if (s && user_control_put(&o, s, e->control, cloexec) < 0)
		return -EFAULT;
	if (m->name && copy_to_user(m->name, &e->from.family, MIN(len, m->name_len)) < 0)
		return -EFAULT;
	if (m->name)
		m->name_len = len;
	m->flags = e->flags | o.flags | (cloexec ? MSG_CMSG_CLOEXEC : 0);
	m->control_len = o.used;
	/* msg_iov is not written back. */
	if (copy_to_user(at + offsetof(struct user_message, name_len), &m->name_len, 4) < 0)
		return -EFAULT;
	return copy_to_user(at + offsetof(struct user_message, control_len), &m->control_len, 12);
}

static long receive_message(uint64_t fd, uint64_t at, uint64_t flags)
{
	struct user_message m;
	struct msg_header e = {.flags = 0};
	struct transfer t = {.message = &m, .header = &e};
	struct file *f SCOPED(file_put) = NULL;
	long n = user_socket_get(fd, &f, &t.socket);

	if (n)
		return n;
	t.flags = socket_flags(f, flags);
	n = get_message(at, &m);
	if (!n && (flags & (MSG_OOB | MSG_ERRQUEUE)) &&
	    !((flags & MSG_OOB) && socket_has_urgent(t.socket)))
		n = flags & MSG_OOB ? (t.socket->family == AF_UNIX ? -EOPNOTSUPP : -EINVAL)
				    : -EAGAIN;
	if (!n)
		n = transfer_all(&t);
	if (n > 0 && (flags & MSG_OOB))
		e.flags |= MSG_OOB;
	if (n >= 0 && put_message(at, &m, t.socket, &e, flags & MSG_CMSG_CLOEXEC) < 0)
		n = -EFAULT;
	if (e.control)
		control_free(e.control, false);
	return n;
}

/*
 * Without the kernel lock: whether this is a stream, and the message one entry without address or
 * control data; *piece.
 */
static bool is_plain(uint64_t fd, uint64_t at, struct user_message *m, uint64_t entry[2])
{
	return user_stream(fd) && !copy_from_user(m, at, sizeof(*m)) && m->count == 1 &&
	       !m->name_len && !copy_from_user(entry, m->iov, 2 * sizeof(*entry)) &&
	       (int64_t)entry[1] > 0 && user_range_ok(entry[0], entry[1]);
}

/* Both run without the kernel lock for plain bytes on a stream. */
long sys_sendmsg(uint64_t fd, uint64_t message, uint64_t flags)
{
	struct user_message m;
	uint64_t entry[2];

	if (is_plain(fd, message, &m, entry) && !m.control_len)
		return sys_sendto(fd, entry[0], entry[1], (uint32_t)flags, 0, 0);
	KERNEL_SCOPE();
	return send_message(fd, message, (uint32_t)flags);
}

/* Plain bytes; false: take the slow path, nothing was received. */
static bool receive_plain(uint64_t fd, uint64_t at, bool now, long *n)
{
	struct msg_header e = {.flags = 0};
	struct user_message m;
	uint64_t entry[2];
	struct uio u;

	if (!is_plain(fd, at, &m, entry))
		return false;
	u = uio_user(entry[0], MIN(entry[1], RW_MAX));
	/* Looked up again: user memory was accessed, which may have waited for a lock. */
	*n = user_stream_move(user_stream(fd), &u, false, now);
	if (u.left) {
		if (u.held)
			file_put_unlocked(u.held);
		return false;
	}
	if (*n >= 0 && put_message(at, &m, NULL, &e, false) < 0)
		*n = -EFAULT;
	return true;
}

long sys_recvmsg(uint64_t fd, uint64_t message, uint64_t flags)
{
	long n;

	if (!((uint32_t)flags & ~MSG_DONTWAIT) &&
	    receive_plain(fd, message, flags & MSG_DONTWAIT, &n))
		return n;
	KERNEL_SCOPE();
	return receive_message(fd, message, (uint32_t)flags);
}

/* struct mmsghdr: a message and its length. */
#define STRIDE (sizeof(struct user_message) + 8)

long sys_sendmmsg(uint64_t fd, uint64_t messages, uint64_t count, uint64_t flags)
{
	uint32_t n = 0;

	for (count = MIN((uint32_t)count, 1024u); n < count; n++) {
		uint64_t at = messages + n * STRIDE;
		long len = send_message(fd, at, (uint32_t)flags);
		uint32_t v = (uint32_t)len;

		if (len < 0)
			return n ? (long)n : len;
		if (copy_to_user(at + sizeof(struct user_message), &v, sizeof(v)) < 0)
			return n ? (long)n : -EFAULT;
	}
	return n;
}

long sys_recvmmsg(uint64_t fd, uint64_t messages, uint64_t count, uint64_t flags, uint64_t timeout)
{
	struct user_time left;
	uint64_t deadline;
	uint32_t n = 0;
	long err = poll_deadline(timeout, &deadline);

	for (count = MIN((uint32_t)count, 1024u); n < count && !err; n++) {
		uint64_t at = messages + n * STRIDE;
		long len = receive_message(fd, at, (uint32_t)flags & ~MSG_WAITFORONE);
		uint32_t v = (uint32_t)len;

		if (len < 0 || copy_to_user(at + sizeof(struct user_message), &v, sizeof(v)) < 0) {
			err = len < 0 ? len : -EFAULT;
			break;
		}
		if (flags & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (deadline != UINT64_MAX && arch_time_ns() >= deadline) {
			n++;
			break;
		}
	}
	left = time_left(deadline);
	if (timeout && n && copy_to_user(timeout, &left, sizeof(left)) < 0)
		return -EFAULT;
	return n ? (long)n : err;
}
