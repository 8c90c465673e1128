/* UDP in packets: to other machines and from them, and for those that watch loopback. */
#pragma once

#include "net/ip/ipv4.h"

/* In a packet. Bytes sent, or -errno as ipv4_send(). */
long udp_send(struct socket *s, const struct address *to, struct uio *u, const struct envelope *e);
/* Of a socket that is connected to another machine. */
extern const struct socket_ops udp_away_ops;
void udp_receive(struct interface *i, const struct ipv4_packet *p);
/* What was sent from one port to the other, big endian, did not find anybody: `error` says whom. */
void udp_unreachable(uint32_t from, uint16_t from_port, uint32_t to, uint16_t to_port, int error);
/* Shows packet sockets the frame that a datagram over loopback would be. */
void udp_show(const struct address *from, const struct address *to, const void *data, size_t n);
