/* UDP packets: to and from other machines, and for taps on loopback. */
#pragma once

#include "net/ip/ipv4.h"

/* Sends in a packet. Returns bytes sent, or a negative errno as ipv4_send(). */
long udp_send(struct socket *s, const struct address *to, struct uio *u,
	      const struct msg_header *e);
/* For sockets connected to another machine. */
extern const struct socket_ops udp_remote_ops;
void udp_receive(struct interface *i, const struct ipv4_packet *p);
/* A datagram between these ports (big endian) was rejected: reports `error` to its sender. */
void udp_unreachable(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port, int error);
/* Shows packet sockets a datagram that passed over loopback, as a frame. */
void udp_tap(const struct address *from, const struct address *to, const void *data, size_t n);
