/* socket, bind, listen, accept, shutdown, getsockname. */
#include "syscall/net/socket.h"

#include "lib/string.h"
#include "net/control.h"
#include "net/ip/af_packet.h"
#include "net/ip/raw.h"
#include "net/netlink/netlink.h"
#include "proc/signal/signal.h"
#include "syscall/user.h"

#define SOCK_CLOEXEC  02000000
#define SOCK_NONBLOCK 04000
#define SOCK_TYPE     0xf
#define SOCKADDR_MAX  128

#define IPPROTO_ICMP	1
#define IPPROTO_TCP	6
#define IPPROTO_UDP	17
#define IPPROTO_UDPLITE 136

/* Copies a socket address in; a unix path is NUL-terminated. -EINVAL, -EFAULT. */
static int address_get(uint64_t from, uint64_t len, struct address *a)
{
	memset(a, 0, sizeof(*a));
	if (len < 2 || len > SOCKADDR_MAX)
		return -EINVAL;
	if (copy_from_user(&a->family, from, MIN(len, (uint64_t)ADDRESS_MAX)) < 0)
		return -EFAULT;
	a->len = (uint32_t)len;
	if (a->family == AF_INET)
		return len < 16 ? -EINVAL : 0;
	return a->family == AF_UNIX && len > ADDRESS_MAX ? -EINVAL : 0;
}

/* See socket.h. */
int user_address_put(const struct address *a, uint64_t to, uint64_t len_at)
{
	uint32_t room, len = a->len;

	if (copy_from_user(&room, len_at, sizeof(room)) < 0)
		return -EFAULT;
	if ((int)room < 0)
		return -EINVAL;
	if (MIN(room, len) && copy_to_user(to, &a->family, MIN(room, len)) < 0)
		return -EFAULT;
	return copy_to_user(len_at, &len, sizeof(len));
}

/* The address to report; an unbound unix socket has only a family. */
static struct address named(const struct address *a)
{
	struct address out = *a;

	out.len = MAX(out.len, address_size(a));
	return out;
}

static int check_kind(uint64_t family, uint64_t type, uint64_t protocol)
{
	uint64_t kind = type & SOCK_TYPE;
	bool internet = family == AF_INET || family == AF_INET6;

	if (family != AF_UNIX && !internet && family != AF_NETLINK && family != AF_PACKET)
		return -EAFNOSUPPORT;
	if (type & ~(uint64_t)(SOCK_TYPE | SOCK_CLOEXEC | SOCK_NONBLOCK))
		return -EINVAL;
	if (family == AF_PACKET)
		return af_packet_check(kind);
	if (family == AF_NETLINK)
		return kind != SOCK_RAW && kind != SOCK_DGRAM ? -ESOCKTNOSUPPORT
		       : protocol == NETLINK_ROUTE || protocol == NETLINK_KOBJECT_UEVENT
			       ? 0
			       : -EPROTONOSUPPORT;
	if (internet && (kind == SOCK_RAW || protocol == IPPROTO_ICMP))
		return raw_check(family == AF_INET6, kind, protocol);
	if (kind != SOCK_STREAM && kind != SOCK_DGRAM &&
	    ((kind != SOCK_SEQPACKET && kind != SOCK_RAW) || family != AF_UNIX))
		return -ESOCKTNOSUPPORT;
	if (protocol && family == AF_UNIX && protocol != AF_UNIX)
		return -EPROTONOSUPPORT;
	if (protocol && internet && protocol != (kind == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP) &&
	    (kind != SOCK_DGRAM || protocol != IPPROTO_UDPLITE))
		return -EPROTONOSUPPORT;
	return 0;
}

/* A descriptor for `s`, whose reference it takes over in any case. */
static long install(struct socket *s, uint64_t type)
{
	struct file *f = socket_file(s, type & SOCK_NONBLOCK ? O_NONBLOCK : 0);

	return f ? process_add_file(f, type & SOCK_CLOEXEC) : -ENOMEM;
}

