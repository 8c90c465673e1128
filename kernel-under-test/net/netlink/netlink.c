/* Netlink sockets: ports, requests and replies. */
#include "net/netlink/netlink.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/control.h"

/* Limit of one reply: enough for everything there is to report. */
#define REPLY_MAX   16384
#define REQUEST_MAX 32768
#define QUEUE_MAX   (208ul << 10)

static struct list ports = LIST_INIT(ports);

static bool port_taken(const struct socket *s, uint32_t port)
{
	struct socket *other;

	list_for_each (other, &ports, by_name)
		if (other != s && other->protocol == s->protocol && other->local.nl_port == port)
			return true;
	return false;
}

/* `port` 0: the process id, or a unique negative number if that is taken. */
static int bind_port(struct socket *s, uint32_t port)
{
	struct ucred me;

	if (port && port_taken(s, port))
		return -EADDRINUSE;
	if (!port) {
		socket_current_ucred(&me);
		for (port = (uint32_t)me.pid; port_taken(s, port); port--)
			if (port == (uint32_t)me.pid)
				port = (uint32_t)-4096;
	}
	s->local.len = 12;
	s->local.nl_port = port;
	list_push_back(&ports, &s->by_name);
	return 0;
}

static int netlink_bind(struct socket *s, const struct address *a)
{
	if (a->len < 12 || a->family != AF_NETLINK)
		return -EINVAL;
	if (s->local.len && a->nl_port && a->nl_port != s->local.nl_port)
		return -EINVAL;
	s->local.nl_groups = a->nl_groups;
	return s->local.len ? 0 : bind_port(s, a->nl_port);
}

static int netlink_resolve(const struct socket *, struct address *a)
{
	return a->family != AF_NETLINK || a->len < 12 ? -EINVAL : a->nl_port ? -ECONNREFUSED : 0;
}

/* Only the kernel can be connected to. */
static int netlink_connect(struct socket *s, struct socket *, const struct address *a, uint32_t)
{
	if (a->family != AF_UNSPEC && a->nl_port)
		return -ECONNREFUSED;
	s->remote = (struct address){.len = 12, .family = AF_NETLINK};
	s->state = SOCKET_CONNECTED;
	return s->local.len ? 0 : bind_port(s, 0);
}

void netlink_begin(struct netlink_reply *r, uint16_t type, const void *fixed, size_t n)
{
	struct netlink_header h = {(uint32_t)(sizeof(h) + n), type, 0, r->request.sequence,
				   r->port};

	r->full |= r->len + sizeof(h) + ALIGN_UP(n, 4) > r->room;
	if (r->full)
		return;
	r->header = r->len;
	if (netlink_is_dump(&r->request) && type != NLMSG_ERROR)
		h.flags = NLM_F_MULTI;
	memcpy(r->data + r->len, &h, sizeof(h));
	memcpy(r->data + r->len + sizeof(h), fixed, n);
	r->len += sizeof(h) + ALIGN_UP(n, 4);
}

void netlink_put(struct netlink_reply *r, uint16_t type, const void *value, size_t n)
{
	struct {
		uint16_t len, type;
	} h = {(uint16_t)(sizeof(h) + n), type};

	r->full |= r->len + sizeof(h) + ALIGN_UP(n, 4) > r->room;
	if (r->full)
		return;
	memcpy(r->data + r->len, &h, sizeof(h));
	memcpy(r->data + r->len + sizeof(h), value, n);
	r->len += sizeof(h) + ALIGN_UP(n, 4);
	((struct netlink_header *)(void *)(r->data + r->header))->len =
		(uint32_t)(r->len - r->header);
}

static void queue(struct socket *s, struct netlink_reply *r)
{
	struct message *m = kmem_alloc(sizeof(*m) + r->len);

	if (!r->len || !m || s->queued + r->len > QUEUE_MAX) {
		if (m && r->len)
			s->error = ENOBUFS;
		kmem_free(m);
		return;
	}
	m->from = (struct address){.len = 12, .family = AF_NETLINK};
	m->control = NULL;
	m->len = r->len;
	memcpy(m->data, r->data, r->len);
	list_push_back(&s->messages, &m->link);
	s->queued += r->len + sizeof(*m);
	r->len = 0;
	wait_wake_one(&s->readers);
}

/* Reports an error with the request, or success with only its header. */
static void send_ack(struct socket *s, struct netlink_reply *r, int err, const char *request)
{
	struct {
		int32_t error;
		struct netlink_header request;
	} e = {err, r->request};
	size_t rest = err ? r->request.len - sizeof(e.request) : 0;

	netlink_begin(r, NLMSG_ERROR, &e, sizeof(e));
	if (r->full)
		return;
	if (!err)
		((struct netlink_header *)(void *)r->data)->flags = 0x100; /* NLM_F_CAPPED */
	if (rest <= r->room - r->len) {
		memcpy(r->data + r->len, request + sizeof(e.request), rest);
		r->len += ALIGN_UP(rest, 4);
		((struct netlink_header *)(void *)r->data)->len += (uint32_t)rest;
	}
	queue(s, r);
}

static void handle_request(struct socket *s, const char *request, char *buffer)
{
	struct netlink_reply r = {.data = buffer, .room = REPLY_MAX, .port = s->local.nl_port};
	int err, zero = 0;

	memset(buffer, 0, REPLY_MAX);
	memcpy(&r.request, request, sizeof(r.request));
	if (!(r.request.flags & NLM_F_REQUEST) || r.request.type < 0x10)
		err = 0;
	else
		err = s->protocol == NETLINK_ROUTE
			      ? rtnetlink_request(&r, request + sizeof(r.request),
						  r.request.len - sizeof(r.request))
			      : -EOPNOTSUPP;
	if (err) {
		r.len = 0;
		send_ack(s, &r, err, request);
		return;
	}
	if (netlink_is_dump(&r.request)) {
		queue(s, &r);
		netlink_begin(&r, NLMSG_DONE, &zero, sizeof(zero));
		queue(s, &r);
		return;
	}
	queue(s, &r);
	if (r.request.flags & NLM_F_ACK)
		send_ack(s, &r, 0, request);
}

/* Handles all requests in a message, one after the other. */
static long netlink_send_message(struct socket *s, struct socket *, struct uio *u, unsigned int,
				 struct msg_header *)
{
	size_t n = u->left, at = 0;
	char *request, *buffer;
	int err = s->local.len ? 0 : bind_port(s, 0);

	if (err)
		return err;
	if (n > REQUEST_MAX)
		return -EMSGSIZE;
	request = kmem_alloc(MAX(n, 1ul));
	buffer = kmem_alloc(REPLY_MAX);
	err = !request || !buffer ? -ENOBUFS : n ? uio_copy_from(u, request, n) : 0;
	while (!err && n - at >= sizeof(struct netlink_header)) {
		uint32_t len;

		memcpy(&len, request + at, sizeof(len));
		if (len < sizeof(struct netlink_header) || len > n - at)
			break;
		handle_request(s, request + at, buffer);
		at = MIN(at + ALIGN_UP((size_t)len, 4), n);
	}
	kmem_free(buffer);
	kmem_free(request);
	return err ? err : (long)n;
}

const struct socket_ops netlink_ops = {
	.bind = netlink_bind,
	.resolve = netlink_resolve,
	.listen = datagram_listen,
	.connect = netlink_connect,
	.send = socket_send_bytes,
	.send_message = netlink_send_message,
	.receive = datagram_receive,
	.poll = datagram_poll,
	.close = datagram_close,
};
