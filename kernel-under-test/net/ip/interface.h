/*
 * Network interfaces and frames. Loopback is the first interface; it is always up. Each interface
 * has at most one IPv4 address. Guarded by the kernel lock.
 */
#pragma once

#include "lib/list.h"
#include "net/ip/wire.h"

#define INTERFACE_NAME_MAX 16
#define INTERFACE_QUEUE	   1000

#define HARDWARE_ETHERNET 1 /* ARPHRD_* */
#define HARDWARE_LOOPBACK 772

#define IFF_UP	      0x1
#define IFF_BROADCAST 0x2
#define IFF_LOOPBACK  0x8
#define IFF_RUNNING   0x40
#define IFF_MULTICAST 0x1000
#define IFF_LOWER_UP  0x10000

#define PACKET_HEADROOM 12

/*
 * An outgoing frame, starting with the Ethernet header. Whoever receives it frees it (kmem_free).
 */
struct packet {
	struct list link;
	size_t len;
	bool injected;		   /* by a packet socket */
	uint8_t headroom[PACKET_HEADROOM]; /* for a header that the device prepends */
	uint8_t frame[];
};

struct interface_count {
	uint64_t bytes, packets, errors, dropped;
};

struct interface {
	struct list link;
	char name[INTERFACE_NAME_MAX];
	uint32_t index, mtu;
	uint16_t hardware, flags;
	uint8_t mac[6];
	/* Big endian; 0: none. */
	uint32_t address, mask, broadcast;
	/* Takes over the frame. */
	void (*send)(struct interface *i, struct packet *p);
	struct interface_count in, out;
};

extern struct list interfaces; /* by ascending index */
extern struct interface interface_loopback;

/* Adds it and assigns an index. */
void interface_register(struct interface *i);
/* NULL if there is none. */
struct interface *interface_by_index(uint32_t index);
struct interface *interface_by_name(const char *name);
/* The interface with that address, or NULL. */
struct interface *interface_by_address(uint32_t address);

static inline bool interface_is_up(const struct interface *i)
{
	return i->flags & IFF_UP;
}

static inline uint8_t interface_prefix(const struct interface *i)
{
	return prefix_len(i->mask);
}

/* Flags as `ip link` shows them, including IFF_RUNNING. */
uint32_t interface_flags(const struct interface *i);

/*
 * Configure the interface and its routes. Return 0, -EOPNOTSUPP for loopback, or an error of
 * route_add().
 */
int interface_set_up(struct interface *i, bool up);
int interface_set_address(struct interface *i, uint32_t address, uint32_t mask, uint32_t broadcast);

/* Allocates a frame of `len` bytes; NULL if out of memory. */
struct packet *packet_alloc(size_t len);
/* Sends a frame, taking it over in any case. Returns 0 or -ENETDOWN. */
int interface_send(struct interface *i, struct packet *p);
/* Processes a frame from outside; nothing in it is trusted. */
void interface_receive(struct interface *i, const uint8_t *frame, size_t len);

/*
 * Requests of netdevice(7). Returns 0, -ENODEV, -EPERM, -EFAULT, -EOPNOTSUPP, or -ENOTTY for
 * others.
 */
long interface_ioctl(uint64_t request, uint64_t arg);
