/*
 * Sockets: unix (stream, datagram), the Internet's (TCP, UDP), and those that see packets. What
 * stays on this machine is not cut into packets: what one end sends is put where the other end
 * reads it.
 */
#pragma once

#include "fs/file.h"
#include "fs/path.h"
#include "ipc/ring.h"
#include "lib/list.h"
#include "net/address.h"
#include "sched/gate.h"
#include "sched/wait.h"

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_RAW       3
#define SOCK_SEQPACKET 5

#define MSG_OOB		 0x01u
#define MSG_PEEK	 0x02u
#define MSG_CTRUNC	 0x08u
#define MSG_TRUNC	 0x20u
#define MSG_DONTWAIT	 0x40u
#define MSG_WAITALL	 0x100u
#define MSG_ERRQUEUE	 0x2000u
#define MSG_NOSIGNAL	 0x4000u
#define MSG_CMSG_CLOEXEC 0x40000000u

#define SHUT_RD	  0
#define SHUT_WR	  1
#define SHUT_RDWR 2

/* Bytes that may wait on their way from one socket, and at one, as it is made (SO_SNDBUF). */
#define BUFFER_DEFAULT 212992

/* The most a UDP datagram carries. */
#define UDP_MAX 65507

enum socket_state {
	SOCKET_NEW,
	SOCKET_LISTENING,
	SOCKET_CONNECTED,
	SOCKET_CLOSED, /* was connected; the other end is gone */
};

struct control;
struct envelope;
struct option_values;
struct socket;
struct socket_more;

/* struct ucred of the Linux ABI. */
struct sender {
	int32_t pid;
	uint32_t uid, gid;
};

struct socket_ops {
	/* NULL: socket_bind() keeps the names of such. */
	int (*bind)(struct socket *s, const struct address *a);
	/*
	 * 1: a user's address is of the right form, and leads out of this machine; 0: to what has
	 * no address. -EINVAL and the like. Of those without socket_has_name().
	 */
	int (*resolve)(const struct socket *s, struct address *a);
	int (*listen)(struct socket *s, int backlog);
	/* `to` is the socket bound to the address; NULL: none is (UDP does not mind). */
	int (*connect)(struct socket *s, struct socket *to, const struct address *a,
		       uint32_t file_flags);
	/* To the connected peer. Bytes sent, or -errno. */
	long (*send)(struct socket *s, struct uio *u, unsigned int flags);
	/*
	 * The same with what `e` has beside the bytes; what is taken of that is NULL then. `to`:
	 * who has the address in `e`; NULL: the peer.
	 */
	long (*send_message)(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
			     struct envelope *e);
	/* To the address in `e`, which no socket of this machine has. */
	long (*send_to)(struct socket *s, struct uio *u, unsigned int flags, struct envelope *e);
	/* `e` gets the sender's address and the rest; NULL: not wanted. Bytes received, or -errno.
	 */
	long (*receive)(struct socket *s, struct uio *u, unsigned int flags, struct envelope *e);
	uint32_t (*poll)(struct socket *s, struct poll_entry *e);
	/* The file is gone; others may still hold references. */
	void (*close)(struct socket *s);
};

/*
 * Guarded by the kernel lock. Streams are used through `gate`, which both ends share: bytes pass
 * without that lock between two that are connected (sched/gate.h).
 */
struct socket {
	const struct socket_ops *ops;
	/* Of all sockets. */
	struct list all;
	uint32_t refs;
	uint32_t uid; /* whose it is */
	uint16_t family;
	uint8_t type;
	uint8_t protocol; /* TCP and UDP go by their type */
	enum socket_state state;
	struct address local, remote;
	/* Bound: in the table of names, or behind an inode. */
	struct list by_name;
	bool reuse_address, reuse_port;
	/* bind() named an address, or a port; others last as long as the connection. */
	bool own_host, own_port;
	/* IPv6 alone is heard where it is bound to no address in particular (IPV6_V6ONLY). */
	bool v6_only;
	/* connect() was answered with EINPROGRESS; what came of it if it failed, until told. */
	bool connecting;
	/* TCP: neither end has it any more, as both know. */
	bool reset;
	/* Closing it is an error at the other end: nobody accepted it, or SO_LINGER said so. */
	bool resets;
	int error;
	/* The other end, with a reference. Of UDP: who had its name at that time. */
	uint32_t peer_time;
	struct socket *peer;
	struct inode *bound;
	/* Of those that see packets, or that are of one interface: net/ip/raw.h. NULL: nothing. */
	struct socket_more *more;
	/* That of one end, to which the other holds a reference for good, `gatekeeper`. */
	struct gate *gate, own_gate;
	struct socket *gatekeeper;
	union {
		struct {
			bool no_receive, no_send;
		};
		uint16_t shut; /* either */
	};
	/* What is noted with each message: WANT_SENDER and its like. */
	uint16_t wants;
	/* What packets would have, of IPv4 and of IPv6; hops of 0: as many as is usual. */
	uint8_t ttl, tos, hops, traffic_class;
	struct wait_queue readers, writers;

