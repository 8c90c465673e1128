/*
 * What goes with the bytes of a message: descriptors (SCM_RIGHTS) and who sent it
 * (SCM_CREDENTIALS).
 */
#pragma once

#include "net/socket.h"

#define RIGHTS_MAX 253

struct control {
	/* In a stream: the bytes that it belongs to, as struct ring counts. */
	struct list link;
	uint64_t at, end;
	struct sender sender;
	bool has_sender;
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

/* Room for `count` files, none in it. NULL without memory. */
struct control *control_make(uint32_t count);

/* One that says who the caller is. */
struct control *control_of_caller(void);

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
