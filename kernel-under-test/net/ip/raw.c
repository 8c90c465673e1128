/* Raw and ping sockets, and socket filters. */
#include "net/ip/raw.h"

#include "fs/credentials.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/multicast.h"

static struct list raw_sockets = LIST_INIT(raw_sockets);
uint64_t ping_groups[2] = {1, 0};

struct socket_ext *socket_ext(struct socket *s)
{
	if (!s->ext) {
		s->ext = kmem_zalloc(sizeof(*s->ext));
		if (s->ext)
			s->ext->group_ttl = 1;
	}
	return s->ext;
}

void socket_ext_free(struct socket *s)
{
	if (!s->ext)
		return;
	multicast_leave_all(s);
	kmem_free(s->ext->filter);
	kmem_free(s->ext);
	s->ext = NULL;
}

int socket_set_filter(struct socket *s, struct bpf_insn *code)
{
	if (!code && (!s->ext || !s->ext->filter))
		return -ENOENT;
	if (!socket_ext(s))
		return -ENOMEM;
	kmem_free(s->ext->filter);
	s->ext->filter = code;
	return 0;
}

size_t socket_filter(const struct socket *s, const void *at, size_t n)
{
	const struct bpf_data d = {at, (uint32_t)n, false};

	return likely(!s->ext || !s->ext->filter) ? n : MIN(n, (size_t)bpf_run(s->ext->filter, &d));
}

/* The local and remote address select what is received; ports have no meaning. */
static int raw_bind(struct socket *s, const struct address *a)
{
	if (a->len < 16)
		return -EINVAL;
	if (a->family != AF_INET)
		return -EAFNOSUPPORT;
	if (!address_is_local(a))
		return -EADDRNOTAVAIL;
	s->local = *a;
	s->local.len = address_size(a);
	s->local.in_port = s->protocol == IPPROTO_RAW ? 0 : be16(s->protocol);
	return 0;
}

static int raw_connect(struct socket *s, struct socket *, const struct address *a, uint32_t)
{
	struct ipv4_flow f = ipv4_flow(s, a, s->protocol, NULL);
	int err = a->family == AF_UNSPEC ? 0 : ipv4_route(&f);

	if (err)
		return err;
	s->state = a->family == AF_UNSPEC ? SOCKET_NEW : SOCKET_CONNECTED;
	s->remote = *a;
	if (!s->local.len && s->state == SOCKET_CONNECTED) {
		s->local = (struct address){.len = 16, .family = AF_INET};
		s->local.in_addr = f.from;
		s->local.in_port = s->protocol == IPPROTO_RAW ? 0 : be16(s->protocol);
	}
	return 0;
}

/* IP_HDRINCL: takes the header fields that are not ours to set from the user's header. */
static int use_own_header(struct uio *u, struct ipv4_flow *f)
{
	struct ipv4_header h;
	int err;

	if (u->left < sizeof(h))
		return -EINVAL;
	err = uio_copy_from(u, &h, sizeof(h));
	if (err)
		return err;
	if (h.version_len != 0x45)
		return -EINVAL;
	if (h.from)
		f->from = h.from;
	f->protocol = h.protocol;
	f->ttl = h.ttl;
	f->tos = h.tos;
	return 0;
}

static long send_packet(struct socket *s, const struct address *to, struct uio *u,
			const struct msg_header *e)
{
	struct ipv4_flow f = ipv4_flow(s, to, s->protocol, e);
	bool whole = s->ext->hdrincl || s->protocol == IPPROTO_RAW;
	long all = (long)u->left;
	struct packet *p;
	/* As on Linux, shutdown() has no effect on packets whose header is ours. */
	int err = u->left > UINT16_MAX - (whole ? 0 : IPV4_SIZE) ? -EMSGSIZE
		  : whole && s->write_shut			 ? -EPIPE
								 : 0;

	if (!err && whole)
		err = use_own_header(u, &f);
	return err ?: ipv4_alloc_from(u, 0, &p) ?: ipv4_send(p, &f) ?: all;
}

static long raw_send_to(struct socket *s, struct uio *u, unsigned int, struct msg_header *e)
{
	return send_packet(s, &e->from, u, e);
}

static long raw_send_message(struct socket *s, struct socket *, struct uio *u, unsigned int,
			     struct msg_header *e)
{
	return s->state != SOCKET_CONNECTED ? -EDESTADDRREQ : send_packet(s, &s->remote, u, e);
}

static bool matches(const struct socket *s, const struct interface *i, const struct ipv4_packet *p)
{
	return s->protocol == p->protocol && (!s->local.in_addr || s->local.in_addr == p->to) &&
	       (s->state != SOCKET_CONNECTED || s->remote.in_addr == p->from) &&
	       (!s->ext->device || s->ext->device == i->index) &&
	       !(p->protocol == IP_ICMP && p->len && p->payload[0] < 32 &&
		 (s->ext->icmp_ignored & BIT(p->payload[0])));
}

