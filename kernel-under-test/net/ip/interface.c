/* Network interfaces: configuration, sending and receiving frames, and loopback. */
#include "net/ip/interface.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "net/address.h"
#include "net/ip/af_packet.h"
#include "net/ip/arp.h"
#include "net/ip/ipv4.h"
#include "net/ip/route.h"

struct list interfaces = LIST_INIT(interfaces);

struct interface *interface_by_index(uint32_t index)
{
	struct interface *i;

	list_for_each (i, &interfaces, link)
		if (i->index == index)
			return i;
	return NULL;
}

struct interface *interface_by_name(const char *name)
{
	struct interface *i;

	list_for_each (i, &interfaces, link)
		if (strncmp(i->name, name, sizeof(i->name)) == 0)
			return i;
	return NULL;
}

struct interface *interface_by_address(uint32_t address)
{
	struct interface *i;

	list_for_each (i, &interfaces, link)
		if (address && i->address == address)
			return i;
	return NULL;
}

bool address_is_interface(uint32_t v4)
{
	return interface_by_address(v4);
}

void interface_register(struct interface *i)
{
	static uint32_t last;

	i->index = ++last;
	list_push_back(&interfaces, &i->link);
}

uint32_t interface_flags(const struct interface *i)
{
	return i->flags | (interface_is_up(i) ? IFF_RUNNING | IFF_LOWER_UP : 0);
}

int interface_set_up(struct interface *i, bool up)
{
	if (i == &interface_loopback)
		return up ? 0 : -EOPNOTSUPP;
	if (up == interface_is_up(i))
		return 0;
	i->flags = (uint16_t)(up ? i->flags | IFF_UP : i->flags & ~IFF_UP);
	route_remove_interface(i);
	arp_remove_interface(i);
	return up ? route_add_connected(i) : 0;
}

int interface_set_address(struct interface *i, uint32_t address, uint32_t mask, uint32_t broadcast)
{
	if (i == &interface_loopback)
		return address == i->address && mask == i->mask ? 0 : -EOPNOTSUPP;
	route_remove_interface(i);
	i->address = address;
	i->mask = mask;
	i->broadcast = broadcast;
	return interface_is_up(i) ? route_add_connected(i) : 0;
}

struct packet *packet_alloc(size_t len)
{
	struct packet *p = kmem_alloc(sizeof(*p) + len);

	if (p) {
		p->len = len;
		p->injected = false;
	}
	return p;
}

int interface_send(struct interface *i, struct packet *p)
{
	if (!interface_is_up(i)) {
		kmem_free(p);
		return -ENETDOWN;
	}
	i->out.packets++;
	i->out.bytes += p->len;
	af_packet_tap(i, p->frame, p->len, AF_PACKET_OUTGOING);
	i->send(i, p);
	return 0;
}

static enum af_packet_kind kind_of(const struct interface *i, const uint8_t *to)
{
	static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};

	return memcmp(to, i->mac, 6) == 0 ? AF_PACKET_HOST
	       : memcmp(to, all, 6) == 0  ? AF_PACKET_BROADCAST
	       : to[0] & 1		  ? AF_PACKET_MULTICAST
					  : AF_PACKET_OTHER;
}

static void receive(struct interface *i, const uint8_t *frame, size_t len, bool injected)
{
	struct ethernet_header h;
	enum af_packet_kind kind;

	if (len < sizeof(h))
		i->in.errors++;
	if (len < sizeof(h) || !interface_is_up(i))
		return;
	memcpy(&h, frame, sizeof(h));
	kind = kind_of(i, h.to);
	i->in.packets++;
	i->in.bytes += len;
	af_packet_tap(i, frame, len, kind);
	if (kind == AF_PACKET_OTHER)
		return;
	if (injected && be16(h.type) == ETHER_IPV4 &&
	    ipv4_is_martian(frame + sizeof(h), len - sizeof(h)))
		return;
	if (be16(h.type) == ETHER_IPV4)
		ipv4_receive(i, frame + sizeof(h), len - sizeof(h));
	else if (be16(h.type) == ETHER_ARP && kind != AF_PACKET_MULTICAST)
		arp_receive(i, frame + sizeof(h), len - sizeof(h));
}

void interface_receive(struct interface *i, const uint8_t *frame, size_t len)
{
	receive(i, frame, len, false);
}

static void loop_back(struct interface *i, struct packet *p)
{
	receive(i, p->frame, p->len, p->injected);
	kmem_free(p);
}

struct interface interface_loopback = {
	.name = "lo",
	.mtu = 65536,
	.hardware = HARDWARE_LOOPBACK,
	.flags = IFF_UP | IFF_LOOPBACK,
	.address = ADDRESS_LOOPBACK,
	.mask = 0xff,
	.send = loop_back,
};
