/*
 * Network interfaces, and the frames that go through them. Loopback is the first; it is up and
 * can't be turned off. Each has one address of IPv4. All of it is under the kernel lock.
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

#define PACKET_ROOM 12

/* A frame on its way out, from its Ethernet header on; whoever gets it frees it (kmem_free). */
struct packet {
	struct list link;
	size_t len;
	uint8_t room[PACKET_ROOM]; /* for what a device wants to have before it */
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
	/* Takes the frame over. */
	void (*send)(struct interface *i, struct packet *p);
	struct interface_count in, out;
};

extern struct list interfaces; /* by their numbers */
extern struct interface interface_loopback;

/* Gives it a number. */
void interface_register(struct interface *i);
/* NULL: there is none. */
struct interface *interface_by_index(uint32_t index);
struct interface *interface_by_name(const char *name);
/* Whose the address is. */
struct interface *interface_of(uint32_t address);

static inline bool interface_is_up(const struct interface *i)
{
	return i->flags & IFF_UP;
}

static inline uint8_t interface_prefix(const struct interface *i)
{
	return prefix_of(i->mask);
}

/* What `ip link` shows: IFF_RUNNING and more come with being up. */
uint32_t interface_flags(const struct interface *i);

/* Change what there is, and the routes with it. -EOPNOTSUPP: loopback stays as it is. */
int interface_set_up(struct interface *i, bool up);
int interface_set_address(struct interface *i, uint32_t address, uint32_t mask, uint32_t broadcast);

/* Room for a frame of `len` bytes. NULL without memory. */
struct packet *packet_make(size_t len);
/* Sends a frame: -ENETDOWN, or 0. It is taken over in any case. */
int interface_send(struct interface *i, struct packet *p);
/* A frame that came from outside; all of it is looked at here. */
void interface_receive(struct interface *i, const uint8_t *frame, size_t len);

/* The requests of netdevice(7). -ENODEV, -EPERM, -EFAULT, -EOPNOTSUPP; -ENOTTY: it is none. */
long interface_ioctl(uint64_t request, uint64_t arg);