	/* Streams: what was sent here and is not read yet. */
	struct ring in;
	/* Listeners: connections to accept, oldest first. */
	struct list backlog;
	int backlog_count, backlog_max;
	/* Datagrams, oldest first. */
	struct list messages;
	uint32_t queued;
	/* TCP: the byte at that place of the ring is urgent; it may have been taken (MSG_OOB). */
	bool urgent, urgent_taken;
	/* It stays among the others (SO_OOBINLINE). */
	bool urgent_inline;
	uint64_t urgent_at;
	/*
	 * What may be on its way: of unix sockets as the sender says, of others as the receiver
	 * does.
	 */
	uint32_t send_room, receive_room;
	/* Streams: what belongs to bytes that are in the ring, in their order. */
	struct list controls;
	/* Who made it, or called listen(); who the other end was. */
	struct sender owner, other;
	/* 0: none. */
	uint64_t receive_timeout_ns, send_timeout_ns;
	/* What was set of the other options; NULL: nothing. */
	struct option_values *options;
	/* While it is in flight, in other sockets' queues: see net/control.c. */
	struct file *file;
	struct list flying;
	uint32_t in_flight;
	int outer;
	bool reached, passed;
};

/* What went wrong since it was asked for last: 0 or an errno. */
static inline int socket_take_error(struct socket *s)
{
	int error = s->error;

	s->error = 0;
	return error;
}

/* Given by proc: who calls; and the signal for whoever owns a socket with urgent data. */
void socket_sender(struct sender *out);
void socket_urgent(struct file *f);

/* A new socket without a file, one reference. -EAFNOSUPPORT and the like are the caller's. */
struct socket *socket_make(uint16_t family, uint8_t type);
void socket_put(struct socket *s);

static inline struct socket *socket_get(struct socket *s)
{
	s->refs++;
	return s;
}

DEFINE_SCOPED(struct socket *, socket_put)

/* A file around `s`; the caller's reference is taken over, also without memory: NULL. */
struct file *socket_file(struct socket *s, uint32_t flags);

/* Of either Internet. */
static inline bool socket_is_internet(const struct socket *s)
{
	return s->family == AF_INET || s->family == AF_INET6;
}

/* Whether socket_find() knows its names; else it resolves addresses itself. */
static inline bool socket_has_name(const struct socket *s)
{
	return s->family <= AF_INET6;
}

/* The socket of a file, or NULL when it is none. */
struct socket *socket_of(const struct file *f);

/* Of one kind, so that names of the one are names for the other. */
static inline bool socket_alike(const struct socket *a, const struct socket *b)
{
	return a->type == b->type && a->protocol == b->protocol;
}

/* Who hears what `from` (NULL: nobody known) sends to `to`, of a kind. NULL: nobody. */
struct socket *socket_hears(uint8_t type, uint8_t protocol, const struct address *from,
			    const struct address *to);

/* All that are in use, the oldest first. */
void socket_each(void (*fn)(struct socket *s, void *ctx), void *ctx);

/* Goes on when a socket gets or loses a name, or another remote one. */
extern uint32_t socket_name_changes;

/* Two sockets of one kind that are each other's peers. */
void socket_join(struct socket *a, struct socket *b);

/* SHUT_RD and its like. -ENOTCONN. */
int socket_shut(struct socket *s, int how);

/*
 * Names. socket_bind(): -EADDRINUSE, -EINVAL, -EADDRNOTAVAIL, or what the path gave.
 * socket_bind_any() picks a free port. socket_find(): the socket with a reference, or
 * -ECONNREFUSED, -ENOENT, ...; 1: the address is another machine's.
 */
int socket_bind(struct socket *s, const struct path_base *base, uint32_t mode, struct address *a);
int socket_bind_any(struct socket *s);
int socket_find(const struct socket *s, const struct path_base *base, struct address *a,
		struct socket **out);
