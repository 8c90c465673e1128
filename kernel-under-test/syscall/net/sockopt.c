/* setsockopt and getsockopt. */
#include "syscall/net/sockopt.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/raw.h"
#include "syscall/net/socket.h"
#include "syscall/user.h"

#define SO_TYPE	       3
#define SO_ERROR       4
#define SO_SNDBUF      7
#define SO_RCVBUF      8
#define SO_LINGER      13
#define SO_PASSCRED    16
#define SO_PEERCRED    17
#define SO_RCVTIMEO    20
#define SO_SNDTIMEO    21
#define SO_ACCEPTCONN  30
#define SO_SNDBUFFORCE 32
#define SO_RCVBUFFORCE 33
#define SO_PROTOCOL    38
#define SO_DOMAIN      39

#define SO_SNDLOWAT 19
#define SO_COOKIE   57

/* net.core.wmem_max and rmem_max */
#define BUFFER_MAX 212992

int user_socket_get(uint64_t fd, struct file **f, struct socket **s)
{
	int err;

	*f = user_file_get(fd);
	if (!*f)
		return -EBADF;
	*s = socket_of(*f);
	if (*s)
		return 0;
	err = (*f)->flags & O_PATH ? -EBADF : -ENOTSOCK;
	file_put(*f);
	*f = NULL;
	return err;
}

struct option_values {
	uint32_t refs;
	int value[SOCKOPT_INT_COUNT];
	int linger[2];
};

struct option_values *option_values_get(struct option_values *o)
{
	o->refs++;
	return o;
}

void option_values_put(struct option_values *o)
{
	if (--o->refs == 0)
		kmem_free(o);
}

/* A private copy of the option values. NULL: no memory. */
static struct option_values *values_of(struct socket *s)
{
	struct option_values *old = s->options, *o;

	if (old && old->refs == 1)
		return old;
	o = kmem_alloc(sizeof(*o));
	if (!o)
		return NULL;
	if (old) {
		*o = *old;
		option_values_put(old);
	} else {
		for (size_t i = 0; i < SOCKOPT_INT_COUNT; i++)
			o->value[i] = sockopt_ints[i].initial;
		o->linger[0] = o->linger[1] = 0;
	}
	o->refs = 1;
	s->options = o;
	return o;
}

/* Whether an Internet socket has options of that level. */
static bool has_level(const struct socket *s, int level)
{
	return level == IPPROTO_IP || (level == IPPROTO_IPV6 && s->family == AF_INET6) ||
	       level == (s->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP);
}

static int set_timeout(uint64_t value, uint64_t len, uint64_t *ns)
{
	int64_t tv[2];

	if (len < sizeof(tv))
		return -EINVAL;
	if (copy_from_user(tv, value, sizeof(tv)) < 0)
		return -EFAULT;
	if (tv[1] < 0 || tv[1] >= 1000000)
		return -EDOM;
	/* A negative timeout is the shortest one; 0 is forever. */
	*ns = tv[0] < 0 ? 1
			: MIN((uint64_t)tv[0], UINT64_MAX / 4 / NS_PER_SEC) * NS_PER_SEC +
				  (uint64_t)tv[1] * 1000;
	return 0;
}

/* Doubled as on Linux, to allow for bookkeeping. */
static uint32_t buffer_of(int v, bool force, uint32_t least)
{
	uint32_t room = force ? (uint32_t)MIN(MAX(v, 0), INT32_MAX / 2)
			      : MIN((uint32_t)v, (uint32_t)BUFFER_MAX);

	return MAX(room * 2, least);
}

static void set_send_room(struct socket *s, uint32_t room)
{
	gate_enter(s->gate);
	s->send_buffer = room;
	if (s->family == AF_UNIX && room < RING_SIZE && s->type == SOCK_STREAM)
		stream_enable_control(s);
	/* Writers to a datagram socket sleep on the receiver's side. */
	wait_wake_all(&s->writers);
	if (s->peer)
		wait_wake_all(&s->peer->writers);
	gate_leave(s->gate);
}

