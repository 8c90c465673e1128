/*
 * Ancillary data of messages: descriptors (SCM_RIGHTS), credentials (SCM_CREDENTIALS), and where
 * and when a datagram arrived.
 */
#pragma once

#include "net/socket.h"

#define RIGHTS_MAX 253

/* Ancillary data that a socket asks for: bits of socket.cmsg_flags. */
enum {
	CMSG_CREDS = 1 << 0,	 /* SO_PASSCRED */
	CMSG_TIMESTAMP = 1 << 1, /* SO_TIMESTAMP, SO_TIMESTAMPNS */
	CMSG_TIMESTAMPNS = 1 << 2,
	CMSG_PKTINFO = 1 << 3, /* IP_PKTINFO */
	CMSG_TTL = 1 << 4,
	CMSG_TOS = 1 << 5,
	CMSG_PKTINFO6 = 1 << 6, /* the IPv6 counterparts */
	CMSG_HOPLIMIT = 1 << 7,
	CMSG_TCLASS = 1 << 8,
	CMSG_TAP = 1 << 9,	    /* show its datagrams to packet sockets */
	CMSG_ORIGDSTADDR = 1 << 10, /* IP_RECVORIGDSTADDR, of either kind */
	CMSG_STAMP = 1 << 11,	    /* SIOCGSTAMP */
	CMSG_INQ = 1 << 12,	    /* TCP_INQ */
};

struct control {
	/* Streams: the range of bytes it belongs to, in positions of struct ring. */
	struct list link;
	uint64_t at, end;
	struct ucred creds;
	bool has_creds;
	/* Datagrams: time of arrival, destination address, and header fields of the packet. */
	uint64_t time_ns;
	struct address to;
	uint32_t index;
	int hops, class; /* -1: the sending socket's */
	/* Open files, with a reference each. */
	uint32_t count;
	struct file *files[];
};

/* Everything about a message except its data, as in struct msghdr. */
struct msg_header {
	/* Receiving: the sender's address. Sending: the destination, if given. */
	struct address from;
	struct control *control;
	/* Flags returned to the receiver: MSG_TRUNC and the like. */
	unsigned int flags;
};

/* A message queued at a socket. */
struct message {
	struct list link;
	struct address from;
	struct control *control;
	size_t len;
	char data[];
};

/* Fills in what packets from `s` to `to` would carry. */
void control_fill_packet_info(struct control *c, const struct socket *s, const struct address *to);

/* Allocates control data with room for `count` files; NULL if out of memory. */
struct control *control_alloc(uint32_t count);

/* Marks its files in flight until control_clear_inflight() or control_free(). Returns 0 or
 * -ETOOMANYREFS. */
int control_set_inflight(struct control *c);
void control_clear_inflight(struct control *c);

/* Frees it and releases its files. `inflight`: they are in flight. */
void control_free(struct control *c, bool inflight);

/* Copies it for MSG_PEEK, not in flight; NULL if out of memory. */
struct control *control_clone(const struct control *c);

/*
 * Garbage collection: releases files queued only at sockets that are themselves unreachable, in
 * each other's queues. Call when a socket's file is released.
 */
void control_gc(void);
