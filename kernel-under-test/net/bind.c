/* Binding and lookup of socket names: ports, abstract unix names and paths. */
#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/ip/multicast.h"
#include "net/ip/udp.h"

#define BUCKETS 1024

static struct list names[BUCKETS];
uint64_t socket_ports[2] = {32768, 60999};
static uint32_t last_port;
uint32_t socket_name_generation;

void socket_init(void)
{
	interface_register(&interface_loopback);
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&names[i]);
}

static bool is_abstract(const struct address *a)
{
	return a->family == AF_UNIX && a->len > 2 && a->un_path[0] == '\0';
}

static bool is_path(const struct address *a)
{
	return a->family == AF_UNIX && a->len > 2 && a->un_path[0] != '\0';
}

static bool is_unix(const struct address *a)
{
	return a->family == AF_UNIX;
}

static struct list *bucket_of(const struct address *a)
{
	uint32_t h = 0;

	if (!is_unix(a))
		return &names[address_port(a) % BUCKETS];
	for (uint32_t i = 0; i < a->len - 2; i++)
		h = h * 31 + (uint8_t)a->un_path[i];
	return &names[h % BUCKETS];
}

/* Whether the ports are equal; equal unix names also begin with the same two bytes. */
static inline bool same_start(const struct socket *s, const struct address *a)
{
	return s->local.in_port == a->in_port;
}

static bool same_name(const struct socket *s, const struct address *a)
{
	return is_unix(&s->local) && s->local.len == a->len &&
	       memcmp(s->local.un_path, a->un_path, a->len - 2) == 0;
}

/* How well the local address of `s` matches destination `a`; 0: not at all. */
static always_inline int match_score(const struct socket *s, const struct address *a)
{
	bool v4;

	if (is_unix(&s->local))
		return 0;
	if (!address_is_any(&s->local))
		return address_same_host(&s->local, a) ? 3 : 0;
	v4 = address_v4(a);
	if (v4 == !!address_v4(&s->local))
		return 2;
	return v4 && !s->v6_only;
}

/* Whether `s` is connected to a sender bound to `from`. */
static always_inline bool is_connected_to(const struct socket *s, const struct address *from)
{
	struct address a = *from;

	if (!a.len || address_port(&s->remote) != address_port(from))
		return false;
	address_select_source(&a, &s->remote);
	return address_same_host(&s->remote, &a);
}

/*
 * Hash for SO_REUSEPORT: the socket with the highest value gets what comes from `from`, whose port
 * may not be assigned yet.
 */
static uint32_t reuseport_hash(const struct socket *s, const struct address *from)
{
	uint64_t port = from->len && address_port(from) ? address_port(from) : last_port;
	uint64_t mix = (port + ((uintptr_t)s >> 4)) * 0x9e3779b97f4a7c15;

	return (uint32_t)((mix ^ mix >> 29) * 0xbf58476d1ce4e5b9 >> 32);
}

/*
 * Finds the socket that receives at an address; several may share a port. A socket bound to the
 * exact address precedes one bound to any, a listener the other streams, and a datagram socket
 * connected to the sender the unconnected ones. Among equals the last bound wins, or with
 * SO_REUSEPORT the hash decides.
 */
struct socket *socket_lookup(const struct socket *asks, const struct address *a)
{
	const struct address *from = &asks->local;
	struct socket *s, *best = NULL;
	int score, most = 0;

	list_for_each (s, bucket_of(a), by_name) {
		if (!same_start(s, a) || !socket_same_kind(s, asks))
			continue;
		if (is_unix(a)) {
			if (same_name(s, a))
				return s;
			continue;
		}
		score = match_score(s, a);
		if (score && s->state == SOCKET_LISTENING)
			score += 8;
		if (score && s->type == SOCK_DGRAM && s->state == SOCKET_CONNECTED)
			score = is_connected_to(s, from) ? score + 8 : 0;
		if (score > most || (score && score == most && s->reuse_port && best->reuse_port &&
				     reuseport_hash(s, from) > reuseport_hash(best, from))) {
			most = score;
			best = s;
		}
	}
	return best;
}

struct socket *socket_lookup_receiver(uint8_t type, uint8_t protocol, const struct address *from,
				      const struct address *to)
{
	static const struct address unknown;
	static struct socket stranger; /* stands in for the sender */

	stranger.type = type;
	stranger.protocol = protocol;
	stranger.local = from ? *from : unknown;
	return socket_lookup(&stranger, to);
}

