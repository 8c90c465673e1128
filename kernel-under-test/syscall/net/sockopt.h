/* Private to socket options. */
#pragma once

#include "net/socket.h"

#define IPPROTO_IP	0
#define IPPROTO_ICMP	1
#define IPPROTO_TCP	6
#define IPPROTO_UDP	17
#define IPPROTO_IPV6	41
#define IPPROTO_UDPLITE 136
#define SOL_RAW		255
#define SOL_NETLINK	270

#define SOL_SOCKET   1
#define SO_REUSEADDR 2
#define SO_BROADCAST 6
#define SO_REUSEPORT 15
#define SO_OOBINLINE 10
#define SO_TIME	     29
#define SO_TIME_NS   35

#define SO_BINDTODEVICE	 25
#define SO_ATTACH_FILTER 26
#define SO_DETACH_FILTER 27

#define IP_TOS		   1
#define IP_TTL		   2
#define IP_HDRINCL	   3
#define IP_PKTINFO	   8
#define ICMP_FILTER	   1
#define IP_RECVTTL	   12
#define IP_RECVTOS	   13
#define IP_ORIGDSTADDR	   20
#define IP_MULTICAST_IF	   32
#define IP_MULTICAST_TTL   33
#define IP_MULTICAST_LOOP  34
#define IP_ADD_MEMBERSHIP  35
#define IP_DROP_MEMBERSHIP 36
#define IP_MULTICAST_ALL   49
#define IPV6_V6ONLY	   26
#define IPV6_PKTINFO	   50
#define IPV6_HOPLIMIT	   52
#define IPV6_TCLASS	   67
#define IPV6_ORIGDSTADDR   74

/* struct tcp_info of the Linux ABI, up to where segments are counted. */
struct tcp_info {
	uint8_t state, unused1[7];
	uint32_t timeout, ack_timeout, send_mss, receive_mss;
	uint32_t unused2[9];
	uint32_t path_mtu, receive_slow_start, rtt, rtt_deviation, slow_start, window;
	uint32_t advertised_mss, reordering, receive_rtt, receive_space, retransmitted;
	uint64_t pacing, pacing_max, bytes_acked, bytes_received;
};

_Static_assert(sizeof(struct tcp_info) == 136, "x86_64 ABI");

/* A value of getsockopt(). */
union option_value {
	int number;
	int linger[2];
	int64_t time[2];
	struct ucred sender;
	uint64_t cookie;
	struct tcp_info tcp;
	char congestion[16];
	char name[16];
};

/*
 * SO_ATTACH_FILTER and the like. -EINVAL, -EFAULT, -ENOMEM, -ENOPROTOOPT; -ENOENT: no filter to
 * detach.
 */
int sockopt_set_filter(struct socket *s, int option, uint64_t value, uint64_t len);
/* SO_BINDTODEVICE. -ENODEV, -EPERM, -EFAULT, -ENOMEM, -ENOPROTOOPT. The second returns the size. */
int sockopt_set_device(struct socket *s, uint64_t value, uint64_t len);
int sockopt_get_device(const struct socket *s, union option_value *out);

/* Returns 0, -EINVAL, -EFAULT, -EPROTO, or what multicast_join() does. */
int sockopt_set_group(struct socket *s, int option, uint64_t value, uint64_t len);

#define TCP_DEFER_ACCEPT 9
#define TCP_WINDOW_CLAMP 10
#define TCP_INFO	 11
#define TCP_CONGESTION	 13
#define TCP_INQ		 36

/* TCP_CONGESTION. -EFAULT, -EINVAL, -ENOENT. */
int sockopt_set_congestion(uint64_t value, uint64_t len);
/* TCP options not in the table: the size of the value, or -ENOPROTOOPT. */
int sockopt_get_tcp(struct socket *s, int option, union option_value *out);

/* Integer options in the table. */
#define SOCKOPT_INT_COUNT 78

struct sockopt_int {
	uint16_t level, option;
	bool stream;		      /* TCP sockets only */
	int initial, lowest, highest; /* lowest > highest: a flag, 0 or 1 */
	uint16_t want; /* what to report with each message: CMSG_TIMESTAMP and the like */
	uint16_t at;   /* offset of a byte in struct socket that mirrors it; 0: none */
};

extern const struct sockopt_int sockopt_ints[SOCKOPT_INT_COUNT];

static inline bool sockopt_int_is_flag(const struct sockopt_int *k)
{
	return k->lowest > k->highest;
}

/* Adjusts *v, which is within bounds. -EINVAL: the bounds have a gap. */
int sockopt_int_round(const struct socket *s, const struct sockopt_int *k, int *v);
/* Applies the effects of setting an option to `v`. -EINVAL. */
int sockopt_int_apply(struct socket *s, const struct sockopt_int *k, int v);
/* The index of an option that `s` has, or -1. */
int sockopt_int_find(const struct socket *s, int level, int option);
