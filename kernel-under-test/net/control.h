/*
 * Ancillary data of messages: descriptors (SCM_RIGHTS), credentials (SCM_CREDENTIALS), and where
 * and when a datagram arrived.
 */
#pragma once

#include "net/socket.h"

#define RIGHTS_MAX 253

/* Ancillary data that a socket asks for: bits of socket.wants. */
enum {
	WANT_SENDER = 1 << 0, /* SO_PASSCRED */
	WANT_TIME = 1 << 1,   /* SO_TIMESTAMP, SO_TIMESTAMPNS */
	WANT_TIME_NS = 1 << 2,
	WANT_ADDRESS = 1 << 3, /* IP_PKTINFO */
	WANT_TTL = 1 << 4,
	WANT_TOS = 1 << 5,
	WANT_ADDRESS6 = 1 << 6, /* the IPv6 counterparts */
	WANT_HOPS = 1 << 7,
	WANT_CLASS = 1 << 8,
	WANT_SHOWN = 1 << 9,   /* show its datagrams to packet sockets */
	WANT_TARGET = 1 << 10, /* IP_RECVORIGDSTADDR, of either kind */
	WANT_STAMP = 1 << 11,  /* SIOCGSTAMP */
	WANT_INQ = 1 << 12,    /* TCP_INQ */
};

struct control {
	/* Streams: the range of bytes it belongs to, in positions of struct ring. */
	struct list link;
	uint64_t at, end;
	struct sender sender;
	bool has_sender;
	/* Datagrams: time of arrival, destination address, and header fields of the packet. */
	uint64_t time_ns;
	struct address to;
	int hops, class; /* -1: the sending socket's */
	/* Open files, with a reference each. */
	uint32_t count;
	struct file *files[];
};

/* Everything about a message except its data, as in struct msghdr. */
struct envelope {
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
void control_describe(struct control *c, const struct socket *s, const struct address *to);

/* Allocates control data with room for `count` files; NULL if out of memory. */
struct control *control_make(uint32_t count);

/* Marks its files in flight until control_land() or control_free(). Returns 0 or -ETOOMANYREFS. */
int control_fly(struct control *c);
void control_land(struct control *c);

/* Frees it and releases its files. `flying`: they are in flight. */
void control_free(struct control *c, bool flying);

/* Copies it for MSG_PEEK, not in flight; NULL if out of memory. */
struct control *control_clone(const struct control *c);

/*
 * Garbage collection: releases files queued only at sockets that are themselves unreachable, in
 * each other's queues. Call when a socket's file is released.
 */
void control_collect(void);
