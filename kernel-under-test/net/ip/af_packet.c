/* Packet sockets: sending, receiving and tapping frames. */
#include "net/ip/af_packet.h"

#include "fs/credentials.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/raw.h"

#define LINK_ADDRESS_LEAST 12 /* up to the hardware address */

struct list af_packet_sockets = LIST_INIT(af_packet_sockets);

static struct address address_on(const struct interface *i, uint16_t ether)
{
	struct address a = {.len = 20, .family = AF_PACKET};

	a.ll_protocol = ether;
	a.ll_index = i ? i->index : 0;
	a.ll_hardware = i ? i->hardware : 0;
	a.ll_len = i ? 6 : 0;
	if (i)
		memcpy(a.ll_at, i->mac, 6);
	return a;
}

static int af_packet_connect(struct socket *, struct socket *, const struct address *, uint32_t)
{
	return -EOPNOTSUPP;
}

static int af_packet_bind(struct socket *s, const struct address *a)
{
	struct interface *i = interface_by_index(a->ll_index);

	if (a->len < 20 || a->family != AF_PACKET)
		return -EINVAL;
	if (a->ll_index && !i)
		return -ENODEV;
	if (a->ll_protocol)
		s->ext->ether = a->ll_protocol;
	s->ext->device = a->ll_index;
	s->local = address_on(i, s->ext->ether);
	return 0;
}

static int af_packet_resolve(const struct socket *, struct address *a)
{
	return a->family != AF_PACKET || a->len < LINK_ADDRESS_LEAST ||
			       a->len < LINK_ADDRESS_LEAST + (uint32_t)a->ll_len
		       ? -EINVAL
		       : 1;
}

/* Cooked data (SOCK_DGRAM) has no Ethernet header yet; the address supplies it. */
static long send_frame(struct socket *s, const struct address *to, struct uio *u)
{
	struct interface *i = interface_by_index(to ? to->ll_index : s->ext->device);
	size_t n = u->left, header = s->ext->cooked ? ETHERNET_SIZE : 0;
	struct ethernet_header h = {.type = to ? to->ll_protocol : s->ext->ether};
	struct packet *p;
	int err;

	if (!i)
		return -ENXIO;
	if (!interface_is_up(i))
		return -ENETDOWN;
	if (n > i->mtu + ETHERNET_SIZE - header)
		return -EMSGSIZE;
	if (n + header < ETHERNET_SIZE)
		return -EINVAL;
	p = packet_alloc(n + header);
	if (!p)
		return -ENOBUFS;
	err = n ? uio_copy_from(u, p->frame + header, n) : 0;
	if (err) {
		kmem_free(p);
		return err;
	}
	if (header) {
		memcpy(h.from, i->mac, 6);
		if (to && to->ll_len)
			memcpy(h.to, to->ll_at, 6);
		memcpy(p->frame, &h, sizeof(h));
	}
	p->injected = true;
	return interface_send(i, p) ?: (long)n;
}

static long af_packet_send_to(struct socket *s, struct uio *u, unsigned int, struct msg_header *e)
{
	return send_frame(s, &e->from, u);
}

static long af_packet_send_message(struct socket *s, struct socket *, struct uio *u, unsigned int,
				   struct msg_header *)
{
	return send_frame(s, NULL, u);
}

/* Outgoing frames are only shown to sockets for all protocols. */
static bool matches(const struct socket *s, const struct interface *i, uint16_t ether,
		    enum af_packet_kind kind)
{
	if (s->ext->device && s->ext->device != i->index)
		return false;
	return s->ext->ether == be16(ETHER_ALL) ||
	       (s->ext->ether == ether && kind != AF_PACKET_OUTGOING);
}

void af_packet_deliver(const struct interface *i, const uint8_t *frame, size_t len,
		       enum af_packet_kind kind)
{
	struct ethernet_header h;
	struct socket *s;

	memcpy(&h, frame, sizeof(h));
	list_for_each (s, &af_packet_sockets, by_name) {
		size_t skip = s->ext->cooked ? sizeof(h) : 0;
		struct arrival a = {.data = frame + skip, .len = len - skip};

		if (!matches(s, i, h.type, kind))
			continue;
		a.from = address_on(i, h.type);
		a.from.ll_kind = (uint8_t)kind;
		memcpy(a.from.ll_at, h.from, 6);
		datagram_deliver(s, &a);
	}
}

static void af_packet_close(struct socket *s)
{
	list_remove(&s->by_name);
	datagram_tap(-1);
	datagram_close(s);
}

const struct socket_ops af_packet_ops = {
	.bind = af_packet_bind,
	.resolve = af_packet_resolve,
	.listen = datagram_listen,
	.connect = af_packet_connect,
	.send = socket_send_bytes,
	.send_message = af_packet_send_message,
	.send_to = af_packet_send_to,
	.receive = datagram_receive,
	.poll = datagram_poll,
	.close = af_packet_close,
};

int af_packet_check(uint64_t kind)
{
	if (!capable(CAP_NET_RAW))
		return -EPERM;
	return kind != SOCK_RAW && kind != SOCK_DGRAM ? -ESOCKTNOSUPPORT : 0;
}

int af_packet_open(struct socket *s, uint16_t ether)
{
	if (!socket_ext(s))
		return -ENOMEM;
	s->ext->ether = ether;
	s->ext->cooked = s->type == SOCK_DGRAM;
	s->local = address_on(NULL, ether);
	s->ops = &af_packet_ops;
	list_push_back(&af_packet_sockets, &s->by_name);
	datagram_tap(1);
	return 0;
}
