/* Parsing and checksumming of packet headers. */
#include "net/ip/wire.h"

#define IPV4_VERSION   0x45 /* version 4, five words */
#define MORE_FRAGMENTS 0x2000
#define FRAGMENT_AT    0x1fff

uint32_t wire_sum(uint32_t sum, const void *at, size_t n)
{
	const uint8_t *p = at;
	uint64_t s = sum;

	for (; n >= 2; n -= 2, p += 2)
		s += (uint32_t)(p[0] << 8 | p[1]);
	if (n)
		s += (uint32_t)p[0] << 8;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s;
}

uint32_t wire_sum_pseudo(uint32_t from, uint32_t to, uint8_t protocol, size_t n)
{
	return wire_sum(wire_sum((uint32_t)(protocol + n), &from, sizeof(from)), &to, sizeof(to));
}

uint16_t wire_checksum(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return be16((uint16_t)~sum);
}

bool wire_parse_ipv4(const uint8_t *at, size_t n, struct ipv4_packet *out)
{
	struct ipv4_header h;
	size_t header, len;

	if (n < sizeof(h))
		return false;
	memcpy(&h, at, sizeof(h));
	header = (h.version_len & 15) * 4u;
	len = be16(h.len);
	if (h.version_len >> 4 != 4 || header < sizeof(h) || len < header || len > n ||
	    wire_checksum(wire_sum(0, at, header)) != 0 ||
	    (be16(h.fragment) & (MORE_FRAGMENTS | FRAGMENT_AT)))
		return false;
	*out = (struct ipv4_packet){at,	  header,     at + header, len - header, h.from,
				    h.to, h.protocol, h.ttl,	   h.tos};
	return true;
}

bool wire_parse_arp(const uint8_t *at, size_t n, struct arp_message *out)
{
	if (n < sizeof(*out))
		return false;
	memcpy(out, at, sizeof(*out));
	return be16(out->hardware) == 1 && be16(out->protocol) == ETHER_IPV4 &&
	       out->hardware_len == 6 && out->protocol_len == 4;
}

bool wire_parse_icmp(const struct ipv4_packet *p, struct icmp_header *out)
{
	if (p->len < sizeof(*out))
		return false;
	memcpy(out, p->payload, sizeof(*out));
	return wire_checksum(wire_sum(0, p->payload, p->len)) == 0;
}

bool wire_parse_udp(const struct ipv4_packet *p, struct udp_header *out)
{
	size_t len;

	if (p->len < sizeof(*out))
		return false;
	memcpy(out, p->payload, sizeof(*out));
	len = be16(out->len);
	if (len < sizeof(*out) || len > p->len)
		return false;
	return !out->checksum ||
	       wire_checksum(wire_sum(wire_sum_pseudo(p->from, p->to, IP_UDP, len), p->payload,
				      len)) == 0;
}

void wire_finish_ipv4(struct ipv4_header *h, size_t n)
{
	h->version_len = IPV4_VERSION;
	h->len = be16((uint16_t)(sizeof(*h) + n));
	h->checksum = 0;
	h->checksum = wire_checksum(wire_sum(0, h, sizeof(*h)));
}
