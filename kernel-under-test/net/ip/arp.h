/* The ARP cache: Ethernet addresses of neighbours by IPv4 address. */
#pragma once

#include "net/ip/interface.h"

struct neighbour {
	struct list link;
	struct interface *via;
	uint32_t address;
	uint8_t mac[6];
	bool known;
	uint64_t since_ns; /* of the reply, or of the first request */
	unsigned int probes;
	struct list waiting; /* packets to send to it */
	unsigned int waiting_count;
};

extern struct list neighbours;

/*
 * Sends `p`, whose frame lacks only the destination, to neighbour `hop`, now or when it is
 * resolved. Takes `p` over.
 */
void arp_send(struct interface *i, uint32_t hop, struct packet *p);
void arp_receive(struct interface *i, const uint8_t *at, size_t n);
void arp_remove_interface(const struct interface *i);
