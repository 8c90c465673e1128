/* ICMP: echo replies, and destination unreachable messages. */
#include "lib/errno.h"
#include "net/ip/ipv4.h"
#include "net/ip/raw.h"
#include "net/ip/udp.h"

#define QUOTED 8 /* bytes of the payload that are quoted */

static void send_to(uint32_t from, uint32_t to, struct packet *p)
{
	struct icmp_header *h = (void *)ipv4_payload(p);
	struct ipv4_flow f = {.from = from, .to = to, .protocol = IP_ICMP, .ttl = 64};

	h->checksum = 0;
	h->checksum = wire_checksum(wire_sum(0, h, p->len - ETHERNET_SIZE - IPV4_SIZE));
	ipv4_send(p, &f);
}

static void answer(const struct ipv4_packet *p)
{
	struct packet *out = ipv4_alloc(p->len);

	if (!out)
		return;
	memcpy(ipv4_payload(out), p->payload, p->len);
	((struct icmp_header *)(void *)ipv4_payload(out))->type = ICMP_ECHO_REPLY;
	send_to(p->to, p->from, out);
}

static void quote(const struct ipv4_packet *p, uint8_t code, uint32_t from)
{
	size_t n = p->header_len + MIN(p->len, (size_t)QUOTED);
	struct icmp_header h = {.type = ICMP_UNREACHABLE, .code = code};
	struct packet *out = ipv4_alloc(sizeof(h) + n);

	if (!out)
		return;
	memcpy(ipv4_payload(out), &h, sizeof(h));
	memcpy(ipv4_payload(out) + sizeof(h), p->header, n);
	send_to(from, p->from, out);
}

/* Never for broadcasts, nor for ICMP itself. */
void icmp_unreachable(const struct ipv4_packet *p, uint8_t code)
{
	if (p->protocol != IP_ICMP && p->from && p->from != UINT32_MAX &&
	    (interface_by_address(p->to) || (p->to & 0xff) == 127))
		quote(p, code, p->to);
}

void icmp_host_unreachable(const uint8_t *at, size_t n)
{
	struct ipv4_packet p;

	if (wire_parse_ipv4(at, n, &p) && interface_by_address(p.from))
		quote(&p, ICMP_NO_HOST, p.from);
}

/* The message quotes the packet it is about: believed only if we could have sent that. */
static void unreachable(const struct ipv4_packet *p, uint8_t code)
{
	struct ipv4_header ip;
	struct udp_header udp;
	size_t at = sizeof(struct icmp_header);

	if (p->len < at + sizeof(ip) + sizeof(udp))
		return;
	memcpy(&ip, p->payload + at, sizeof(ip));
	memcpy(&udp, p->payload + at + sizeof(ip), sizeof(udp));
	if (ip.version_len == 0x45 && ip.protocol == IP_UDP && ip.from == p->to &&
	    (code == ICMP_NO_PORT || code == ICMP_NO_HOST))
		udp_unreachable(ip.from, udp.from, ip.to, udp.to,
				code == ICMP_NO_PORT ? ECONNREFUSED : EHOSTUNREACH);
}

void icmp_receive(struct interface *i, const struct ipv4_packet *p)
{
	struct icmp_header h;

	if (!wire_parse_icmp(p, &h))
		return;
	if (h.type == ICMP_ECHO && (i == &interface_loopback || p->to == i->address))
		answer(p);
	else if (h.type == ICMP_ECHO_REPLY)
		ping_receive(p, &h);
	else if (h.type == ICMP_UNREACHABLE)
		unreachable(p, h.code);
}
