/*
 * Packet headers in network byte order, and their validation. Stateless. Whatever comes from
 * outside is untrusted and examined only through these functions.
 */
#pragma once

#include "lib/string.h"
#include "lib/types.h"

#define ETHER_IPV4 0x0800
#define ETHER_ARP  0x0806
#define ETHER_ALL  0x0003 /* ETH_P_ALL */

#define IP_ICMP 1
#define IP_TCP	6
#define IP_UDP	17

#define ICMP_ECHO_REPLY	 0
#define ICMP_UNREACHABLE 3
#define ICMP_ECHO	 8
#define ICMP_NO_HOST	 1
#define ICMP_NO_PROTOCOL 2
#define ICMP_NO_PORT	 3

#define ARP_REQUEST 1
#define ARP_REPLY   2

struct ethernet_header {
	uint8_t to[6], from[6];
	uint16_t type;
} __attribute__((packed));

/* For IPv4 over Ethernet. */
struct arp_message {
	uint16_t hardware, protocol;
	uint8_t hardware_len, protocol_len;
	uint16_t what;
	uint8_t sender[6];
	uint32_t sender_ip;
	uint8_t target[6];
	uint32_t target_ip;
} __attribute__((packed));

struct ipv4_header {
	uint8_t version_len, tos;
	uint16_t len, id, fragment;
	uint8_t ttl, protocol;
	uint16_t checksum;
	uint32_t from, to;
} __attribute__((packed));

struct icmp_header {
	uint8_t type, code;
	uint16_t checksum, id, sequence;
} __attribute__((packed));

struct udp_header {
	uint16_t from, to, len, checksum;
} __attribute__((packed));

#define ETHERNET_SIZE sizeof(struct ethernet_header)
#define IPV4_SIZE     sizeof(struct ipv4_header)

static inline uint16_t be16(uint16_t v)
{
	return __builtin_bswap16(v);
}

static inline uint32_t be32(uint32_t v)
{
	return __builtin_bswap32(v);
}

/* The prefix length of a netmask. */
static inline uint8_t prefix_len(uint32_t mask)
{
	return mask ? (uint8_t)(32 - __builtin_ctz(be32(mask))) : 0;
}

/* Adds 16-bit words for an Internet checksum; an odd last byte is padded with zero. */
uint32_t wire_sum(uint32_t sum, const void *at, size_t n);
/* The pseudo header that UDP and TCP include in their checksums. */
uint32_t wire_sum_pseudo(uint32_t from, uint32_t to, uint8_t protocol, size_t n);
/* The final checksum of a sum; 0 if the sum includes a correct checksum. */
uint16_t wire_checksum(uint32_t sum);

/* A packet with a valid, complete header that is not a fragment. */
struct ipv4_packet {
	const uint8_t *header;
	size_t header_len;
	const uint8_t *payload;
	size_t len; /* of the payload */
	uint32_t from, to;
	uint8_t protocol, ttl, tos;
};

/* Each returns whether the `n` bytes at `at` are valid; trailing bytes are ignored. */
bool wire_parse_ipv4(const uint8_t *at, size_t n, struct ipv4_packet *out);
bool wire_parse_arp(const uint8_t *at, size_t n, struct arp_message *out);
/* These two parse the payload of `p`. */
bool wire_parse_icmp(const struct ipv4_packet *p, struct icmp_header *out);
bool wire_parse_udp(const struct ipv4_packet *p, struct udp_header *out);

/* Completes a header: version, length for a payload of `n` bytes, and checksum. */
void wire_finish_ipv4(struct ipv4_header *h, size_t n);