/* The same for families and types that need a protocol. */
static noinline long install_special(struct socket *s, uint64_t type, uint64_t protocol)
{
	int err = 0;

	if (s->family == AF_PACKET)
		err = af_packet_open(s, (uint16_t)protocol);
	else if (s->family == AF_INET && (s->type == SOCK_RAW || protocol == IPPROTO_ICMP))
		err = raw_open(s, (uint8_t)protocol);
	else if (s->family == AF_NETLINK || protocol == IPPROTO_UDPLITE)
		s->protocol = (uint8_t)protocol;
	if (!err)
		return install(s, type);
	socket_put(s);
	return err;
}

long sys_socket(uint64_t family, uint64_t type, uint64_t protocol)
{
	struct socket *s;
	int err = check_kind(family, type, protocol);

	if (err)
		return err;
	s = socket_alloc((uint16_t)family, type & SOCK_TYPE);
	if (!s)
		return -ENOMEM;
	if (protocol || family == AF_PACKET)
		return install_special(s, type, protocol);
	return install(s, type);
}

long sys_socketpair(uint64_t family, uint64_t type, uint64_t protocol, uint64_t out)
{
	struct socket *a, *b;
	int fd[2], err = check_kind(family, type, protocol);

	if (err)
		return err;
	if (family != AF_UNIX)
		return -EOPNOTSUPP;
	a = socket_alloc(AF_UNIX, type & SOCK_TYPE);
	b = a ? socket_alloc(AF_UNIX, type & SOCK_TYPE) : NULL;
	if (!b) {
		if (a)
			socket_put(a);
		return -ENOMEM;
	}
	socket_connect_pair(a, b);
	socket_current_ucred(&a->peer_creds);
	b->peer_creds = a->creds = b->creds = a->peer_creds;
	fd[0] = (int)install(a, type);
	fd[1] = (int)install(b, type);
	err = fd[0] < 0 ? fd[0] : fd[1] < 0 ? fd[1] : 0;
	if (!err)
		err = copy_to_user(out, fd, sizeof(fd));
	for (int i = 0; i < 2 && err; i++)
		if (fd[i] >= 0)
			files_close(process_current()->files, (uint64_t)fd[i]);
	return err;
}

long sys_bind(uint64_t fd, uint64_t addr, uint64_t len)
{
	struct file *f SCOPED(file_put) = NULL;
	struct process *p = process_current();
	struct path_base base = process_path_base(p);
	struct address a;
	struct socket *s;

	return user_socket_get(fd, &f, &s)
		       ?: address_get(addr, len, &a)
		       ?: socket_bind(s, &base, 0777 & ~p->umask, &a);
}

long sys_listen(uint64_t fd, uint64_t backlog)
{
	struct file *f SCOPED(file_put) = NULL;
	struct socket *s;

	return user_socket_get(fd, &f, &s) ?: s->ops->listen(s, (int)MIN(backlog, 65535ul));
}

/* See socket.h. */
int user_socket_find(struct socket *s, uint64_t addr, uint64_t len, struct address *a,
		     struct socket **to)
{
	struct path_base base = process_path_base(process_current());
	int err = address_get(addr, len, a);

	*to = NULL;
	if (err)
		return err;
	if (unlikely(a->family == AF_UNSPEC))
		return s->type == SOCK_DGRAM ? 1 : -EINVAL;
	if (s->type != SOCK_STREAM) {
		if (!socket_has_name(s))
			return s->ops->resolve(s, a);
		/* Binds the sender before looking for the receiver. */
		if (s->type == SOCK_DGRAM)
			err = socket_bind_any(s);
		if (err)
			return err;
	}
	err = socket_find(s, &base, a, to);
	if (err == -ECONNREFUSED && s->family != AF_UNIX && s->type != SOCK_STREAM)
		err = 1;
	return err;
}

