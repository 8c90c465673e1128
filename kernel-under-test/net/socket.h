/*
 * Sockets: unix (stream, datagram) and the Internet's over loopback (TCP, UDP). There is no
 * network device, so nothing is cut into packets: what one end sends is put where the other end
 * reads it.
 */
#pragma once

#include "fs/file.h"
#include "fs/path.h"
#include "ipc/ring.h"
#include "lib/list.h"
#include "sched/wait.h"

#define AF_UNSPEC 0
#define AF_UNIX	  1
#define AF_INET	  2

#define SOCK_STREAM 1
#define SOCK_DGRAM  2

#define MSG_PEEK     0x02u
#define MSG_TRUNC    0x20u
#define MSG_DONTWAIT 0x40u
#define MSG_WAITALL  0x100u
#define MSG_NOSIGNAL 0x4000u

#define SHUT_RD	  0
#define SHUT_WR	  1
#define SHUT_RDWR 2

#define ADDRESS_MAX 110

/* A sockaddr as the user gives and gets it; `len` 0: none. */
struct address {
	uint32_t len;
	union {
		uint16_t family;
		struct {
			uint16_t in_family;
			uint8_t in_port[2]; /* big endian, as the address */
			uint8_t in_addr[4];
		};
		struct {
			uint16_t un_family;
			char un_path[ADDRESS_MAX - 2];
		};
	};
};

enum socket_state {
	SOCKET_NEW,
	SOCKET_LISTENING,
	SOCKET_CONNECTED,
	SOCKET_CLOSED, /* was connected; the other end is gone */
};

struct socket;

struct socket_ops {
	int (*listen)(struct socket *s, int backlog);
	/* `to` is the socket bound to the address; NULL: none is (UDP does not mind). */
	int (*connect)(struct socket *s, struct socket *to, const struct address *a,
		       uint32_t file_flags);
	/* `to` NULL: the connected peer. Bytes sent, or -errno. */
	long (*send)(struct socket *s, struct socket *to, struct uio *u, unsigned int flags);
	/* `from` gets the sender's address. Bytes received, or -errno. */
	long (*receive)(struct socket *s, struct uio *u, unsigned int flags, struct address *from);
	uint32_t (*poll)(struct socket *s, struct poll_entry *e);
	/* The file is gone; others may still hold references. */
	void (*close)(struct socket *s);
};

struct socket {
	const struct socket_ops *ops;
	uint32_t refs;
	uint16_t family;
	uint8_t type;
	enum socket_state state;
	struct address local, remote;
	/* Bound: in the table of names, or behind an inode. */
	struct list by_name;
	struct inode *bound;

	/* The other end, with a reference. */
	struct socket *peer;
	bool no_receive, no_send;
	struct wait_queue readers, writers;

	/* Streams: what was sent here and is not read yet. */
	struct ring in;
	/* Listeners: connections to accept, oldest first. */
	struct list backlog;
	int backlog_count, backlog_max;
	/* Datagrams, oldest first. */
	struct list messages;
	size_t queued;
};

/* A new socket without a file, one reference. -EAFNOSUPPORT and the like are the caller's. */
struct socket *socket_make(uint16_t family, uint8_t type);
void socket_put(struct socket *s);

static inline struct socket *socket_get(struct socket *s)
{
	s->refs++;
	return s;
}

/* A file around `s`, which takes over the caller's reference. NULL without memory. */
struct file *socket_file(struct socket *s, uint32_t flags);

/* The socket of a file, or NULL when it is none. */
struct socket *socket_of(const struct file *f);

/* Two sockets of one kind that are each other's peers. */
void socket_join(struct socket *a, struct socket *b);

/*
 * Names. socket_bind(): -EADDRINUSE, -EINVAL, -EADDRNOTAVAIL, or what the path gave.
 * socket_bind_any() picks a free port. socket_find(): the socket with a reference, or
 * -ECONNREFUSED, -ENOENT, ...
 */
int socket_bind(struct socket *s, const struct path_base *base, uint32_t mode,
		const struct address *a);
int socket_bind_any(struct socket *s);
int socket_find(const struct socket *s, const struct path_base *base, const struct address *a,
		struct socket **out);
void socket_unbind(struct socket *s);
/* The one bound to a name that is no path, of the kind of `s`; no reference; NULL: none. */
struct socket *socket_named(const struct socket *s, const struct address *a);

/* -EAGAIN when the file is non-blocking or MSG_DONTWAIT is given, else sleeps on `q`. */
int socket_sleep(struct wait_queue *q, unsigned int flags);

extern const struct socket_ops stream_ops, datagram_ops;

void socket_init(void);
