/* Control messages: conversion between user memory and struct control. */
#include "fs/volume.h"
#include "net/ip/multicast.h"
#include "syscall/net/message.h"
#include "syscall/net/sockopt.h"
#include "syscall/user.h"

#define CONTROL_MAX 20480
#define SCM_RIGHTS  1
#define SCM_CREDS   2
#define SCM_TIME    29
#define SCM_TIME_NS 35
#define ID_OVERFLOW 65534

struct user_control {
	uint64_t len;
	int32_t level, type;
};

static int add_rights(struct control *c, uint64_t from, size_t n)
{
	int fd[RIGHTS_MAX];

	if (n > RIGHTS_MAX - c->count)
		return -EINVAL;
	if (copy_from_user(fd, from, n * sizeof(fd[0])) < 0)
		return -EFAULT;
	for (size_t i = 0; i < n; i++) {
		struct file *f = user_file_get((uint64_t)(int64_t)fd[i]);

		if (!f)
			return -EBADF;
		c->files[c->count++] = f;
	}
	return 0;
}

/* Claimed credentials must be ones that the caller could assume. */
static int check_sender(const struct ucred *s)
{
	const struct credentials *c = credentials_current();

	if (s->pid != process_current()->pid && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (!process_find_any(s->pid))
		return -ESRCH;
	if (s->uid != c->uid && s->uid != c->euid && s->uid != c->suid && !capable(CAP_SETUID))
		return -EPERM;
	if (s->gid != c->gid && s->gid != c->egid && s->gid != c->sgid && !capable(CAP_SETGID))
		return -EPERM;
	return 0;
}

/* IP_PKTINFO and the like, for one packet. The source address is ignored over loopback. */
static int parse_packet(const struct socket *s, int level, int type, uint64_t from, size_t n,
			struct control *c)
{
	bool v6 = level == IPPROTO_IPV6;
	uint8_t byte;
	int v;

	if (!socket_is_internet(s) || (v6 && s->family != AF_INET6))
		return 0;
	if (type == (v6 ? IPV6_PKTINFO : IP_PKTINFO))
		return n < (v6 ? 20u : 12u) ? -EINVAL : 0;
	if (!v6 && type == IP_TOS && n == 1) {
		if (copy_from_user(&byte, from, 1) < 0)
			return -EFAULT;
		c->class = byte;
		return 0;
	}
	if (n != sizeof(v))
		return -EINVAL;
	if (copy_from_user(&v, from, sizeof(v)) < 0)
		return -EFAULT;
	if (v > 255 || v < (v6 ? -1 : type == IP_TTL ? 1 : 0))
		return -EINVAL;
	if (type == (v6 ? IPV6_HOPLIMIT : IP_TTL))
		c->hops = v;
	else if (type == (v6 ? IPV6_TCLASS : IP_TOS))
		c->class = v;
	else
		return -EINVAL;
	return 0;
}

static int parse_control(const struct socket *s, const struct user_message *m, struct control *c)
{
	uint64_t at = m->control, end = at + m->control_len;
	struct user_control h;

	for (; end - at >= sizeof(h) && at < end; at += ALIGN_UP(h.len, 8)) {
		uint64_t n;
		int err = 0;

		if (copy_from_user(&h, at, sizeof(h)) < 0)
			return -EFAULT;
		if (h.len < sizeof(h) || h.len > end - at)
			return -EINVAL;
		n = h.len - sizeof(h);
		if (s->type == SOCK_DGRAM && (h.level == IPPROTO_IP || h.level == IPPROTO_IPV6))
			err = parse_packet(s, h.level, h.type, at + sizeof(h), n, c);
		else if (h.level != SOL_SOCKET || socket_is_internet(s))
			err = h.level == SOL_SOCKET && h.type != SCM_RIGHTS && h.type != SCM_CREDS
				      ? -EINVAL
				      : 0;
		else if (h.type == SCM_RIGHTS) {
			err = add_rights(c, at + sizeof(h), n / sizeof(int));
		} else if (h.type == SCM_CREDS && n == sizeof(c->creds)) {
			err = copy_from_user(&c->creds, at + sizeof(h), n)
				      ?: check_sender(&c->creds);
			c->has_creds = true;
		} else {
			err = -EINVAL;
		}
		if (err)
			return err;
		if (ALIGN_UP(h.len, 8) > end - at)
			break;
	}
	return 0;
}

int user_control_get(const struct socket *s, const struct user_message *m, struct control **out)
{
	int err;

	*out = NULL;
	if (!m->control_len)
		return 0;
	if (m->control_len > CONTROL_MAX)
		return -ENOBUFS;
	if (!user_range_ok(m->control, m->control_len))
		return -EFAULT;
	*out = control_alloc(RIGHTS_MAX);
	if (!*out)
		return -ENOMEM;
	err = parse_control(s, m, *out);
	if (err ||
	    (!(*out)->count && !(*out)->has_creds && (*out)->hops < 0 && (*out)->class < 0)) {
		control_free(*out, false);
		*out = NULL;
	}
	return err;
}

static int put_control(struct control_out *o, int level, int type, const void *data, size_t n)
{
	struct user_control h = {sizeof(h) + n, level, type};
	size_t room;

	if (o->left < sizeof(h)) {
		o->flags |= MSG_CTRUNC;
		return 0;
	}
	if (h.len > o->left) {
		o->flags |= MSG_CTRUNC;
		h.len = o->left;
	}
	if (copy_to_user(o->at, &h, sizeof(h)) < 0 ||
	    copy_to_user(o->at + sizeof(h), data, h.len - sizeof(h)) < 0)
		return -EFAULT;
	room = MIN(ALIGN_UP(h.len, 8), o->left);
	o->at += room;
	o->used += room;
	o->left -= room;
	return 0;
}

/* Installs as many descriptors as fit; the other files are closed. */
static int put_rights(struct control_out *o, struct control *c, bool cloexec)
{
	struct files *t = process_current()->files;
	size_t room = o->left > sizeof(struct user_control)
			      ? (o->left - sizeof(struct user_control)) / sizeof(int)
			      : 0;
	uint32_t n = 0, most = (uint32_t)MIN(room, (size_t)c->count);
	int fd[RIGHTS_MAX];

	for (; n < most; n++) {
		fd[n] = files_add(t, file_get(c->files[n]), 0, cloexec);
		if (fd[n] < 0) {
			file_put(c->files[n]);
			break;
		}
	}
	if (n < c->count)
		o->flags |= MSG_CTRUNC;
	return n ? put_control(o, SOL_SOCKET, SCM_RIGHTS, fd, n * sizeof(int)) : 0;
}

static int put_time(struct control_out *o, const struct socket *s, const struct control *c)
{
	/* Arrived before time stamps were enabled: now is the best estimate. */
	uint64_t ns = c && c->time_ns ? c->time_ns : volume_now_ns();
	uint64_t t[2] = {ns / NS_PER_SEC, ns % NS_PER_SEC};

	if (s->cmsg_flags & CMSG_TIMESTAMPNS)
		return put_control(o, SOL_SOCKET, SCM_TIME_NS, t, sizeof(t));
	t[1] /= 1000;
	return put_control(o, SOL_SOCKET, SCM_TIME, t, sizeof(t));
}

/* The original destination, with the port. */
static int put_target(struct control_out *o, const struct socket *s, struct address to)
{
	address_convert(&to, address_v4(&to) ? AF_INET : s->family);
	return to.family == AF_INET
		       ? put_control(o, IPPROTO_IP, IP_ORIGDSTADDR, &to.family, 16)
		       : put_control(o, IPPROTO_IPV6, IPV6_ORIGDSTADDR, &to.family, 28);
}

/* Bytes ready to be received; an end of file counts as one. */
static int put_inq(struct control_out *o, struct socket *s)
{
	int n;

	gate_enter(s->gate);
	n = (int)ring_used(&s->in) ?: !s->peer || s->peer->write_shut;
	gate_leave(s->gate);
	return put_control(o, IPPROTO_TCP, TCP_INQ, &n, sizeof(n));
}

/* What the receiver asked for: destination, TTL, TOS of the packet. */
static int put_packet(struct control_out *o, const struct socket *s, const struct control *c)
{
	const uint32_t *v4 = address_v4(&c->to);
	const struct interface *i = v4 ? interface_by_address(*v4) : NULL;
	uint32_t index = c->index ?: (i ? i : &interface_loopback)->index;
	uint32_t info[3] = {index, v4 ? *v4 : 0, v4 ? *v4 : 0}, ip6[5] = {[4] = index};
	struct address to = c->to;
	uint8_t tos = (uint8_t)c->class;
	int err = 0;

	if (v4 && address_is_shared(*v4))
		info[1] = interface_by_index(index)->address;
	if ((s->cmsg_flags & CMSG_PKTINFO6) && s->family == AF_INET6) {
		address_convert(&to, AF_INET6);
		memcpy(ip6, to.in6_addr, 16);
		err = put_control(o, IPPROTO_IPV6, IPV6_PKTINFO, ip6, 20);
	}
	if (!err && (s->cmsg_flags & CMSG_PKTINFO) && v4)
		err = put_control(o, IPPROTO_IP, IP_PKTINFO, info, 12);
	if (!err && (s->cmsg_flags & CMSG_TTL) && v4)
		err = put_control(o, IPPROTO_IP, IP_TTL, &c->hops, sizeof(c->hops));
	if (!err && (s->cmsg_flags & CMSG_TOS) && v4)
		err = put_control(o, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	if (!err && (s->cmsg_flags & CMSG_HOPLIMIT) && !v4)
		err = put_control(o, IPPROTO_IPV6, IPV6_HOPLIMIT, &c->hops, sizeof(c->hops));
	if (!err && (s->cmsg_flags & CMSG_TCLASS) && !v4)
		err = put_control(o, IPPROTO_IPV6, IPV6_TCLASS, &c->class, sizeof(c->class));
	if (!err && (s->cmsg_flags & CMSG_ORIGDSTADDR))
		err = put_target(o, s, c->to);
	return err;
}

int user_control_put(struct control_out *o, struct socket *s, struct control *c, bool cloexec)
{
	struct ucred nobody = {0, ID_OVERFLOW, ID_OVERFLOW};
	int err = 0;

	if (s->cmsg_flags & (CMSG_TIMESTAMP | CMSG_TIMESTAMPNS))
		err = put_time(o, s, c);
	if (!err && c && c->time_ns && socket_is_internet(s))
		err = put_packet(o, s, c);
	if (!err && (s->cmsg_flags & CMSG_CREDS) && !socket_is_internet(s))
		err = put_control(o, SOL_SOCKET, SCM_CREDS, c && c->has_creds ? &c->creds : &nobody,
				  sizeof(nobody));
	if (!err && (s->cmsg_flags & CMSG_INQ))
		err = put_inq(o, s);
	return err || !c || !c->count ? err : put_rights(o, c, cloexec);
}