static int set_socket(struct socket *s, int option, uint64_t value, uint64_t len, int v)
{
	struct option_values *o = values_of(s);
	bool force = option == SO_SNDBUFFORCE || option == SO_RCVBUFFORCE;

	if (!o)
		return -ENOMEM;
	if (force && !capable(CAP_NET_ADMIN))
		return -EPERM;
	switch (option) {
	case SO_SNDBUF:
	case SO_SNDBUFFORCE:
		set_send_room(s, buffer_of(v, force, 4608));
		return 0;
	case SO_RCVBUF:
	case SO_RCVBUFFORCE:
		s->receive_buffer = buffer_of(v, force, 2304);
		return 0;
	case SO_LINGER:
		if (len < sizeof(o->linger))
			return -EINVAL;
		if (copy_from_user(o->linger, value, sizeof(o->linger)) < 0)
			return -EFAULT;
		s->reset_on_close = socket_is_internet(s) && o->linger[0] && !o->linger[1];
		return 0;
	case SO_BINDTODEVICE:
		return sockopt_set_device(s, value, len);
	case SO_ATTACH_FILTER:
	case SO_DETACH_FILTER:
		return sockopt_set_filter(s, option, value, len);
	case SO_RCVTIMEO:
		return set_timeout(value, len, &s->receive_timeout_ns);
	case SO_SNDTIMEO:
		return set_timeout(value, len, &s->send_timeout_ns);
	case SO_PASSCRED:
		gate_enter(s->gate);
		s->cmsg_flags =
			(uint16_t)(v ? s->cmsg_flags | CMSG_CREDS : s->cmsg_flags & ~CMSG_CREDS);
		if (v && s->peer && s->type == SOCK_STREAM) {
			stream_enable_control(s);
			stream_enable_control(s->peer);
		}
		gate_leave(s->gate);
		return 0;
	default:
		return -ENOPROTOOPT;
	}
}

static bool is_time(const struct sockopt_int *k)
{
	return k->level == SOL_SOCKET && (k->option == SO_TIME || k->option == SO_TIME_NS);
}

/* -1 restores the default, where that is allowed. */
static int keep(struct socket *s, int i, int v)
{
	const struct sockopt_int *k = &sockopt_ints[i];
	bool flag = sockopt_int_is_flag(k);
	int err;

	if (!flag && (v < k->lowest || v > k->highest))
		return -EINVAL;
	v = flag ? v != 0 : v == -1 && k->lowest == -1 ? k->initial : v;
	err = sockopt_int_round(s, k, &v) ?: sockopt_int_apply(s, k, v);
	if (!err)
		s->options->value[i] = v;
	/* SO_TIMESTAMP and SO_TIMESTAMPNS exclude each other. */
	for (int j = i - 1; !err && is_time(k) && j <= i + 1; j++)
		if (j != i && is_time(&sockopt_ints[j])) {
			sockopt_int_apply(s, &sockopt_ints[j], 0);
			s->options->value[j] = 0;
		}
	return err;
}

/* An integer option; at some levels one byte will do, and an empty value is 0. */
static int get_number(int level, uint64_t at, uint64_t len, int *v)
{
	uint8_t byte = 0;

	if ((int)len >= (int)sizeof(*v))
		return copy_from_user(v, at, sizeof(*v));
	if (level != IPPROTO_IP || (int)len < 0)
		return -EINVAL;
	if (len && copy_from_user(&byte, at, 1) < 0)
		return -EFAULT;
	*v = byte;
	return 0;
}

long sys_setsockopt(uint64_t fd, uint64_t level, uint64_t option, uint64_t value, uint64_t len)
{
	struct file *f SCOPED(file_put) = NULL;
	struct socket *s;
	int v = 0, i, err = user_socket_get(fd, &f, &s);

	if (err)
		return err;
	i = sockopt_int_find(s, (int)level, (int)option);
	if ((int)level == IPPROTO_IP && socket_is_internet(s) &&
	    (option == IP_MULTICAST_IF || option == IP_ADD_MEMBERSHIP ||
	     option == IP_DROP_MEMBERSHIP))
		return sockopt_set_group(s, (int)option, value, len);
	if ((int)level == IPPROTO_TCP && option == TCP_CONGESTION && has_level(s, IPPROTO_TCP))
		return sockopt_set_congestion(value, len);
	if (i < 0 && (int)level != SOL_SOCKET)
		return socket_is_internet(s) ? -ENOPROTOOPT : -EOPNOTSUPP;
	if ((int)level != SOL_SOCKET || (int)option != SO_BINDTODEVICE)
		err = get_number((int)level, value, len, &v);
	if (err)
		return err;
	if (!values_of(s))
		return -ENOMEM;
	return i < 0 ? set_socket(s, (int)option, value, len, v) : keep(s, i, v);
}

