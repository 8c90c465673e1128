/* ARP: resolving neighbours, and answering requests. */
#include "net/ip/arp.h"

#include "arch/time.h"
#include "mm/kmem.h"
#include "net/ip/ipv4.h"
#include "sched/timer.h"

#define NEIGHBOURS_MAX 128
#define WAITING_MAX    16
#define PROBES_MAX     3
#define PROBE_NS       1000000000ull
#define REACHABLE_NS   (60 * PROBE_NS)

struct list neighbours = LIST_INIT(neighbours);
static unsigned int neighbour_count;

static void expire(struct timer *t);
static struct timer timer = {.expire = expire};

static void drop(struct neighbour *n)
{
	struct packet *p, *next;

	list_for_each_safe (p, next, &n->waiting, link)
		kmem_free(p);
	list_remove(&n->link);
	neighbour_count--;
	kmem_free(n);
}

void arp_remove_interface(const struct interface *i)
{
	struct neighbour *n, *next;

	list_for_each_safe (n, next, &neighbours, link)
		if (n->via == i)
			drop(n);
}

static void send_arp(struct interface *i, uint16_t what, const uint8_t *mac, uint32_t ip)
{
	static const uint8_t all[6] = {255, 255, 255, 255, 255, 255};
	struct arp_message m = {be16(1), be16(ETHER_IPV4), 6,	4, be16(what),
				{0},	 i->address,	   {0}, ip};
	struct ethernet_header h = {.type = be16(ETHER_ARP)};
	struct packet *p = packet_alloc(sizeof(h) + sizeof(m));

	if (!p)
		return;
	memcpy(m.sender, i->mac, 6);
	memcpy(h.from, i->mac, 6);
	memcpy(h.to, mac ? mac : all, 6);
	if (mac)
		memcpy(m.target, mac, 6);
	memcpy(p->frame, &h, sizeof(h));
	memcpy(p->frame + sizeof(h), &m, sizeof(m));
	interface_send(i, p);
}

/* Repeats unanswered requests, and eventually gives up. */
static void expire(struct timer *t)
{
	struct neighbour *n, *next;
	bool more = false;

	list_for_each_safe (n, next, &neighbours, link) {
		if (n->known)
			continue;
		if (n->probes == PROBES_MAX) {
			struct packet *p;

			list_for_each (p, &n->waiting, link)
				icmp_host_unreachable(p->frame + ETHERNET_SIZE,
						      p->len - ETHERNET_SIZE);
			drop(n);
			continue;
		}
		n->probes++;
		send_arp(n->via, ARP_REQUEST, NULL, n->address);
		more = true;
	}
	if (more)
		timer_add(t, arch_time_ns() + PROBE_NS);
}

static struct neighbour *find(const struct interface *i, uint32_t address)
{
	struct neighbour *n;

	list_for_each (n, &neighbours, link)
		if (n->via == i && n->address == address)
			return n;
	return NULL;
}

static struct neighbour *probe(struct interface *i, uint32_t address)
{
	struct neighbour *n;

	/* Evict the oldest one. */
	if (neighbour_count == NEIGHBOURS_MAX)
		drop(list_first(&neighbours, struct neighbour, link));
	n = kmem_zalloc(sizeof(*n));
	if (!n)
		return NULL;
	n->via = i;
	n->address = address;
	n->probes = 1;
	list_init(&n->waiting);
	list_push_back(&neighbours, &n->link);
	neighbour_count++;
	send_arp(i, ARP_REQUEST, NULL, address);
	if (!timer.pending)
		timer_add(&timer, arch_time_ns() + PROBE_NS);
	return n;
}

static void send_known(struct neighbour *n, struct packet *p)
{
	memcpy(p->frame, n->mac, 6);
	interface_send(n->via, p);
}

void arp_send(struct interface *i, uint32_t hop, struct packet *p)
{
	struct neighbour *n = find(i, hop);

	if (n && n->known && arch_time_ns() - n->since_ns > REACHABLE_NS) {
		drop(n);
		n = NULL;
	}
	if (n && n->known) {
		send_known(n, p);
		return;
	}
	if (!n)
		n = probe(i, hop);
	if (!n || n->waiting_count == WAITING_MAX) {
		i->out.dropped++;
		kmem_free(p);
		return;
	}
	list_push_back(&n->waiting, &p->link);
	n->waiting_count++;
}

static void learn(struct neighbour *n, const uint8_t *mac)
{
	struct packet *p, *next;

	memcpy(n->mac, mac, 6);
	n->known = true;
	n->since_ns = arch_time_ns();
	list_for_each_safe (p, next, &n->waiting, link) {
		list_remove(&p->link);
		n->waiting_count--;
		send_known(n, p);
	}
}

/* Unsolicited replies are ignored, so that nobody can fill the table. */
void arp_receive(struct interface *i, const uint8_t *at, size_t n)
{
	struct neighbour *who;
	struct arp_message m;

	if (i == &interface_loopback || !wire_parse_arp(at, n, &m))
		return;
	who = find(i, m.sender_ip);
	if (who && !who->known && !(m.sender[0] & 1))
		learn(who, m.sender);
	if (be16(m.what) == ARP_REQUEST && i->address && m.target_ip == i->address)
		send_arp(i, ARP_REPLY, m.sender, m.sender_ip);
}
