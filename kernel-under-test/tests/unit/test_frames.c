/*
 * Received frames: headers are built and parsed, requests answered, routes found; and random
 * frames, each in an allocation of its exact size, are never read past their end.
 */
#include "lib/errno.h"
#include "mm/kmem.h"
#include "net/ip/af_packet.h"
#include "net/ip/arp.h"
#include "net/ip/ipv4.h"
#include "net/ip/raw.h"
#include "net/ip/route.h"
#include "net/ip/udp.h"
#include "sched/timer.h"
#include "unit.h"

#define IP(a, b, c, d)                                                                             \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define OWN	  IP(10, 0, 2, 15)
#define OTHER	  IP(10, 0, 2, 2)
#define FRAME_MAX 2048

/* The interface under test, and the last frame sent. */
static uint8_t sent[FRAME_MAX];
static size_t sent_len, sent_count;

static void send(struct interface *i, struct packet *p)
{
	(void)i;
	CHECK(p->len <= sizeof(sent));
	memcpy(sent, p->frame, p->len);
	sent_len = p->len;
	sent_count++;
	kmem_free(p);
}

static struct interface eth = {.name = "eth0",
			       .mtu = 1500,
			       .flags = IFF_BROADCAST,
			       .mac = {2, 0, 0, 0, 0, 1},
			       .send = send};
static const uint8_t other_mac[6] = {2, 0, 0, 0, 0, 2};

/* Stand-ins for sockets: one listens on port 7, and everything it receives is read. */
struct list af_packet_sockets = LIST_INIT(af_packet_sockets);
static struct socket hearer = {.state = SOCKET_CONNECTED};
static size_t heard_len, heard_count;
static unsigned int raw_count, echo_count;
static uint32_t read_up;

static void read_all(const void *at, size_t n)
{
	read_up = wire_sum(read_up, at, n);
}

void af_packet_deliver(const struct interface *i, const uint8_t *frame, size_t len,
		       enum af_packet_kind kind)
{
	(void)i, (void)frame, (void)len, (void)kind;
}

bool raw_receive(struct interface *i, const struct ipv4_packet *p)
{
	(void)i;
	read_all(p->header, p->header_len + p->len);
	raw_count++;
	return false;
}

void ping_receive(const struct ipv4_packet *p, const struct icmp_header *h)
{
	(void)h;
	read_all(p->payload, p->len);
	echo_count++;
}

struct socket *socket_lookup_receiver(uint8_t type, uint8_t protocol, const struct address *from,
				      const struct address *to)
{
	(void)type, (void)protocol, (void)from;
	return address_port(to) == 7 ? &hearer : NULL;
}

void socket_each_named(const struct address *from, const struct address *to,
		       void (*fn)(struct socket *s, void *ctx), void *ctx)
{
	(void)from;
	if (address_port(to) == 7)
		fn(&hearer, ctx);
}

struct socket_ext *socket_ext(struct socket *s)
{
	(void)s;
	return NULL;
}

void datagram_deliver(struct socket *s, const struct arrival *a)
{
	CHECK(s == &hearer);
	read_all(a->data, a->len);
	heard_len = a->len;
	heard_count++;
}

int socket_bind_any(struct socket *s)
{
	(void)s;
	return 0;
}

void wait_do_wake_all(struct wait_queue *q)
{
	(void)q;
}

static struct timer *armed;

void timer_add(struct timer *t, uint64_t deadline_ns)
{
	(void)deadline_ns;
	armed = t;
}

/* Receives a copy in an allocation of exact size. */
static void receive(const void *frame, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	memcpy(copy, frame, n);
	interface_receive(&eth, copy, n);
	free(copy);
}

static struct packet *packet_of(uint8_t protocol, uint32_t to, const void *payload, size_t n)
{
	struct packet *p = ipv4_alloc(n);
	struct ethernet_header e = {.type = be16(ETHER_IPV4)};
	struct ipv4_header ip = {.ttl = 64, .protocol = protocol, .from = OTHER, .to = to};

	memcpy(e.to, eth.mac, 6);
	memcpy(e.from, other_mac, 6);
	wire_finish_ipv4(&ip, n);
	memcpy(p->frame, &e, sizeof(e));
	memcpy(p->frame + sizeof(e), &ip, sizeof(ip));
	memcpy(ipv4_payload(p), payload, n);
	return p;
}

static void receive_packet(uint8_t protocol, uint32_t to, const void *payload, size_t n)
{
	struct packet *p = packet_of(protocol, to, payload, n);

	receive(p->frame, p->len);
	kmem_free(p);
}

