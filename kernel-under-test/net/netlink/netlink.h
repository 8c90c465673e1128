/*
 * Netlink sockets. Protocols are NETLINK_ROUTE, and NETLINK_KOBJECT_UEVENT, on which no event is
 * ever sent.
 */
#pragma once

#include "net/socket.h"

#define NETLINK_ROUTE	       0
#define NETLINK_KOBJECT_UEVENT 15

#define NLM_F_REQUEST 0x1
#define NLM_F_MULTI   0x2
#define NLM_F_ACK     0x4
#define NLM_F_DUMP    0x300

#define NLMSG_ERROR 2
#define NLMSG_DONE  3

/* struct nlmsghdr of the Linux ABI. */
struct netlink_header {
	uint32_t len;
	uint16_t type, flags;
	uint32_t sequence, port;
};

/*
 * A dump request: types of the form 4n + 2 are queries; for others the flags mean something else.
 */
static inline bool netlink_is_dump(const struct netlink_header *h)
{
	return h->type >= 0x10 && (h->type & 3) == 2 && (h->flags & NLM_F_DUMP);
}

/* A reply under construction; what does not fit is left out and sets `full`. */
struct netlink_reply {
	struct netlink_header request;
	uint32_t port; /* of the receiver */
	char *data;
	size_t len, room;
	size_t header; /* offset of the current message's header */
	bool full;
};

/* Starts a message with its fixed part, and appends an attribute to the current one. */
void netlink_begin(struct netlink_reply *r, uint16_t type, const void *fixed, size_t n);
void netlink_put(struct netlink_reply *r, uint16_t type, const void *value, size_t n);

static inline void netlink_put_u32(struct netlink_reply *r, uint16_t type, uint32_t value)
{
	netlink_put(r, type, &value, sizeof(value));
}

/*
 * Handles one NETLINK_ROUTE request, whose body follows the header, and writes the reply to queries
 * to `r`. Returns 0, or an errno for the caller to report: -EINVAL, -EOPNOTSUPP, -EPERM, -ENODEV.
 */
int rtnetlink_request(struct netlink_reply *r, const void *body, size_t n);

extern const struct socket_ops netlink_ops;
