/* UDP over IPv4. */
#include "net/ip/udp.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/af_packet.h"
#include "net/ip/multicast.h"
#include "net/ip/raw.h"

static struct address address_of(uint32_t ip, uint16_t port)
{
	struct address a = {.len = 16, .family = AF_INET};

	a.in_addr = ip;
	a.in_port = port;
	return a;
}

/* Fills in the UDP header for `n` bytes of payload already in the packet. */
static void seal(struct packet *p, const struct ipv4_flow *f, uint16_t from, uint16_t to, size_t n)
{
	struct udp_header h = {from, to, be16((uint16_t)(sizeof(h) + n)), 0};

	memcpy(ipv4_payload(p), &h, sizeof(h));
	h.checksum = wire_checksum(wire_sum(wire_sum_pseudo(f->from, f->to, IP_UDP, sizeof(h) + n),
					    ipv4_payload(p), sizeof(h) + n));
	/* Zero would mean that there is no checksum. */
	h.checksum = h.checksum ? h.checksum : UINT16_MAX;
	memcpy(ipv4_payload(p), &h, sizeof(h));
}

long udp_send(struct socket *s, const struct address *to, struct uio *u, const struct msg_header *e)
{
	struct ipv4_flow f = ipv4_flow(s, to, IP_UDP, e);
	size_t n = u->left;
	struct packet *p;
	int err = n > UDP_MAX ? -EMSGSIZE : ipv4_route(&f);

	err = err ?: ipv4_alloc_from(u, sizeof(struct udp_header), &p);
	if (err)
		return err;
	seal(p, &f, s->local.in_port, to->in_port, n);
	return ipv4_send(p, &f) ?: (long)n;
}

static void deliver(struct socket *s, void *ctx)
{
	const struct arrival *a = ctx;
	const struct interface *i = interface_by_index(a->index);

	if (!s->read_shut && multicast_accepts(s, i, a->to.in_addr) &&
	    !(s->ext && s->ext->device && s->ext->device != a->index))
		datagram_deliver(s, a);
}

void udp_receive(struct interface *i, const struct ipv4_packet *p)
{
	struct udp_header h;
	struct arrival a = {.data = p->payload + sizeof(h), .hops = p->ttl, .class = p->tos};
	struct socket *s;

	if (!wire_parse_udp(p, &h))
		return;
	a.len = be16(h.len) - sizeof(h);
	a.from = address_of(p->from, h.from);
	a.to = address_of(p->to, h.to);
	a.index = i->index;
	if (address_is_shared(p->to) || (i->broadcast && p->to == i->broadcast)) {
		socket_each_named(&a.from, &a.to, deliver, &a);
		return;
	}
	s = socket_lookup_receiver(SOCK_DGRAM, 0, &a.from, &a.to);
	if (!s)
		icmp_unreachable(p, ICMP_NO_PORT);
	else
		deliver(s, &a);
}

void udp_unreachable(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port, int error)
{
	struct address own = address_of(from, from_port), other = address_of(to, to_port);
	struct socket *s = socket_lookup_receiver(SOCK_DGRAM, 0, &other, &own);

	if (!s || s->state != SOCKET_CONNECTED)
		return;
	s->error = error;
	wait_wake_all(&s->readers);
}

void udp_tap(const struct address *from, const struct address *to, const void *data, size_t n)
{
	const uint32_t *v4 = address_v4(from), *w4 = address_v4(to);
	struct packet *p = v4 && w4 ? ipv4_alloc(sizeof(struct udp_header) + n) : NULL;
	struct ethernet_header ether = {.type = be16(ETHER_IPV4)};
	struct ipv4_header ip = {.ttl = 64, .protocol = IP_UDP};
	struct ipv4_flow f = {0};

	if (!p)
		return;
	ip.from = f.from = *v4;
	ip.to = f.to = *w4;
	memcpy(ipv4_payload(p) + sizeof(struct udp_header), data, n);
	seal(p, &f, from->in_port, to->in_port, n);
	wire_finish_ipv4(&ip, sizeof(struct udp_header) + n);
	memcpy(p->frame, &ether, sizeof(ether));
	memcpy(p->frame + sizeof(ether), &ip, sizeof(ip));
	af_packet_tap(&interface_loopback, p->frame, p->len, AF_PACKET_OUTGOING);
	af_packet_tap(&interface_loopback, p->frame, p->len, AF_PACKET_HOST);
	kmem_free(p);
}
