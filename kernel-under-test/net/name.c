/* The names that sockets are bound to: ports, abstract unix names, and paths. */
#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "net/socket.h"

#define BUCKETS	   64
#define FIRST_PORT 32768
#define LAST_PORT  60999

static struct list names[BUCKETS];
static uint16_t last_port = FIRST_PORT - 1;

void socket_init(void)
{
	for (size_t i = 0; i < BUCKETS; i++)
		list_init(&names[i]);
}

static uint16_t port_of(const struct address *a)
{
	return (uint16_t)(a->in_port[0] << 8 | a->in_port[1]);
}

static bool is_abstract(const struct address *a)
{
	return a->family == AF_UNIX && a->len > 2 && a->un_path[0] == '\0';
}

static bool is_path(const struct address *a)
{
	return a->family == AF_UNIX && a->len > 2 && a->un_path[0] != '\0';
}

static struct list *bucket_of(const struct address *a)
{
	uint32_t h = 0;

	if (a->family == AF_INET)
		return &names[port_of(a) % BUCKETS];
	for (uint32_t i = 0; i < a->len - 2; i++)
		h = h * 31 + (uint8_t)a->un_path[i];
	return &names[h % BUCKETS];
}

/* An Internet address is ours when it is loopback, or none in particular. */
static bool is_ours(const struct address *a)
{
	static const uint8_t any[4];

	return a->in_addr[0] == 127 || memcmp(a->in_addr, any, sizeof(any)) == 0;
}

static bool has_name(const struct socket *s, const struct address *a, uint8_t type)
{
	if (s->family != a->family || s->type != type)
		return false;
	/* One port is one name, whichever of our addresses it is asked for at. */
	if (a->family == AF_INET)
		return port_of(&s->local) == port_of(a);
	return s->local.len == a->len && memcmp(s->local.un_path, a->un_path, a->len - 2) == 0;
}

/*
 * Who is meant by the name, when `from` asks: several may have a port (SO_REUSEADDR). The listener
 * of a stream; of datagrams the one that is connected to `from`, else the last to come that is
 * connected to nobody.
 */
static struct socket *find_name(const struct address *a, uint8_t type, const struct address *from)
{
	struct socket *s, *best = NULL;

	list_for_each (s, bucket_of(a), by_name) {
		if (!has_name(s, a, type))
			continue;
		if (a->family != AF_INET)
			return s;
		if (type == SOCK_DGRAM && s->state == SOCKET_CONNECTED) {
			if (from->len && port_of(&s->remote) == port_of(from))
				return s;
		} else if (!best || s->state == SOCKET_LISTENING) {
			best = s;
		}
	}
	return best;
}

/*
 * Whether `s`, which may be bound already, must not have the name beside those that do. `share`: it
 * may if all agree (SO_REUSEADDR, SO_REUSEPORT).
 */
static bool name_taken(const struct socket *s, const struct address *a, bool share)
{
	struct socket *other;

	list_for_each (other, bucket_of(a), by_name) {
		bool shared = (s->reuse_port && other->reuse_port) ||
			      (s->reuse_address && other->reuse_address &&
			       other->state != SOCKET_LISTENING);

		if (other != s && has_name(other, a, s->type) &&
		    !(share && shared && a->family == AF_INET))
			return true;
	}
	return false;
}

static void enter(struct socket *s, const struct address *a)
{
	s->local = *a;
	list_push_front(bucket_of(a), &s->by_name);
}

struct socket *socket_named(const struct socket *s, const struct address *a)
{
	return find_name(a, s->type, &s->local);
}

bool socket_name_taken(const struct socket *s)
{
	return s->family == AF_INET && name_taken(s, &s->local, true);
}