void socket_each_named(const struct address *from, const struct address *to,
		       void (*fn)(struct socket *s, void *ctx), void *ctx)
{
	struct socket *s;

	list_for_each (s, bucket_of(to), by_name)
		if (same_start(s, to) && s->type == SOCK_DGRAM && !s->protocol &&
		    match_score(s, to) &&
		    (s->state != SOCKET_CONNECTED || is_connected_to(s, from)))
			fn(s, ctx);
}

/* Whether there are destinations that match both names. */
static bool overlap(const struct socket *s, const struct address *a, const struct socket *other)
{
	const struct address *b = &other->local;
	bool v4 = address_v4(a);

	if (is_unix(b))
		return false;
	if (v4 != !!address_v4(b))
		return v4 ? address_is_any(b) && !other->v6_only : address_is_any(a) && !s->v6_only;
	return address_is_any(a) || address_is_any(b) || address_same_host(a, b);
}

/*
 * Whether another socket prevents `s`, which may be bound already, from having the name. `share`:
 * unless all agree to share it (SO_REUSEADDR, SO_REUSEPORT).
 */
static bool name_taken(const struct socket *s, const struct address *a, bool share)
{
	struct socket *other;

	list_for_each (other, bucket_of(a), by_name) {
		bool shared;

		if (!same_start(other, a) || other == s || !socket_same_kind(other, s))
			continue;
		shared = (s->reuse_port && other->reuse_port) ||
			 (s->reuse_address && other->reuse_address &&
			  other->state != SOCKET_LISTENING);
		if (is_unix(a) ? same_name(other, a) : overlap(s, a, other) && !(share && shared))
			return true;
	}
	return false;
}

static void add_name(struct socket *s, const struct address *a)
{
	s->local = *a;
	socket_name_generation++;
	list_push_front(bucket_of(a), &s->by_name);
}

bool socket_name_taken(const struct socket *s)
{
	return socket_is_internet(s) && name_taken(s, &s->local, true);
}

/* Binds to a free port at address `a`. */
static int bind_some_port(struct socket *s, struct address *a)
{
	for (unsigned int tries = 0; tries <= UINT16_MAX; tries++) {
		if (unlikely(++last_port > socket_ports[1] || last_port < socket_ports[0]))
			last_port = (uint32_t)socket_ports[0];
		address_set_port(a, (uint16_t)last_port);
		if (!name_taken(s, a, false)) {
			add_name(s, a);
			return 0;
		}
	}
	return -EADDRINUSE;
}

int socket_bind_any(struct socket *s)
{
	struct address any;

	if (!socket_is_internet(s) || s->local.len)
		return 0;
	any = (struct address){.family = s->family};
	any.len = address_size(&any);
	return bind_some_port(s, &any);
}

/* Autobind: an unused abstract name of five hexadecimal digits. */
static int bind_some_name(struct socket *s)
{
	static uint32_t last;
	struct address a = {.len = 8, .un_family = AF_UNIX};

	for (uint32_t tries = 0; tries < 0x100000; tries++) {
		last = (last + 1) & 0xfffff;
		format(a.un_path + 1, 6, "%05x", last);
		if (!name_taken(s, &a, false)) {
			add_name(s, &a);
			return 0;
		}
	}
	return -ENOSPC;
}

/* As on Linux, AF_UNSPEC is accepted for INADDR_ANY. */
static int check_internet(const struct socket *s, struct address *a)
{
	if (s->family == AF_INET && a->family == AF_UNSPEC && a->len >= 16 && !a->in_addr)
		a->family = AF_INET;
	if (s->family == AF_INET6 && a->len < 24)
		return -EINVAL;
	if (a->family != s->family)
		return -EAFNOSUPPORT;
	a->len = address_size(a);
	if (s->v6_only && address_v4(a))
		return -EINVAL;
	if (!address_is_local(a) && !(address_v4(a) && address_is_shared(*address_v4(a))))
		return address_is_link_local(a) ? -EINVAL : -EADDRNOTAVAIL;
	if (address_port(a) && address_port(a) < 1024 && !capable(CAP_NET_BIND_SERVICE))
		return -EACCES;
	return 0;
}

