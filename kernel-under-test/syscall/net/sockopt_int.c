/* Integer options of sockets. Most are only stored and reported: nothing here depends on them. */
#include "syscall/net/sockopt.h"

#include "lib/errno.h"
#include "net/control.h"
#include "net/ip/raw.h"

/* Half of the smallest SO_RCVBUF. */
#define WINDOW_LEAST 1152

/* Bounds: a flag, or a range. */
#define FLAG		       0, -1, 0, 0
#define RANGE(lowest, highest) lowest, highest, 0, 0
/* With a CMSG_* bit that it sets, or a byte of struct socket that mirrors it. */
#define TELLS(what)			 0, -1, CMSG_##what, 0
#define FLAG_AT(field)			 0, -1, 0, offsetof(struct socket, field)
#define RANGE_AT(lowest, highest, field) lowest, highest, 0, offsetof(struct socket, field)

const struct sockopt_int sockopt_ints[SOCKOPT_INT_COUNT] = {
	{SOL_SOCKET, 1, false, 0, FLAG}, /* SO_DEBUG */
	{SOL_SOCKET, SO_REUSEADDR, false, 0, FLAG_AT(reuse_address)},
	{SOL_SOCKET, 5, false, 0, FLAG}, /* SO_DONTROUTE */
	{SOL_SOCKET, SO_BROADCAST, false, 0, FLAG},
	{SOL_SOCKET, 9, false, 0, FLAG}, /* SO_KEEPALIVE */
	{SOL_SOCKET, SO_OOBINLINE, false, 0, FLAG_AT(urgent_inline)},
	{SOL_SOCKET, 11, false, 0, FLAG},		 /* SO_NO_CHECK */
	{SOL_SOCKET, 12, false, 0, RANGE(0, INT32_MAX)}, /* SO_PRIORITY */
	{SOL_SOCKET, SO_REUSEPORT, false, 0, FLAG_AT(reuse_port)},
	{SOL_SOCKET, 18, false, 1, RANGE(0, INT32_MAX)}, /* SO_RCVLOWAT */
	{SOL_SOCKET, SO_TIME, false, 0, TELLS(TIMESTAMP)},
	{SOL_SOCKET, SO_TIME_NS, false, 0, TELLS(TIMESTAMPNS)},
	{SOL_SOCKET, 36, false, 0, RANGE(INT32_MIN, INT32_MAX)}, /* SO_MARK */
	{SOL_SOCKET, 40, false, 0, FLAG},			 /* SO_RXQ_OVFL */
	{SOL_SOCKET, 41, false, 0, FLAG},			 /* SO_WIFI_STATUS */
	{SOL_SOCKET, 45, false, 0, FLAG},			 /* SO_SELECT_ERR_QUEUE */
	{SOL_SOCKET, 46, false, 0, RANGE(0, INT32_MAX)},	 /* SO_BUSY_POLL */
	{IPPROTO_TCP, 1, true, 0, FLAG},			 /* TCP_NODELAY */
	{IPPROTO_TCP, 2, true, 536, RANGE(88, 32767)},		 /* TCP_MAXSEG */
	{IPPROTO_TCP, 3, true, 0, FLAG},			 /* TCP_CORK */
	{IPPROTO_TCP, 4, true, 7200, RANGE(1, 32767)},		 /* TCP_KEEPIDLE */
	{IPPROTO_TCP, 5, true, 75, RANGE(1, 32767)},		 /* TCP_KEEPINTVL */
	{IPPROTO_TCP, 6, true, 9, RANGE(1, 127)},		 /* TCP_KEEPCNT */
	{IPPROTO_TCP, 7, true, 6, RANGE(1, 127)},		 /* TCP_SYNCNT */
	{IPPROTO_TCP, 8, true, 60, RANGE(INT32_MIN, 120)},	 /* TCP_LINGER2 */
	{IPPROTO_TCP, TCP_DEFER_ACCEPT, true, 0, RANGE(INT32_MIN, INT32_MAX)},
	{IPPROTO_TCP, TCP_WINDOW_CLAMP, true, 0, RANGE(INT32_MIN, INT32_MAX)},
	{IPPROTO_TCP, 12, true, 1, FLAG},			 /* TCP_QUICKACK */
	{IPPROTO_TCP, 18, true, 0, RANGE(0, INT32_MAX)},	 /* TCP_USER_TIMEOUT */
	{IPPROTO_TCP, 25, true, 0, RANGE(INT32_MIN, INT32_MAX)}, /* TCP_NOTSENT_LOWAT */
	{IPPROTO_TCP, TCP_INQ, true, 0, 0, 1, CMSG_INQ, 0},
	{IPPROTO_IP, 1, false, 0, RANGE_AT(INT32_MIN, INT32_MAX, tos)}, /* IP_TOS */
	{IPPROTO_IP, 2, false, 64, RANGE_AT(-1, 255, ttl)},		/* IP_TTL */
	{IPPROTO_IP, IP_HDRINCL, false, 0, FLAG},
	{IPPROTO_IP, 5, false, 0, FLAG},	   /* IP_ROUTER_ALERT */
	{IPPROTO_IP, 6, false, 0, FLAG},	   /* IP_RECVOPTS */
	{IPPROTO_IP, 7, false, 0, FLAG},	   /* IP_RETOPTS */
	{IPPROTO_IP, 8, false, 0, TELLS(PKTINFO)}, /* IP_PKTINFO */
	{IPPROTO_IP, 10, false, 1, RANGE(0, 5)},   /* IP_MTU_DISCOVER */
	{IPPROTO_IP, 11, false, 0, FLAG},	   /* IP_RECVERR */
	{IPPROTO_IP, 12, false, 0, TELLS(TTL)},	   /* IP_RECVTTL */
	{IPPROTO_IP, 13, false, 0, TELLS(TOS)},	   /* IP_RECVTOS */
	{IPPROTO_IP, 15, false, 0, FLAG},	   /* IP_FREEBIND */
	{IPPROTO_IP, IP_ORIGDSTADDR, false, 0, TELLS(ORIGDSTADDR)},
	{IPPROTO_IP, 21, false, 0, RANGE(0, 255)}, /* IP_MINTTL */
	{IPPROTO_IP, 24, false, 0, FLAG},	   /* IP_BIND_ADDRESS_NO_PORT */
	{IPPROTO_IP, IP_MULTICAST_TTL, false, 1, RANGE(-1, 255)},
	{IPPROTO_IP, IP_MULTICAST_LOOP, false, 1, FLAG},
	{IPPROTO_IP, IP_MULTICAST_ALL, false, 1, FLAG},
	{IPPROTO_IPV6, 8, false, 0, FLAG},			/* IPV6_2292HOPLIMIT */
	{IPPROTO_IPV6, 16, false, 64, RANGE_AT(-1, 255, hops)}, /* IPV6_UNICAST_HOPS */
	{IPPROTO_IPV6, 18, false, 1, RANGE(-1, 255)},		/* IPV6_MULTICAST_HOPS */
	{IPPROTO_IPV6, 19, false, 1, RANGE(0, 1)},		/* IPV6_MULTICAST_LOOP */
	{IPPROTO_IPV6, 23, false, 1, RANGE(0, 5)},		/* IPV6_MTU_DISCOVER */
	{IPPROTO_IPV6, 25, false, 0, FLAG},			/* IPV6_RECVERR */
	{IPPROTO_IPV6, IPV6_V6ONLY, false, 0, FLAG_AT(v6_only)},
	{IPPROTO_IPV6, 29, false, 1, FLAG},				/* IPV6_MULTICAST_ALL */
	{IPPROTO_IPV6, 49, false, 0, TELLS(PKTINFO6)},			/* IPV6_RECVPKTINFO */
	{IPPROTO_IPV6, 51, false, 0, TELLS(HOPLIMIT)},			/* IPV6_RECVHOPLIMIT */
	{IPPROTO_IPV6, 53, false, 0, FLAG},				/* IPV6_RECVHOPOPTS */
	{IPPROTO_IPV6, 56, false, 0, FLAG},				/* IPV6_RECVRTHDR */
	{IPPROTO_IPV6, 58, false, 0, FLAG},				/* IPV6_RECVDSTOPTS */
	{IPPROTO_IPV6, 60, false, 0, FLAG},				/* IPV6_RECVPATHMTU */
	{IPPROTO_IPV6, 62, false, 0, FLAG},				/* IPV6_DONTFRAG */
	{IPPROTO_IPV6, 66, false, 0, TELLS(TCLASS)},			/* IPV6_RECVTCLASS */
	{IPPROTO_IPV6, 67, false, 0, RANGE_AT(-1, 255, traffic_class)}, /* IPV6_TCLASS */
	{IPPROTO_IPV6, 70, false, 1, FLAG},				/* IPV6_AUTOFLOWLABEL */
	{IPPROTO_IPV6, 73, false, 0, RANGE(0, 255)},			/* IPV6_MINHOPCOUNT */
	{IPPROTO_IPV6, IPV6_ORIGDSTADDR, false, 0, TELLS(ORIGDSTADDR)},
	{IPPROTO_IPV6, 78, false, 0, FLAG},		       /* IPV6_FREEBIND */
	{IPPROTO_UDPLITE, 10, false, 0, RANGE(0, UINT16_MAX)}, /* UDPLITE_SEND_CSCOV */
	{IPPROTO_UDPLITE, 11, false, 0, RANGE(0, UINT16_MAX)}, /* UDPLITE_RECV_CSCOV */
	{SOL_NETLINK, 3, false, 0, FLAG},		       /* NETLINK_PKTINFO */
	{SOL_NETLINK, 4, false, 0, FLAG},		       /* NETLINK_BROADCAST_ERROR */
	{SOL_NETLINK, 5, false, 0, FLAG},		       /* NETLINK_NO_ENOBUFS */
	{SOL_NETLINK, 11, false, 0, FLAG},		       /* NETLINK_EXT_ACK */
	{SOL_NETLINK, 12, false, 0, FLAG},		       /* NETLINK_GET_STRICT_CHK */
	{SOL_RAW, ICMP_FILTER, false, 0, RANGE(INT32_MIN, INT32_MAX)},
};

