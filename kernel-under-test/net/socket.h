/*
 * Sockets: unix (stream, datagram, seqpacket), Internet (TCP, UDP, raw, ping), netlink and packet.
 * Data that stays on this machine is not cut into packets: the sender puts it directly where the
 * receiver reads it.
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

/* Default buffer sizes (SO_SNDBUF, SO_RCVBUF), in bytes. */
#define BUFFER_DEFAULT 212992

/* The largest payload of a UDP datagram. */
#define UDP_MAX 65507

enum socket_state {
	SOCKET_NEW,
	SOCKET_LISTENING,
	SOCKET_CONNECTED,
	SOCKET_CLOSED, /* the peer has closed */
};

struct control;
struct msg_header;
struct option_values;
struct socket;
struct socket_ext;

/* struct ucred of the Linux ABI. */
struct ucred {
	int32_t pid;
	uint32_t uid, gid;
};

struct socket_ops {
	/* NULL: names are managed by socket_bind(). */
	int (*bind)(struct socket *s, const struct address *a);
	/*
	 * Checks and converts a user's destination for families without socket_has_name(). Returns
	 * 1 if it is remote, 0 if there is nothing to look up, or a negative errno.
	 */
	int (*resolve)(const struct socket *s, struct address *a);
	int (*listen)(struct socket *s, int backlog);
	/* `to`: the local socket bound to the address, or NULL (which UDP accepts). */
	int (*connect)(struct socket *s, struct socket *to, const struct address *a,
		       uint32_t file_flags);
	/* Sends to the connected peer. Returns bytes sent or a negative errno. */
	long (*send)(struct socket *s, struct uio *u, unsigned int flags);
	/*
	 * The same with ancillary data from `e`, set to NULL there when consumed. `to`: the local
	 * socket at the address in `e`; NULL: the peer.
	 */
	long (*send_message)(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
			     struct msg_header *e);
	/* Sends to the address in `e`, at which no local socket is bound. */
	long (*send_to)(struct socket *s, struct uio *u, unsigned int flags, struct msg_header *e);
	/*
	 * Receives; `e` (optional) gets address and ancillary data. Returns bytes or a negative
	 * errno.
	 */
	long (*receive)(struct socket *s, struct uio *u, unsigned int flags, struct msg_header *e);
	uint32_t (*poll)(struct socket *s, struct poll_entry *e);
	/* The file was released; others may still hold references. */
	void (*close)(struct socket *s);
};

/*
 * Guarded by the kernel lock. Streams also by `gate`, shared by both ends: data passes between
 * connected streams without that lock (sched/gate.h).
 */
struct socket {
	const struct socket_ops *ops;
	/* In the list of all sockets. */
	struct list all;
	uint32_t refs;
	uint32_t uid; /* owner */
	uint16_t family;
	uint8_t type;
	uint8_t protocol; /* 0 for TCP and UDP, told apart by type */
	enum socket_state state;
	struct address local, remote;
	/* If bound: in the table of names, or behind an inode. */
	struct list by_name;
	bool reuse_address, reuse_port;
	/*
	 * Whether bind() gave an address, or a port; otherwise they last as long as the connection.
	 */
	bool bound_host, bound_port;
	/* IPV6_V6ONLY: bound to any address, does not receive IPv4. */
	bool v6_only;
	/* connect() returned EINPROGRESS, and its failure has not been reported yet. */
	bool connecting;
	/* TCP: the connection was reset, and both ends know. */
	bool reset;
	/* Closing resets the peer: not accepted yet, or SO_LINGER with a timeout of 0. */
	bool reset_on_close;
	int error;
	/* The peer, with a reference. UDP: cached as of socket_name_generation == peer_generation.
	 */
	uint32_t peer_generation;
	struct socket *peer;
	struct inode *bound;
	/* Filters and settings of packet-level sockets, or NULL: net/ip/raw.h. */
	struct socket_ext *ext;
	/* The gate of one end, to which the other holds a permanent reference, `gate_owner`. */
	struct gate *gate, own_gate;
	struct socket *gate_owner;
	union {
		struct {
			bool read_shut, write_shut;
		};
		uint16_t shut; /* nonzero: either */
	};
	/* Ancillary data to record with each message: CMSG_CREDS and the like. */
	uint16_t cmsg_flags;
	/* Header fields of outgoing packets, IPv4 and IPv6; 0 hops: the default. */
	uint8_t ttl, tos, hops, traffic_class;
	struct wait_queue readers, writers;