static void receive_arp(uint16_t what, uint32_t target)
{
	struct arp_message m = {be16(1), be16(ETHER_IPV4), 6, 4, be16(what), {0}, OTHER, {0},
				target};
	struct ethernet_header e = {.type = be16(ETHER_ARP)};
	uint8_t frame[sizeof(e) + sizeof(m)];

	memcpy(e.to, eth.mac, 6);
	memcpy(m.sender, other_mac, 6);
	memcpy(frame, &e, sizeof(e));
	memcpy(frame + sizeof(e), &m, sizeof(m));
	receive(frame, sizeof(frame));
}

static void sums(void)
{
	/* The example of RFC 1071, and a header with a known checksum. */
	static const uint8_t words[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
	static const uint8_t header[] = {0x45, 0,    0,	   0x73, 0, 0, 0x40, 0,	   0x40, 0x11,
					 0xb8, 0x61, 0xc0, 0xa8, 0, 1, 0xc0, 0xa8, 0,	 0xc7};

	CHECK_EQ(wire_sum(0, words, sizeof(words)), 0xddf2);
	CHECK_EQ(wire_checksum(wire_sum(0, header, sizeof(header))), 0);
	CHECK_EQ(wire_sum(0, words, 3), 0x0001 + 0xf200);
	CHECK_EQ(prefix_len(0), 0);
	CHECK_EQ(prefix_len(UINT32_MAX), 32);
	CHECK_EQ(prefix_len(IP(255, 255, 240, 0)), 20);
}

static void neighbours_are_asked(void)
{
	const struct ipv4_flow f = {.to = OTHER, .protocol = IP_UDP, .ttl = 9};

	sent_count = 0;
	CHECK_EQ(ipv4_send(ipv4_alloc(4), &f), 0);
	CHECK_EQ(sent_count, 1);
	CHECK_EQ(sent_len, 42);
	CHECK_EQ(sent[21], ARP_REQUEST);
	receive_arp(ARP_REPLY, OWN);
	CHECK_EQ(sent_count, 2);
	CHECK_EQ(sent_len, ETHERNET_SIZE + IPV4_SIZE + 4);
	CHECK(memcmp(sent, other_mac, 6) == 0);
	CHECK_EQ(sent[ETHERNET_SIZE + 8], 9);
	CHECK_EQ(ipv4_send(ipv4_alloc(4), &f), 0);
	CHECK_EQ(sent_count, 3);
	receive_arp(ARP_REQUEST, OWN);
	CHECK_EQ(sent[21], ARP_REPLY);
	receive_arp(ARP_REQUEST, OTHER);
	CHECK_EQ(sent_count, 4);
	arp_remove_interface(&eth);
	/* A neighbour that never answers is asked three times, then dropped with its queue. */
	CHECK_EQ(ipv4_send(ipv4_alloc(4), &f), 0);
	for (int n = 0; n < 3; n++)
		armed->expire(armed);
	CHECK_EQ(sent_count, 7);
	CHECK(list_empty(&neighbours));
}

static void ways_are_found(void)
{
	struct route r = {.gateway = OTHER};
	struct next_hop h;

	CHECK_EQ(route_find(IP(8, 8, 8, 8), NULL, &h), -ENETUNREACH);
	CHECK_EQ(route_add(&r), 0);
	CHECK_EQ(route_add(&r), -EEXIST);
	CHECK_EQ(route_find(IP(8, 8, 8, 8), NULL, &h), 0);
	CHECK(h.hop == OTHER && h.source == OWN && h.via == &eth);
	CHECK_EQ(route_find(IP(10, 0, 2, 77), NULL, &h), 0);
	CHECK(h.hop == IP(10, 0, 2, 77));
	CHECK_EQ(route_find(OWN, NULL, &h), 0);
	CHECK(h.via == &interface_loopback && h.source == OWN);
	CHECK_EQ(route_find(IP(127, 9, 9, 9), NULL, &h), 0);
	CHECK(h.via == &interface_loopback);
	r = (struct route){
		.to = IP(8, 0, 0, 0), .mask = IP(255, 0, 0, 0), .gateway = IP(9, 9, 9, 9)};
	CHECK_EQ(route_add(&r), -ENETUNREACH);
	r.gateway = IP(10, 0, 2, 9);
	CHECK_EQ(route_add(&r), 0);
	CHECK_EQ(route_find(IP(8, 8, 8, 8), NULL, &h), 0);
	CHECK(h.hop == IP(10, 0, 2, 9));
	CHECK_EQ(route_remove(&r), 0);
	CHECK_EQ(route_remove(&r), -ESRCH);
}

static void packets_are_answered(void)
{
	struct icmp_header echo = {.type = ICMP_ECHO, .id = be16(3)};
	struct {
		struct udp_header h;
		char data[4];
	} udp = {{be16(9), be16(7), be16(12), 0}, "abc"};

	echo.checksum = wire_checksum(wire_sum(0, &echo, sizeof(echo)));
	receive_arp(ARP_REPLY, OWN);
	sent_count = 0;
	receive_packet(IP_ICMP, OWN, &echo, sizeof(echo));
	if (sent[21] == ARP_REQUEST && sent_count == 1)
		receive_arp(ARP_REPLY, OWN);
	CHECK_EQ(sent[ETHERNET_SIZE + IPV4_SIZE], ICMP_ECHO_REPLY);
	sent_count = 0;
	receive_packet(IP_ICMP, eth.broadcast, &echo, sizeof(echo));
	echo.checksum ^= 1;
	receive_packet(IP_ICMP, OWN, &echo, sizeof(echo));
	CHECK_EQ(sent_count, 0);
	heard_count = 0;
	receive_packet(IP_UDP, OWN, &udp, sizeof(udp));
	CHECK_EQ(heard_count, 1);
	CHECK_EQ(heard_len, 4);
	udp.h.checksum = be16(1);
	receive_packet(IP_UDP, OWN, &udp, sizeof(udp));
	udp.h.len = be16(13);
	udp.h.checksum = 0;
	receive_packet(IP_UDP, OWN, &udp, sizeof(udp));
	CHECK_EQ(heard_count, 1);
	udp.h = (struct udp_header){be16(9), be16(8), be16(12), 0};
	receive_packet(IP_UDP, OWN, &udp, sizeof(udp));
	CHECK_EQ(sent_count, 1);
	CHECK_EQ(sent[ETHERNET_SIZE + IPV4_SIZE], ICMP_UNREACHABLE);
	CHECK_EQ(sent[ETHERNET_SIZE + IPV4_SIZE + 1], ICMP_NO_PORT);
	receive_packet(IP_UDP, IP(10, 0, 2, 16), &udp, sizeof(udp));
	receive_packet(IP_UDP, IP(127, 0, 0, 1), &udp, sizeof(udp));
	CHECK_EQ(sent_count, 1);
}

/* Nearly valid frames, truncated anywhere; checksums are fixed so that parsing goes further. */
static void chance(uint64_t seed)
{
	static const uint8_t protocols[] = {IP_ICMP, IP_UDP, IP_TCP, 99};
	uint8_t payload[96];
	size_t n = rnd_below(&seed, sizeof(payload) + 1);
	struct packet *p;
	uint16_t sum;

	for (size_t i = 0; i < n; i++)
		payload[i] = (uint8_t)rnd_below(&seed, rnd_below(&seed, 4) ? 16 : 256);
	if (rnd_below(&seed, 2) && n >= sizeof(struct udp_header)) {
		const struct udp_header h = {be16(9), be16(7), be16((uint16_t)n), 0};

		memcpy(payload, &h, sizeof(h));
	}
	p = packet_of(protocols[rnd_below(&seed, 4)], OWN, payload, n);
	for (uint64_t times = rnd_below(&seed, 4); times; times--)
		p->frame[rnd_below(&seed, p->len)] = (uint8_t)rnd(&seed);
	if (rnd_below(&seed, 2)) {
		size_t header = (p->frame[ETHERNET_SIZE] & 15u) * 4;

		header = MIN(header, p->len - ETHERNET_SIZE);
		memset(p->frame + ETHERNET_SIZE + 10, 0, 2);
		sum = wire_checksum(wire_sum(0, p->frame + ETHERNET_SIZE, header));
		memcpy(p->frame + ETHERNET_SIZE + 10, &sum, 2);
	}
	if (rnd_below(&seed, 2) && n >= 4) {
		memset(ipv4_payload(p) + 2, 0, 2);
		sum = wire_checksum(wire_sum(0, ipv4_payload(p), n));
		memcpy(ipv4_payload(p) + 2, &sum, 2);
	}
	receive(p->frame, rnd_below(&seed, 4) ? p->len : rnd_below(&seed, p->len + 1));
	kmem_free(p);
}

int main(void)
{
	list_init(&interfaces);
	interface_register(&interface_loopback);
	interface_register(&eth);
	wait_init(&hearer.readers);
	CHECK_EQ(interface_set_address(&eth, OWN, IP(255, 255, 255, 0), IP(10, 0, 2, 255)), 0);
	CHECK_EQ(interface_set_up(&eth, true), 0);
	sums();
	neighbours_are_asked();
	ways_are_found();
	packets_are_answered();
	for (uint64_t seed = 0; seed < 200000; seed++)
		chance(seed);
	CHECK(raw_count && echo_count && heard_count > 1);
	CHECK_EQ(interface_set_up(&eth, false), 0);
	CHECK(list_empty(&routes) && list_empty(&neighbours));
	return 0;
}