/* A port that nobody has, of the address `a`. */
static int bind_some_port(struct socket *s, struct address a)
{
	for (unsigned int tries = FIRST_PORT; tries <= LAST_PORT; tries++) {
		last_port = last_port >= LAST_PORT ? FIRST_PORT : last_port + 1;
		a.in_port[0] = (uint8_t)(last_port >> 8);
		a.in_port[1] = (uint8_t)last_port;
		if (!name_taken(s, &a, false)) {
			enter(s, &a);
			return 0;
		}
	}
	return -EADDRINUSE;
}

int socket_bind_any(struct socket *s)
{
	struct address any = {.len = 16, .in_family = AF_INET};

	return s->family != AF_INET || s->local.len ? 0 : bind_some_port(s, any);
}

/* An abstract name of five digits that nobody has. */
static int bind_some_name(struct socket *s)
{
	static uint32_t last;
	struct address a = {.len = 8, .un_family = AF_UNIX};

	for (uint32_t tries = 0; tries < 0x100000; tries++) {
		last = (last + 1) & 0xfffff;
		format(a.un_path + 1, 6, "%05x", last);
		if (!name_taken(s, &a, false)) {
			enter(s, &a);
			return 0;
		}
	}
	return -ENOSPC;
}

static int bind_path(struct socket *s, const struct path_base *base, uint32_t mode,
		     const struct address *a)
{
	struct path_last last;
	struct inode *node;
	int err = path_find_parent(base, a->un_path, &last);

	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	err = last.slash ? -ENOENT : may_enter(last.dir);
	if (!err)
		err = last.dir->ops->create(last.dir, last.name, last.len, S_IFSOCK | mode, 0,
					    &node);
	inode_put(last.dir);
	if (err)
		return err == -EEXIST ? -EADDRINUSE : err;
	node->socket = s;
	s->bound = node;
	s->local = *a;
	s->local.len = (uint32_t)strlen(a->un_path) + 3;
	return 0;
}

int socket_bind(struct socket *s, const struct path_base *base, uint32_t mode,
		const struct address *a)
{
	if (a->family != s->family)
		return s->family == AF_INET ? -EAFNOSUPPORT : -EINVAL;
	if (s->local.len)
		return -EINVAL;
	if (is_path(a))
		return bind_path(s, base, mode, a);
	if (s->family == AF_UNIX && !is_abstract(a))
		return bind_some_name(s);
	if (s->family == AF_INET) {
		if (!is_ours(a))
			return -EADDRNOTAVAIL;
		if (port_of(a) && port_of(a) < 1024 && !capable(CAP_NET_BIND_SERVICE))
			return -EACCES;
		if (!port_of(a))
			return bind_some_port(s, *a);
	}
	if (name_taken(s, a, true))
		return -EADDRINUSE;
	enter(s, a);
	return 0;
}

static int find_path(const struct path_base *base, const struct address *a, struct socket **out)
{
	struct inode *node;
	int err = path_find(base, a->un_path, true, &node);

	if (err)
		return err;
	err = may(node, MAY_WRITE);
	*out = !err && inode_is(node, S_IFSOCK) ? node->socket : NULL;
	inode_put(node);
	return err ? err : *out ? 0 : -ECONNREFUSED;
}

int socket_find(const struct socket *s, const struct path_base *base, const struct address *a,
		struct socket **out)
{
	struct socket *found;

	if (a->family != s->family)
		return -EAFNOSUPPORT;
	if (is_path(a)) {
		int err = find_path(base, a, &found);

		if (err)
			return err;
		if (found->type != s->type)
			return -EPROTOTYPE;
	} else {
		if (s->family == AF_INET && !is_ours(a))
			return -ENETUNREACH;
		if (s->family == AF_UNIX && !is_abstract(a))
			return -EINVAL;
		found = socket_named(s, a);
		if (!found)
			return -ECONNREFUSED;
	}
	*out = socket_get(found);
	return 0;
}

void socket_unbind(struct socket *s)
{
	list_remove(&s->by_name);
	if (!s->bound)
		return;
	s->bound->socket = NULL;
	inode_put(s->bound);
	s->bound = NULL;
}