	/* Streams: data received and not read yet. */
	struct ring in;
	/* Listeners: connections to accept, oldest first. */
	struct list backlog;
	int backlog_count, backlog_max;
	/* Datagrams received, oldest first. */
	struct list messages;
	uint32_t queued;
	/* TCP urgent data (MSG_OOB): there is a mark at `urgent_at`; its byte has been read. */
	bool urgent, urgent_taken;
	/* SO_OOBINLINE: the urgent byte stays in the stream. */
	bool urgent_inline;
	/* A datagram was read without a timestamp being asked for (SIOCGSTAMP). */
	bool received;
	uint64_t urgent_at;
	/* Buffer limits: the sender's applies to unix sockets, the receiver's to others. */
	uint32_t send_buffer, receive_buffer;
	/* Streams: ancillary data of bytes in the ring, in their order. */
	struct list controls;
	/* Credentials of whoever created it or called listen(), and of the peer (SO_PEERCRED). */
	struct ucred creds, peer_creds;
	/* 0: no timeout. */
	uint64_t receive_timeout_ns, send_timeout_ns;
	/* Other options that were set, or NULL. */
	struct option_values *options;
	/* Garbage collection while in flight, in other sockets' queues: see net/control.c. */
	struct file *file;
	struct list inflight;
	uint32_t inflight_refs;
	int external_refs;
	bool reachable, scanned;
};

/* Returns and clears the pending error (SO_ERROR): 0 or an errno. */
static inline int socket_take_error(struct socket *s)
{
	int error = s->error;

	s->error = 0;
	return error;
}

/* Implemented by proc: the caller's credentials, and SIGURG for the owner of the file. */
void socket_current_ucred(struct ucred *out);
void socket_urgent(struct file *f);

/*
 * Allocates a socket without a file, with one reference; NULL if out of memory. The caller has
 * checked the family.
 */
struct socket *socket_alloc(uint16_t family, uint8_t type);
void socket_put(struct socket *s);

static inline struct socket *socket_get(struct socket *s)
{
	s->refs++;
	return s;
}

DEFINE_SCOPED(struct socket *, socket_put)

/* Wraps `s` in a file, taking over the caller's reference even on failure (NULL). */
struct file *socket_file(struct socket *s, uint32_t flags);

/* IPv4 or IPv6. */
static inline bool socket_is_internet(const struct socket *s)
{
	return s->family == AF_INET || s->family == AF_INET6;
}

/* Whether socket_find() looks up its destinations; otherwise ops->resolve does. */
static inline bool socket_has_name(const struct socket *s)
{
	return s->family <= AF_INET6;
}

/* The socket of a file, or NULL if it is not one. */
struct socket *socket_of(const struct file *f);

/* Whether both use the same name space of ports. */
static inline bool socket_same_kind(const struct socket *a, const struct socket *b)
{
	return a->type == b->type && a->protocol == b->protocol;
}

/* The socket of that kind that receives what `from` (NULL: unknown) sends to `to`, or NULL. */
struct socket *socket_lookup_receiver(uint8_t type, uint8_t protocol, const struct address *from,
				      const struct address *to);

/* Calls `fn` for all open sockets, oldest first. */
void socket_each(void (*fn)(struct socket *s, void *ctx), void *ctx);

/* Incremented whenever a socket's local or remote address changes. */
extern uint32_t socket_name_generation;

/* Connects two sockets of the same kind. */
void socket_connect_pair(struct socket *a, struct socket *b);

/* SHUT_RD and the like. Returns 0 or -ENOTCONN. */
int socket_shutdown(struct socket *s, int how);

/*
 * Names. socket_bind() returns 0, -EADDRINUSE, -EINVAL, -EADDRNOTAVAIL or an error of the path
 * walk. socket_bind_any() picks a free port. socket_find() returns 0 with the destination and a
 * reference, 1 if the address is another machine's, -ECONNREFUSED, -ENOENT, ...
 */
int socket_bind(struct socket *s, const struct path_base *base, uint32_t mode, struct address *a);
int socket_bind_any(struct socket *s);
/* The first and last of these: net.ipv4.ip_local_port_range. */
extern uint64_t socket_ports[2];
int socket_find(const struct socket *s, const struct path_base *base, struct address *a,
		struct socket **out);
/* socket_bind() to a path. */
int socket_bind_path(struct socket *s, const struct path_base *base, uint32_t mode,
		     const struct address *a);
/* Every UDP socket that a datagram to several receivers is for. */
void socket_each_named(const struct address *from, const struct address *to,
		       void (*fn)(struct socket *s, void *ctx), void *ctx);
void socket_unbind(struct socket *s);
/* Drops the local address and port that connecting a datagram socket had chosen. */
void socket_reset_local(struct socket *s);
/* Whether another socket occupies the name of `s` without sharing it. */
bool socket_name_taken(const struct socket *s);
/*
 * The local socket that receives from `s` at an address other than a path, or NULL. Takes no
 * reference.
 */
struct socket *socket_lookup(const struct socket *s, const struct address *a);