int sockopt_int_find(const struct socket *s, int level, int option)
{
	if (level != SOL_SOCKET && !socket_is_internet(s) &&
	    (level != SOL_NETLINK || s->family != AF_NETLINK))
		return -1;
	if ((level == IPPROTO_IPV6 && s->family != AF_INET6) ||
	    (level == IPPROTO_UDPLITE && s->protocol != IPPROTO_UDPLITE) ||
	    (level == SOL_RAW && (s->type != SOCK_RAW || s->protocol != IPPROTO_ICMP)))
		return -1;
	for (int i = 0; i < SOCKOPT_INT_COUNT; i++) {
		const struct sockopt_int *k = &sockopt_ints[i];

		if (k->level == level && k->option == option &&
		    (!k->stream || s->type == SOCK_STREAM))
			return i;
	}
	return -1;
}

int sockopt_int_round(const struct socket *s, const struct sockopt_int *k, int *v)
{
	if (k->level == IPPROTO_IP && k->option == IP_TOS)
		*v = s->type == SOCK_STREAM ? (*v & 0xfc) | (s->tos & 3) : *v & 0xff;
	else if (k->level == IPPROTO_IP && k->option == IP_TTL)
		return *v ? 0 : -EINVAL;
	else if (k->level == IPPROTO_IP && k->option == IP_MULTICAST_TTL)
		return s->type == SOCK_STREAM ? -EINVAL : 0;
	else if (k->level == IPPROTO_TCP && k->option == TCP_DEFER_ACCEPT)
		*v = MAX(*v, 0);
	else if (k->level == IPPROTO_TCP && k->option == TCP_WINDOW_CLAMP && *v)
		*v = MAX(*v, WINDOW_LEAST);
	return 0;
}