static void timeout_out(int64_t out[2], uint64_t ns)
{
	out[0] = (int64_t)(ns / NS_PER_SEC);
	out[1] = (int64_t)(ns % NS_PER_SEC / 1000);
}

/* SOL_SOCKET options not in the table: the size of the value, or -ENOPROTOOPT. */
static int get_socket(struct socket *s, int option, union option_value *out)
{
	const struct option_values *o = s->options;

	out->number = 0;
	switch (option) {
	case SO_TYPE:
		out->number = s->type;
		break;
	case SO_DOMAIN:
		out->number = s->family;
		break;
	case SO_PROTOCOL:
		out->number = s->protocol;
		if (socket_is_internet(s) && !s->protocol && s->type != SOCK_RAW)
			out->number = s->type == SOCK_STREAM ? IPPROTO_TCP : IPPROTO_UDP;
		break;
	case SO_ACCEPTCONN:
		out->number = s->state == SOCKET_LISTENING;
		break;
	case SO_SNDBUF:
		out->number = (int)s->send_buffer;
		break;
	case SO_RCVBUF:
		out->number = (int)s->receive_buffer;
		break;
	case SO_ERROR:
		out->number = socket_take_error(s);
		break;
	case SO_PASSCRED:
		out->number = s->cmsg_flags & CMSG_CREDS;
		break;
	case SO_BINDTODEVICE:
		return sockopt_get_device(s, out);
	case SO_LINGER:
		out->linger[0] = o ? o->linger[0] != 0 : 0;
		out->linger[1] = o ? o->linger[1] : 0;
		return sizeof(out->linger);
	case SO_RCVTIMEO:
	case SO_SNDTIMEO:
		timeout_out(out->time,
			    option == SO_RCVTIMEO ? s->receive_timeout_ns : s->send_timeout_ns);
		return sizeof(out->time);
	case SO_PEERCRED:
		out->sender = s->state == SOCKET_LISTENING && s->family == AF_UNIX ? s->creds
			      : s->peer_creds.pid				   ? s->peer_creds
						  : (struct ucred){0, UINT32_MAX, UINT32_MAX};
		return sizeof(out->sender);
	case SO_SNDLOWAT:
		out->number = 1;
		break;
	case SO_COOKIE:
		/* A unique number for the socket's lifetime that does not reveal its address. */
		out->cookie = file_anon_ino(s) + 1;
		return sizeof(out->cookie);
	default:
		return -ENOPROTOOPT;
	}
	return sizeof(out->number);
}

long sys_getsockopt(uint64_t fd, uint64_t level, uint64_t option, uint64_t value, uint64_t len_at)
{
	struct file *f SCOPED(file_put) = NULL;
	union option_value v = {0};
	struct socket *s;
	int32_t len;
	int i, size, err = user_socket_get(fd, &f, &s);

	if (err)
		return err;
	/* The table last: it is long, and its options are rarely read. */
	size = (int)level == SOL_SOCKET ? get_socket(s, (int)option, &v) : -ENOPROTOOPT;
	i = size == -ENOPROTOOPT ? sockopt_int_find(s, (int)level, (int)option) : -1;
	if (i >= 0) {
		v.number = s->options ? s->options->value[i] : sockopt_ints[i].initial;
		size = sizeof(v.number);
	} else if ((int)level == SOL_SOCKET) {
		;
	} else if ((int)level == IPPROTO_IP && (int)option == IP_MULTICAST_IF &&
		   socket_is_internet(s)) {
		v.number = s->ext ? (int)s->ext->group_from : 0;
		size = sizeof(v.number);
	} else if ((int)level == IPPROTO_TCP && has_level(s, (int)level)) {
		size = sockopt_get_tcp(s, (int)option, &v);
	} else {
		size = !socket_is_internet(s) || !has_level(s, (int)level) ? -EOPNOTSUPP
									   : -ENOPROTOOPT;
	}
	if (size < 0)
		return size;
	if (copy_from_user(&len, len_at, sizeof(len)) < 0)
		return -EFAULT;
	if (len < 0)
		return -EINVAL;
	/* IP options that may be set as one byte may be read as one. */
	if (i >= 0 && (int)level == IPPROTO_IP && len && len < size && v.number >= 0 &&
	    v.number < 256)
		size = 1;
	len = MIN(len, size);
	if (copy_to_user(value, &v, (size_t)len) < 0)
		return -EFAULT;
	return copy_to_user(len_at, &len, sizeof(len));
}