void socket_unbind(struct socket *s);
/* What connecting a datagram socket of the Internet chose is not its name any more. */
void socket_unsettle(struct socket *s);
/* Whether another one listens where `s` is bound, and does not share. */
bool socket_name_taken(const struct socket *s);
/* The one bound to a name that is no path, of the kind of `s`, that hears `s`; no reference; NULL:
 * none. */
struct socket *socket_named(const struct socket *s, const struct address *a);

/*
 * Sleeps on `q`, at most for `timeout_ns` if that is not 0; -EAGAIN after that, and at once when
 * the file is non-blocking or MSG_DONTWAIT is given.
 */
int socket_sleep(struct wait_queue *q, unsigned int flags, uint64_t timeout_ns);
/* As `send` of socket_ops, by `send_message`. */
long socket_send_bytes(struct socket *s, struct uio *u, unsigned int flags);

extern const struct socket_ops stream_ops, marked_stream_ops, datagram_ops, packet_ops;

/* Given by syscall. Who shares options with another one gets its own when it sets some. */
struct option_values *option_values_get(struct option_values *o);
void option_values_put(struct option_values *o);

/* What stream operations share. */
/* What comes of sending where that can't be done. */
long stream_send_failed(struct socket *s, struct uio *u);

static inline bool stream_can_send(const struct socket *s, const struct socket *peer)
{
	return !s->no_send && peer && (likely(!peer->no_receive) || s->family != AF_UNIX);
}

/* As TCP numbers its states: of a stream. */
#define TCP_ESTABLISHED 1
#define TCP_FIN_WAIT2	5
#define TCP_CLOSE	7
#define TCP_CLOSE_WAIT	8
#define TCP_LISTEN	10

int socket_tcp_state(const struct socket *s);
/* What comes of receiving from one that was never connected. */
long stream_unready(struct socket *s);
/* That there is nothing to read and no more will come: 0, or why. */
long stream_end(struct socket *s);
/* Bytes came: whose they are, as datagrams tell it. */
void stream_tell_sender(const struct socket *s, struct envelope *e);
/* Nothing can be accepted any more. */
void stream_unlisten(struct socket *s);
int stream_listen(struct socket *s, int backlog);
int stream_connect(struct socket *s, struct socket *to, const struct address *a,
		   uint32_t file_flags);
uint32_t stream_poll(struct socket *s, struct poll_entry *e);
void stream_close(struct socket *s);
/* As file_ops say. */
long stream_read_unlocked(struct file *f, struct uio *u);
long stream_write_unlocked(struct file *f, struct uio *u);
/* What of it can be done at once; else nothing is, and `u` is left as it was. */
long stream_move_now(struct file *f, struct uio *u, bool send);
uint32_t stream_poll_unlocked(struct file *f, struct poll_entry *e);
/* What `s` gets and sends from now on may have more to it than bytes. */
void stream_mark(struct socket *s);
/* TCP's urgent data: the last byte that `s` sent is; the one that came is taken; one is next. */
void stream_urge(struct socket *s);
long stream_receive_urgent(struct socket *s, struct uio *u, unsigned int flags);
bool stream_at_mark(struct socket *s);
long marked_send(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
		 struct envelope *e);
/* What came in a packet. */
struct arrival {
	struct address from, to;
	const void *data;
	size_t len;
	uint8_t hops, class;
};

/* Queues it, as far as the filter of `s` and the room there let it. */
void datagram_arrive(struct socket *s, const struct arrival *a);
/* One (1) or one less (-1) watches what passes over loopback. */
void datagram_watch(int change);
/* What a new datagram socket wants: net/control.h. */
extern uint16_t datagram_wants;
int datagram_listen(struct socket *s, int backlog);
long datagram_send_message(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
			   struct envelope *e);
long datagram_send_to(struct socket *s, struct uio *u, unsigned int flags, struct envelope *e);
int datagram_connect(struct socket *s, struct socket *to, const struct address *a,
		     uint32_t file_flags);
long datagram_receive(struct socket *s, struct uio *u, unsigned int flags, struct envelope *e);
uint32_t datagram_poll(struct socket *s, struct poll_entry *e);
void datagram_close(struct socket *s);
/* Drops what is queued, for whoever closes. */
void datagram_drop(struct socket *s);

void socket_init(void);
