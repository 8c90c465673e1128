/* Sockets: creation, connection, shutdown, and their file operations. */
#include "net/socket.h"

#include "arch/time.h"
#include "fs/credentials.h"
#include "fs/peek.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/raw.h"
#include "net/netlink/netlink.h"

#define SIOCATMARK   0x8905
#define SIOCGSTAMP   0x8906
#define SIOCGSTAMPNS 0x8907
#define TIOCOUTQ     0x5411
#define FIONREAD     0x541b

static struct list all = LIST_INIT(all);

struct socket *socket_alloc(uint16_t family, uint8_t type)
{
	struct socket *s = kmem_zalloc(sizeof(*s));

	if (!s)
		return NULL;
	if (likely(type == SOCK_STREAM)) {
		s->ops = &stream_ops;
	} else if (family == AF_NETLINK) {
		s->ops = &netlink_ops;
	} else if (type == SOCK_DGRAM || (type == SOCK_RAW && family == AF_UNIX)) {
		type = SOCK_DGRAM;
		s->ops = &datagram_ops;
		s->cmsg_flags = datagram_cmsg_default;
	} else {
		s->ops = &packet_ops;
	}
	s->refs = 1;
	s->uid = credentials_current()->euid;
	s->send_buffer = s->receive_buffer = BUFFER_DEFAULT;
	list_push_back(&all, &s->all);
	s->gate = &s->own_gate;
	s->family = family;
	s->type = type;
	s->local.family = s->remote.family = family;
	list_init(&s->by_name);
	list_init(&s->backlog);
	list_init(&s->messages);
	list_init(&s->controls);
	list_init(&s->inflight);
	wait_init(&s->readers);
	wait_init(&s->writers);
	return s;
}

void socket_put(struct socket *s)
{
	struct socket *gate_owner = s->gate_owner;

	if (--s->refs)
		return;
	list_remove(&s->all);
	if (s->options) {
		option_values_put(s->options);
		if (s->ext)
			socket_ext_free(s);
	}
	/* stream_poll_unlocked() of the other end may still be looking at it. */
	peek_free(s);
	if (gate_owner)
		socket_put(gate_owner);
}

void socket_each(void (*fn)(struct socket *s, void *ctx), void *ctx)
{
	struct socket *s;

	/* A closed socket may remain referenced for a while. */
	list_for_each (s, &all, all)
		if (s->file || s->peer)
			fn(s, ctx);
}

void socket_connect_pair(struct socket *a, struct socket *b)
{
	/* `b` is new, so its own gate has never been used. */
	GATE_SCOPE(a->gate);
	b->gate = a->gate;
	b->gate_owner = socket_get(a);
	a->peer = socket_get(b);
	b->peer = socket_get(a);
	a->remote = b->local;
	b->remote = a->local;
	if (unlikely(a->family != b->family)) {
		address_do_convert(&a->remote, a->family);
		address_do_convert(&b->remote, b->family);
	}
	a->state = b->state = SOCKET_CONNECTED;
	if (unlikely((a->cmsg_flags | b->cmsg_flags) & CMSG_CREDS)) {
		stream_enable_control(a);
		stream_enable_control(b);
	}
}

/* Wakes all sleepers to check the socket's state again. */
static void wake_all(struct socket *s)
{
	wait_wake_all(&s->readers);
	wait_wake_all(&s->writers);
}

int socket_shutdown(struct socket *s, int how)
{
	bool alone = s->state == SOCKET_NEW || s->reset;

	if (s->state == SOCKET_LISTENING && socket_is_internet(s)) {
		if (how != SHUT_WR)
			stream_unlisten(s);
		return 0;
	}
	if (s->state == SOCKET_LISTENING && how != SHUT_WR)
		stream_unlisten(s);
	/* Waiters are woken even if that fails. */
	if (!alone || s->type != SOCK_STREAM) {
		GATE_SCOPE(s->gate);
		s->read_shut |= how != SHUT_WR;
		s->write_shut |= how != SHUT_RD;
		wake_all(s);
		if (s->peer)
			wake_all(s->peer);
	}
	return alone && socket_is_internet(s) ? -ENOTCONN : 0;
}