int socket_bind(struct socket *s, const struct path_base *base, uint32_t mode, struct address *a)
{
	int err = 0;

	if (s->ops->bind)
		return s->ops->bind(s, a);
	if (socket_is_internet(s))
		err = check_internet(s, a);
	else if (a->family != s->family)
		err = -EINVAL;
	if (err || s->local.len)
		return err ? err : -EINVAL;
	if (is_path(a))
		return socket_bind_path(s, base, mode, a);
	s->bound_host = socket_is_internet(s) && !address_is_any(a);
	s->bound_port = socket_is_internet(s) && a->in_port;
	/* Its own packets come from an interface's address. */
	if (s->bound_host && !address_is_local(a) && s->ops == &datagram_ops)
		s->ops = &udp_remote_ops;
	if (is_unix(a) && !is_abstract(a))
		return bind_some_name(s);
	if (!is_unix(a) && !address_port(a))
		return bind_some_port(s, a);
	if (name_taken(s, a, true))
		return -EADDRINUSE;
	add_name(s, a);
	return 0;
}

static int find_path(const struct path_base *base, const struct address *a, struct socket **out)
{
	struct inode *node;
	int err = path_find(base, a->un_path, true, &node);

	if (err)
		return err;
	err = inode_permission(node, MAY_WRITE);
	*out = !err && inode_is(node, S_IFSOCK) ? node->socket : NULL;
	inode_put(node);
	return err ? err : *out ? 0 : -ECONNREFUSED;
}

/* Whether another machine can be reached: 1, or a negative errno. */
static noinline int route_remote(const struct socket *s, const struct address *a)
{
	struct ipv4_flow f = ipv4_flow(s, a, 0, NULL);
	int err = address_v4(a) ? ipv4_route(&f) : -ENETUNREACH;

	return err ? err : 1;
}

/* Converts a user's destination to the form of `s`. Returns 0 if it is local, 1 if remote. */
static int convert_target(const struct socket *s, struct address *a)
{
	if (unlikely(a->family != s->family)) {
		/* UDP over IPv6 accepts IPv4 destinations too. */
		if (s->family != AF_INET6 || a->family != AF_INET || s->type != SOCK_DGRAM)
			return s->family == AF_INET6 && a->len < 24 ? -EINVAL : -EAFNOSUPPORT;
		address_convert(a, AF_INET6);
	}
	if (s->family == AF_INET6 && a->len < 24)
		return -EINVAL;
	a->len = address_size(a);
	address_select_source(a, &s->local);
	if (s->family == AF_INET6) {
		bool v4 = address_v4(a);

		if (address_is_link_local(a))
			return -EINVAL;
		if (v4 && (s->v6_only || (s->bound_host && !address_v4(&s->local))))
			return -ENETUNREACH;
		if (!v4 && s->local.len && address_v4(&s->local))
			return -EAFNOSUPPORT;
	}
	return likely(address_is_local(a)) ? 0 : route_remote(s, a);
}

int socket_find(const struct socket *s, const struct path_base *base, struct address *a,
		struct socket **out)
{
	struct socket *found;
	int err;

	if (s->family == AF_UNIX && a->family != AF_UNIX)
		return -EAFNOSUPPORT;
	if (is_path(a) && s->family == AF_UNIX) {
		err = find_path(base, a, &found);
		if (err)
			return err;
		if (found->type != s->type)
			return -EPROTOTYPE;
	} else {
		err = s->family != AF_UNIX ? convert_target(s, a) : is_abstract(a) ? 0 : -EINVAL;
		if (err)
			return err;
		found = socket_lookup(s, a);
		if (!found)
			return -ECONNREFUSED;
	}
	*out = socket_get(found);
	return 0;
}

void socket_reset_local(struct socket *s)
{
	if (!s->bound_host)
		memset(&s->local.in_port + 1, 0, address_size(&s->local) - 4);
	if (s->bound_port || !s->local.len)
		return;
	list_remove(&s->by_name);
	s->local.in_port = 0;
	s->local.len = 0;
}

void socket_unbind(struct socket *s)
{
	list_remove(&s->by_name);
	socket_name_generation++;
	if (!s->bound)
		return;
	s->bound->socket = NULL;
	inode_put(s->bound);
	s->bound = NULL;
}