/*
 * Sleeps on `q` for up to `timeout_ns`, unless that is 0. Returns 0, -EAGAIN on timeout and
 * immediately with MSG_DONTWAIT, -ERESTARTSYS or -EINTR.
 */
int socket_sleep(struct wait_queue *q, unsigned int flags, uint64_t timeout_ns);
/* socket_ops.send in terms of send_message. */
long socket_send_bytes(struct socket *s, struct uio *u, unsigned int flags);

extern const struct socket_ops stream_ops, control_stream_ops, datagram_ops, packet_ops;

/* Implemented by syscall: shared option values; whoever modifies them makes its own copy. */
struct option_values *option_values_get(struct option_values *o);
void option_values_put(struct option_values *o);

/* The result of sending on a stream that cannot send. */
long stream_send_failed(struct socket *s, struct uio *u);

static inline bool stream_can_send(const struct socket *s, const struct socket *peer)
{
	return !s->write_shut && peer && (likely(!peer->read_shut) || s->family != AF_UNIX);
}

/* TCP's state numbers, for a stream. */
#define TCP_ESTABLISHED 1
#define TCP_FIN_WAIT2	5
#define TCP_CLOSE	7
#define TCP_CLOSE_WAIT	8
#define TCP_LISTEN	10

int socket_tcp_state(const struct socket *s);
/* The result of receiving on a stream that is not connected. */
long stream_not_connected(struct socket *s);
/* End of file: returns 0, or the pending error. */
long stream_eof(struct socket *s);
/*
 * Sleeps until `s`, which has nothing to read, may have something. Returns false if recv() must
 * return instead, with *done, the bytes received so far, set to its result.
 */
bool stream_wait_data(struct socket *s, unsigned int flags, long *done);
/* Reads `n` bytes that are there, as ring_get(); TCP discards them for MSG_TRUNC. */
static inline long stream_take(struct socket *s, struct uio *u, size_t n, unsigned int flags)
{
	if (likely(!(flags & MSG_TRUNC) || s->family == AF_UNIX))
		return ring_get(&s->in, u, n, flags & MSG_PEEK);
	u->left -= n;
	s->in.read += flags & MSG_PEEK ? 0 : n;
	return (long)n;
}

/* Fills in the source address for data received on a stream. */
void stream_fill_source(const struct socket *s, struct msg_header *e);
/* Stops listening. */
void stream_unlisten(struct socket *s);
int stream_listen(struct socket *s, int backlog);
int stream_connect(struct socket *s, struct socket *to, const struct address *a,
		   uint32_t file_flags);
uint32_t stream_poll(struct socket *s, struct poll_entry *e);
void stream_close(struct socket *s);
/* The file operations of those names. */
long stream_read_unlocked(struct file *f, struct uio *u);
long stream_write_unlocked(struct file *f, struct uio *u);
/* Transfers what is possible without sleeping, or nothing, leaving `u` unchanged. */
long stream_try_transfer(struct file *f, struct uio *u, bool send);
uint32_t stream_poll_unlocked(struct file *f, struct poll_entry *e);
/* From now on data to or from `s` may have ancillary or urgent data. */
void stream_enable_control(struct socket *s);
/* TCP urgent data: marks the last byte sent; receives the marked byte; whether it is next. */
void stream_mark_urgent(struct socket *s);
long stream_receive_urgent(struct socket *s, struct uio *u, unsigned int flags);
bool stream_at_mark(struct socket *s);
long control_stream_send(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
			 struct msg_header *e);
/* The contents of a packet received. */
struct arrival {
	struct address from, to;
	const void *data;
	size_t len;
	uint8_t hops, class;
	uint32_t index; /* of the interface; 0: loopback's */
};

/* Queues it, subject to the socket's filter and buffer limit. */
void datagram_deliver(struct socket *s, const struct arrival *a);
/* One more (1) or less (-1) packet socket taps loopback. */
void datagram_tap(int change);
/* Initial `cmsg_flags` of a datagram socket: net/control.h. */
extern uint16_t datagram_cmsg_default;
int datagram_listen(struct socket *s, int backlog);
long datagram_send_message(struct socket *s, struct socket *to, struct uio *u, unsigned int flags,
			   struct msg_header *e);
long datagram_send_to(struct socket *s, struct uio *u, unsigned int flags, struct msg_header *e);
int datagram_connect(struct socket *s, struct socket *to, const struct address *a,
		     uint32_t file_flags);
long datagram_receive(struct socket *s, struct uio *u, unsigned int flags, struct msg_header *e);
uint32_t datagram_poll(struct socket *s, struct poll_entry *e);
void datagram_close(struct socket *s);
/* Frees what is queued; for closing. */
void datagram_purge(struct socket *s);

void socket_init(void);
