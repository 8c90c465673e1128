/*
 * Netlink sockets: requests to the kernel in messages of their own form, and its answers. Of
 * protocols there are NETLINK_ROUTE, and NETLINK_KOBJECT_UEVENT, where nothing ever happens.
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

/* A question (the third of each four) for all of a kind; elsewhere the flags mean other things. */
static inline bool netlink_is_dump(const struct netlink_header *h)
{
	return h->type >= 0x10 && (h->type & 3) == 2 && (h->flags & NLM_F_DUMP);
}

/* An answer that is being written; what has no room is left out, and `full` says so. */
struct netlink_reply {
	struct netlink_header request;
	uint32_t port; /* whose answer it is */
	char *data;
	size_t len, room;
	size_t header; /* of the message that is being written */
	bool full;
};

/* A message with its fixed part, all that is put until the next one belongs to it. */
void netlink_begin(struct netlink_reply *r, uint16_t type, const void *fixed, size_t n);
void netlink_put(struct netlink_reply *r, uint16_t type, const void *value, size_t n);

static inline void netlink_put_u32(struct netlink_reply *r, uint16_t type, uint32_t value)
{
	netlink_put(r, type, &value, sizeof(value));
}

/*
 * What is asked of NETLINK_ROUTE in a whole message, header and all: written to `r` if it is a
 * question. 0 or -errno, which the caller tells. -EINVAL, -EOPNOTSUPP, -EPERM, -ENODEV.
 */
int rtnetlink_answer(struct netlink_reply *r, const void *body, size_t n);

extern const struct socket_ops netlink_ops;