/* Options whose effect is in struct socket_ext. */
static int apply_more(struct socket *s, const struct sockopt_int *k, int v)
{
	bool ip = k->level == IPPROTO_IP;

	if (!(k->level == SOL_SOCKET && k->option == SO_BROADCAST) && k->level != SOL_RAW &&
	    !(ip && (k->option == IP_HDRINCL || k->option == IP_MULTICAST_TTL ||
		     k->option == IP_MULTICAST_LOOP || k->option == IP_MULTICAST_ALL)))
		return 0;
	if (!socket_ext(s))
		return -ENOMEM;
	if (k->level == SOL_RAW)
		s->ext->icmp_ignored = (uint32_t)v;
	else if (!ip)
		s->ext->broadcast = v != 0;
	else if (k->option == IP_HDRINCL)
		s->ext->hdrincl = v != 0;
	else if (k->option == IP_MULTICAST_TTL)
		s->ext->group_ttl = (uint8_t)v;
	else if (k->option == IP_MULTICAST_LOOP)
		s->ext->no_loop = !v;
	else
		s->ext->members_only = !v;
	return 0;
}

int sockopt_int_apply(struct socket *s, const struct sockopt_int *k, int v)
{
	/* On streams only credentials and the unread count are reported. */
	if (k->want == CMSG_INQ) {
		GATE_SCOPE(s->gate);
		stream_enable_control(s);
	}
	if (k->want && (s->type != SOCK_STREAM || k->want == CMSG_INQ))
		s->cmsg_flags = (uint16_t)(v ? s->cmsg_flags | k->want : s->cmsg_flags & ~k->want);
	if (k->level == IPPROTO_IPV6 && k->option == IPV6_V6ONLY && s->local.len)
		return -EINVAL;
	if (k->at)
		*((uint8_t *)s + k->at) = (uint8_t)v;
	return apply_more(s, k, v);
}