int socket_sleep(struct wait_queue *q, unsigned int flags, uint64_t timeout_ns)
{
	int err;

	if (flags & MSG_DONTWAIT)
		return -EAGAIN;
	if (likely(!timeout_ns))
		return wait_sleep(q, WAIT_INTERRUPTIBLE);
	err = wait_sleep_until(q, WAIT_INTERRUPTIBLE, arch_time_ns() + timeout_ns);
	return err == -ETIMEDOUT ? -EAGAIN : err == -ERESTARTSYS ? -EINTR : err;
}

long socket_send_bytes(struct socket *s, struct uio *u, unsigned int flags)
{
	return s->ops->send_message(s, NULL, u, flags, NULL);
}

static unsigned int flags_of(const struct file *f)
{
	return f->flags & O_NONBLOCK ? MSG_DONTWAIT : 0;
}

static long socket_read(struct file *f, struct uio *u)
{
	struct socket *s = f->data;

	/* Only recv() with a size of 0 waits for a message. */
	if (unlikely(!u->left))
		return 0;
	return s->ops->receive(s, u, flags_of(f), NULL);
}

static long socket_write(struct file *f, struct uio *u)
{
	struct socket *s = f->data;

	return s->ops->send(s, u, flags_of(f));
}

static uint32_t socket_poll(struct file *f, struct poll_entry *e)
{
	struct socket *s = f->data;

	return s->ops->poll(s, e);
}

/* When the last message came; of that before anybody asked, now. */
static long get_stamp(struct socket *s, uint64_t request, uint64_t arg)
{
	uint64_t t[2];

	if (s->type == SOCK_STREAM)
		return -ENOENT;
	if (!socket_ext(s))
		return -ENOMEM;
	s->cmsg_flags |= CMSG_STAMP;
	if (!s->ext->stamp_ns && !s->received)
		return -ENOENT;
	if (!s->ext->stamp_ns)
		s->ext->stamp_ns = volume_now_ns();
	t[0] = s->ext->stamp_ns / NS_PER_SEC;
	t[1] = s->ext->stamp_ns % NS_PER_SEC / (request == SIOCGSTAMP ? 1000 : 1);
	return copy_to_user(arg, t, sizeof(t));
}

static long socket_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	struct socket *s = f->data;
	int used;

	if (request == SIOCATMARK && s->type == SOCK_STREAM && socket_is_internet(s)) {
		used = stream_at_mark(s);
		return copy_to_user(arg, &used, sizeof(used));
	}
	if ((request == SIOCGSTAMP || request == SIOCGSTAMPNS) &&
	    (socket_is_internet(s) || s->family == AF_PACKET))
		return get_stamp(s, request, arg);
	if (request != FIONREAD && request != TIOCOUTQ)
		return interface_ioctl(request, arg);
	if (s->state == SOCKET_LISTENING)
		return -EINVAL;
	gate_enter(s->gate);
	if (request == FIONREAD)
		used = (int)(s->urgent && !s->urgent_inline ? s->urgent_at - s->in.read
							    : ring_used(&s->in));
	else
		used = s->peer && s->family == AF_UNIX ? (int)ring_used(&s->peer->in) : 0;
	gate_leave(s->gate);
	if (request == FIONREAD && s->type != SOCK_STREAM && !list_empty(&s->messages))
		used = (int)list_first(&s->messages, struct message, link)->len;
	return copy_to_user(arg, &used, sizeof(used));
}

static void end(struct socket *s)
{
	socket_unbind(s);
	s->file = NULL;
	s->ops->close(s);
	socket_put(s);
}

static void socket_release(struct file *f)
{
	end(f->data);
	control_gc();
}

#define SOCKET_OPS                                                                                 \
	.signals = true, .kind = "socket", .read = socket_read, .write = socket_write,             \
	.ioctl = socket_ioctl, .poll = socket_poll, .release = socket_release

static const struct file_ops socket_file_ops = {SOCKET_OPS};

static const struct file_ops stream_file_ops = {
	SOCKET_OPS,
	.read_unlocked = stream_read_unlocked,
	.write_unlocked = stream_write_unlocked,
	.poll_unlocked = stream_poll_unlocked,
};

struct file *socket_file(struct socket *s, uint32_t flags)
{
	s->file = file_alloc(s->type == SOCK_STREAM ? &stream_file_ops : &socket_file_ops,
			     O_RDWR | flags, NULL, s);
	if (s->file)
		return s->file;
	end(s);
	return NULL;
}

struct socket *socket_of(const struct file *f)
{
	return f->ops == &socket_file_ops || f->ops == &stream_file_ops ? f->data : NULL;
}
