/* Whose Ethernet address an address of IPv4 is: asked for by ARP, and kept for a while. */
#pragma once

#include "net/ip/interface.h"

struct neighbour {
	struct list link;
	struct interface *via;
	uint32_t address;
	uint8_t mac[6];
	bool known;
	uint64_t since_ns; /* known, or asked first */
	unsigned int asked;
	struct list waiting; /* packets for it */
	unsigned int waiting_count;
};

extern struct list neighbours;

/* Sends `p`, whose frame lacks only whom it is to, to the neighbour `hop`; now or when it is known.
 */
void arp_send(struct interface *i, uint32_t hop, struct packet *p);
void arp_receive(struct interface *i, const uint8_t *at, size_t n);
void arp_forget(const struct interface *i);