int user_socket_target(struct socket *s, uint64_t addr, uint64_t len, size_t size,
		       struct address *a, struct socket **to)
{
	int err;

	*to = NULL;
	if (!addr)
		return 0;
	/* Connected: an address is only copied in, for its errors. */
	if (s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET) {
		err = len > SOCKADDR_MAX
			      ? -EINVAL
			      : copy_from_user(&a->family, addr, MIN(len, (uint64_t)ADDRESS_MAX));
		return err || s->family != AF_UNIX || s->type != SOCK_STREAM || !len ? err
		       : s->state >= SOCKET_CONNECTED				     ? -EISCONN
										     : -EOPNOTSUPP;
	}
	err = user_socket_find(s, addr, len, a, to);
	if (err >= 0 && socket_is_internet(s) && s->type == SOCK_DGRAM && !a->in_port &&
	    s->protocol != IPPROTO_ICMP && a->family)
		err = -EINVAL;
	return err == 1 && s->type == SOCK_DGRAM && size > UDP_MAX ? -EMSGSIZE : err;
}

static int wait_for_connection(struct socket *s, struct file *f, struct socket **out)
{
	if (s->state != SOCKET_LISTENING)
		return s->type == SOCK_STREAM || s->type == SOCK_SEQPACKET ? -EINVAL : -EOPNOTSUPP;
	while (list_empty(&s->backlog)) {
		int err = socket_sleep(&s->readers, socket_flags(f, 0), s->receive_timeout_ns);

		if (err)
			return err;
		if (s->state != SOCKET_LISTENING)
			return -EINVAL;
	}
	*out = list_first(&s->backlog, struct socket, by_name);
	list_remove(&(*out)->by_name);
	s->backlog_count--;
	wait_wake_one(&s->writers);
	return 0;
}

long sys_accept4(uint64_t fd, uint64_t addr, uint64_t len_at, uint64_t flags)
{
	struct address remote;
	struct socket *s, *c;
	struct file *f;
	long new = user_socket_get(fd, &f, &s);
	int err;

	if (new)
		return new;
	new = flags & ~(uint64_t)(SOCK_CLOEXEC | SOCK_NONBLOCK) ? -EINVAL : 0;
	if (!new)
		new = wait_for_connection(s, f, &c);
	file_put(f);
	if (new)
		return new;
	remote = named(&c->remote);
	new = install(c, flags);
	err = new >= 0 && addr ? user_address_put(&remote, addr, len_at) : 0;
	if (err) {
		files_close(process_current()->files, (uint64_t) new);
		return err;
	}
	return new;
}

long sys_shutdown(uint64_t fd, uint64_t how)
{
	struct file *f SCOPED(file_put) = NULL;
	struct socket *s;
	int err = user_socket_get(fd, &f, &s);

	if (err)
		return err;
	return how > SHUT_RDWR ? -EINVAL : socket_shutdown(s, (int)how);
}

static long put_name(uint64_t fd, uint64_t addr, uint64_t len_at, bool remote)
{
	struct file *f SCOPED(file_put) = NULL;
	struct address a;
	struct socket *s;
	int err = user_socket_get(fd, &f, &s);

	if (err)
		return err;
	if (remote && s->family != AF_NETLINK &&
	    (s->state == SOCKET_NEW || s->state == SOCKET_LISTENING || s->reset ||
	     (socket_is_internet(s) && !s->remote.in_port)))
		return -ENOTCONN;
	a = named(remote ? &s->remote : &s->local);
	return user_address_put(&a, addr, len_at);
}

long sys_getsockname(uint64_t fd, uint64_t addr, uint64_t len_at)
{
	return put_name(fd, addr, len_at, false);
}

long sys_getpeername(uint64_t fd, uint64_t addr, uint64_t len_at)
{
	return put_name(fd, addr, len_at, true);
}
