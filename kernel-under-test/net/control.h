/*
 * What goes with the bytes of a message: descriptors (SCM_RIGHTS) and who sent it
 * (SCM_CREDENTIALS).
 */
#pragma once

#include "net/socket.h"

#define RIGHTS_MAX 253

/* What a receiver wants to be told with each message: bits of socket.wants. */
enum {
	WANT_SENDER = 1 << 0, /* SO_PASSCRED */
	WANT_TIME = 1 << 1,   /* SO_TIMESTAMP, and in nanoseconds */
	WANT_TIME_NS = 1 << 2,
	WANT_ADDRESS = 1 << 3, /* IP_PKTINFO and its like */
	WANT_TTL = 1 << 4,
	WANT_TOS = 1 << 5,
	WANT_ADDRESS6 = 1 << 6, /* the same of IPv6 */
	WANT_HOPS = 1 << 7,
	WANT_CLASS = 1 << 8,
	WANT_SHOWN = 1 << 9, /* packet sockets are to see its datagrams */
};

struct control {
	/* In a stream: the bytes that it belongs to, as struct ring counts. */
	struct list link;
	uint64_t at, end;
	struct sender sender;
	bool has_sender;
	/* Of a datagram: when it came and to which address, with what its packet had. */
	uint64_t time_ns;
	struct address to;
	int hops, class; /* -1: whatever the sender's socket has */
	/* Open files, with a reference each. */
	uint32_t count;
	struct file *files[];
};

/* One message on its way: what a call gives, or wants to have, beside the bytes. */
struct envelope {
	/* Of who sent it; on the way there: where it goes, if that was said. */
	struct address from;
	struct control *control;
	/* MSG_TRUNC and the like that the receiver is told. */
	unsigned int flags;
};

/* Waits in a socket that has messages. */
struct message {
	struct list link;
	struct address from;
	struct control *control;
	size_t len;
	char data[];
};

/* What the packets of `s` have, of the kind of address that `to` is. */
void control_describe(struct control *c, const struct socket *s, const struct address *to);

/* Room for `count` files, none in it. NULL without memory. */
struct control *control_make(uint32_t count);

/* It is queued at a socket from now on, until control_land() or control_free(). -ETOOMANYREFS. */
int control_fly(struct control *c);
void control_land(struct control *c);

/* Drops all that it holds. `flying`: it was queued. */
void control_free(struct control *c, bool flying);

/* Another one with the same contents, not queued (MSG_PEEK). NULL without memory. */
struct control *control_clone(const struct control *c);

/*
 * Sockets that only lie in each other's queues can never be read again: lets go of what is queued
 * there. To be called when a socket's file goes.
 */
void control_collect(void);
