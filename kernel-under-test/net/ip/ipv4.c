/* IPv4: sending, and receiving packets for this machine. */
#include "net/ip/ipv4.h"

#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/arp.h"
#include "net/ip/multicast.h"
#include "net/ip/raw.h"
#include "net/ip/route.h"
#include "net/ip/udp.h"

#define DEFAULT_TTL 64
#define TO_ALL	    UINT32_MAX

struct ipv4_flow ipv4_flow(const struct socket *s, const struct address *to, uint8_t protocol,
			   const struct msg_header *e)
{
	const struct control *c = e ? e->control : NULL;
	const uint32_t *from = address_v4(&s->local), *v4 = address_v4(to);
	struct ipv4_flow f = {.from = from && s->local.len && !address_is_shared(*from) ? *from : 0,
			      .to = v4 ? *v4 : 0,
			      .protocol = protocol,
			      .ttl = s->ttl ? s->ttl : DEFAULT_TTL,
			      .tos = s->tos};

	f.loops = address_is_group(f.to);
	if (f.loops)
		f.ttl = 1;
	if (f.loops && s->ext) {
		f.ttl = s->ext->group_ttl;
		f.loops = !s->ext->no_loop;
		f.through = interface_by_index(s->ext->group_index);
		f.from = f.from ?: s->ext->group_from;
	}
	if (c && c->hops >= 0)
		f.ttl = (uint8_t)c->hops;
	if (c && c->class >= 0)
		f.tos = (uint8_t)c->class;
	if (s->ext) {
		f.to_all = s->ext->broadcast;
		if (s->ext->device)
			f.through = interface_by_index(s->ext->device);
	}
	return f;
}

static int find(const struct ipv4_flow *f, struct next_hop *h, bool *to_all)
{
	bool shared = address_is_shared(f->to);
	int err =
		route_find(f->to, shared ? f->through ?: interface_owning(f->from) : f->through, h);

	if (err)
		return err;
	*to_all = f->to == TO_ALL || (h->via->broadcast && f->to == h->via->broadcast);
	return *to_all && !f->to_all ? -EACCES : 0;
}

int ipv4_route(struct ipv4_flow *f)
{
	struct next_hop h;
	bool to_all;
	int err = find(f, &h, &to_all);

	if (!err && !f->from)
		f->from = h.source;
	return err;
}

int ipv4_alloc_from(struct uio *u, size_t header, struct packet **out)
{
	struct packet *p = ipv4_alloc(header + u->left);
	int err = !p ? -ENOBUFS : u->left ? uio_copy_from(u, ipv4_payload(p) + header, u->left) : 0;

	if (err)
		kmem_free(p);
	*out = p;
	return err;
}

int ipv4_send(struct packet *p, const struct ipv4_flow *f)
{
	static uint16_t last_id;
	size_t n = p->len - ETHERNET_SIZE - IPV4_SIZE;
	struct ethernet_header *ether = (void *)p->frame;
	struct ipv4_header *ip = (void *)(p->frame + ETHERNET_SIZE);
	struct next_hop h;
	bool to_all;
	int err = find(f, &h, &to_all);

	if (!err && n + IPV4_SIZE > MIN(h.via->mtu, 65535u))
		err = -EMSGSIZE;
	if (err) {
		kmem_free(p);
		return err;
	}
	*ip = (struct ipv4_header){.tos = f->tos,
				   .id = be16(++last_id),
				   .ttl = f->ttl,
				   .protocol = f->protocol,
				   .from = f->from || f->no_source ? f->from : h.source,
				   .to = f->to};
	wire_finish_ipv4(ip, n);
	*ether = (struct ethernet_header){.type = be16(ETHER_IPV4)};
	memcpy(ether->from, h.via->mac, sizeof(ether->from));
	if (h.via == &interface_loopback)
		return interface_send(h.via, p);
	if (address_is_group(f->to)) {
		if (f->loops && multicast_is_joined(h.via, f->to))
			ipv4_receive(h.via, p->frame + ETHERNET_SIZE, p->len - ETHERNET_SIZE);
		/* RFC 1112: the lower 23 bits of the group. */
		memcpy(ether->to,
		       (uint8_t[]){1, 0, 0x5e, f->to >> 8 & 0x7f, f->to >> 16 & 255, f->to >> 24},
		       sizeof(ether->to));
		return interface_send(h.via, p);
	}
	if (!to_all) {
		arp_send(h.via, h.hop, p);
		return 0;
	}
	memset(ether->to, 255, sizeof(ether->to));
	return interface_send(h.via, p);
}

uint64_t ipv4_accept_local, ipv4_route_localnet;

bool ipv4_is_martian(const uint8_t *at, size_t n)
{
	struct ipv4_packet p;
	bool loopback;

	if (!wire_parse_ipv4(at, n, &p))
		return true;
	loopback = (p.from & 0xff) == 127;
	return ((loopback || (p.to & 0xff) == 127) && !ipv4_route_localnet) ||
	       ((loopback || interface_by_address(p.from)) && !ipv4_accept_local);
}

static bool is_for_us(const struct interface *i, uint32_t to)
{
	if (address_is_group(to))
		return multicast_is_joined(i, to);
	if (i == &interface_loopback)
		return (to & 0xff) == 127 || to == TO_ALL || interface_by_address(to);
	/* Without an address yet, accepts the packet that assigns one (DHCP). */
	return to == TO_ALL || to == i->address || (i->broadcast && to == i->broadcast);
}

void ipv4_receive(struct interface *i, const uint8_t *at, size_t n)
{
	struct ipv4_packet p;
	bool heard;

	if (!wire_parse_ipv4(at, n, &p) || !is_for_us(i, p.to) ||
	    (i != &interface_loopback && ((p.from & 0xff) == 127 || (p.to & 0xff) == 127)))
		return;
	heard = raw_receive(i, &p);
	if (p.protocol == IP_ICMP)
		icmp_receive(i, &p);
	else if (p.protocol == IP_UDP)
		udp_receive(i, &p);
	else if (!heard)
		icmp_unreachable(&p, ICMP_NO_PROTOCOL);
}
