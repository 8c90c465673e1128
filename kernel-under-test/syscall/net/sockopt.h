/* Private to options of sockets. */
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

#define IP_TOS		 1
#define IP_TTL		 2
#define IP_HDRINCL	 3
#define IP_PKTINFO	 8
#define ICMP_FILTER	 1
#define IP_RECVTTL	 12
#define IP_RECVTOS	 13
#define IP_ORIGDSTADDR	 20
#define IP_MULTICAST_TTL 33
#define IPV6_V6ONLY	 26
#define IPV6_PKTINFO	 50
#define IPV6_HOPLIMIT	 52
#define IPV6_TCLASS	 67
#define IPV6_ORIGDSTADDR 74

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

/* What getsockopt() gives. */
union option_value {
	int number;
	int linger[2];
	int64_t time[2];
	struct sender sender;
	uint64_t cookie;
	struct tcp_info tcp;
	char congestion[16];
	char name[16];
};

/* -EINVAL, -EFAULT, -ENOMEM, -ENOPROTOOPT; -ENOENT: there was none. */
int sockopt_set_filter(struct socket *s, int option, uint64_t value, uint64_t len);
/* -ENODEV, -EPERM, -EFAULT, -ENOMEM, -ENOPROTOOPT; the other: a size. */
int sockopt_set_device(struct socket *s, uint64_t value, uint64_t len);
int sockopt_get_device(const struct socket *s, union option_value *out);

#define TCP_DEFER_ACCEPT 9
#define TCP_WINDOW_CLAMP 10
#define TCP_INFO	 11
#define TCP_CONGESTION	 13
#define TCP_INQ		 36

/* -EFAULT, -EINVAL, -ENOENT. */
int sockopt_set_congestion(uint64_t value, uint64_t len);
/* One of TCP that is not kept: its size, or -ENOPROTOOPT. */
int sockopt_get_tcp(struct socket *s, int option, union option_value *out);

/* How many options there are that are a number which is kept, and no more. */
#define SOCKOPT_INT_COUNT 78

struct kept {
	uint16_t level, option;
	bool stream;		      /* of TCP only */
	int initial, lowest, highest; /* lowest > highest: a flag, whatever is not 0 is 1 */
	uint16_t want; /* what is to be told with each message: WANT_TIME and its like */
	uint16_t at;   /* the byte of struct socket that is to be the same; 0: none is */
};

extern const struct kept sockopt_ints[SOCKOPT_INT_COUNT];

static inline bool sockopt_int_is_flag(const struct kept *k)
{
	return k->lowest > k->highest;
}

/* What is kept of `v`, which is in bounds. -EINVAL: they have a gap. */
int sockopt_int_round(const struct socket *s, const struct kept *k, int *v);
/* What else changes when one is set to `v`. -EINVAL. */
int sockopt_int_apply(struct socket *s, const struct kept *k, int v);
/* The place of one that `s` has, or -1. */
int sockopt_int_find(const struct socket *s, int level, int option);