static struct arrival arrival_of(const struct ipv4_packet *p, const void *data, size_t n)
{
	struct arrival a = {.data = data, .len = n, .hops = p->ttl, .class = p->tos};

	a.from = a.to = (struct address){.len = 16, .family = AF_INET};
	a.from.in_addr = p->from;
	a.to.in_addr = p->to;
	return a;
}

bool raw_receive(struct interface *i, const struct ipv4_packet *p)
{
	struct arrival a = arrival_of(p, p->header, p->header_len + p->len);
	bool any = false;
	struct socket *s;

	list_for_each (s, &raw_sockets, by_name)
		if (matches(s, i, p)) {
			datagram_deliver(s, &a);
			any = true;
		}
	return any;
}

static const struct socket_ops raw_ops = {
	.bind = raw_bind,
	.listen = datagram_listen,
	.connect = raw_connect,
	.send = socket_send_bytes,
	.send_message = raw_send_message,
	.send_to = raw_send_to,
	.receive = datagram_receive,
	.poll = datagram_poll,
	.close = datagram_close,
};

/* The local port serves as the echo identifier. */
static long send_echo(struct socket *s, const struct address *to, struct uio *u,
		      const struct msg_header *e)
{
	struct ipv4_flow f = ipv4_flow(s, to, IP_ICMP, e);
	struct icmp_header h;
	struct packet *p;
	size_t n = u->left;
	int err = n > UINT16_MAX ? -EMSGSIZE : n < sizeof(h) ? -EINVAL : ipv4_route(&f);

	err = err ?: ipv4_alloc_from(u, 0, &p);
	if (err)
		return err;
	memcpy(&h, ipv4_payload(p), sizeof(h));
	if (h.type != ICMP_ECHO || h.code) {
		kmem_free(p);
		return -EINVAL;
	}
	h.id = s->local.in_port;
	h.checksum = 0;
	memcpy(ipv4_payload(p), &h, sizeof(h));
	h.checksum = wire_checksum(wire_sum(0, ipv4_payload(p), n));
	memcpy(ipv4_payload(p), &h, sizeof(h));
	return ipv4_send(p, &f) ?: (long)n;
}

static long ping_send_to(struct socket *s, struct uio *u, unsigned int, struct msg_header *e)
{
	return send_echo(s, &e->from, u, e);
}

static long ping_send_message(struct socket *s, struct socket *to, struct uio *u, unsigned int,
			      struct msg_header *e)
{
	if (to)
		return send_echo(s, &e->from, u, e);
	return s->state != SOCKET_CONNECTED ? -EDESTADDRREQ : send_echo(s, &s->remote, u, e);
}

void ping_receive(const struct ipv4_packet *p, const struct icmp_header *h)
{
	struct arrival a = arrival_of(p, p->payload, p->len);
	struct socket *s;

	a.to.in_port = h->id;
	s = socket_lookup_receiver(SOCK_DGRAM, IP_ICMP, &a.from, &a.to);
	if (s)
		datagram_deliver(s, &a);
}

/* The remote port has no meaning. */
static int ping_connect(struct socket *s, struct socket *to, const struct address *a,
			uint32_t file_flags)
{
	struct address remote = *a;

	remote.in_port = 0;
	return datagram_connect(s, to, &remote, file_flags);
}

static const struct socket_ops ping_ops = {
	.listen = datagram_listen,
	.connect = ping_connect,
	.send = socket_send_bytes,
	.send_message = ping_send_message,
	.send_to = ping_send_to,
	.receive = datagram_receive,
	.poll = datagram_poll,
	.close = datagram_close,
};

static bool ping_permitted(void)
{
	const struct credentials *c = credentials_current();

	if (c->egid >= ping_groups[0] && c->egid <= ping_groups[1])
		return true;
	for (uint32_t i = 0; i < c->group_count; i++)
		if (c->groups[i] >= ping_groups[0] && c->groups[i] <= ping_groups[1])
			return true;
	return false;
}

int raw_check(bool v6, uint64_t kind, uint64_t protocol)
{
	if ((kind != SOCK_RAW && kind != SOCK_DGRAM) || v6 || !protocol || protocol > UINT8_MAX)
		return -EPROTONOSUPPORT;
	if (kind == SOCK_RAW)
		return capable(CAP_NET_RAW) ? 0 : -EPERM;
	return ping_permitted() ? 0 : -EACCES;
}

int raw_open(struct socket *s, uint8_t protocol)
{
	bool raw = s->type == SOCK_RAW;

	if (!socket_ext(s))
		return -ENOMEM;
	s->protocol = protocol;
	s->ops = raw ? &raw_ops : &ping_ops;
	if (raw)
		list_push_back(&raw_sockets, &s->by_name);
	return 0;
}
