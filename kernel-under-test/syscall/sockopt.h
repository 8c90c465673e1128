/* Private to options of sockets. */
#pragma once

#include "net/socket.h"

#define IPPROTO_IP   0
#define IPPROTO_TCP  6
#define IPPROTO_UDP  17
#define IPPROTO_IPV6 41
#define SOL_NETLINK  270

#define SOL_SOCKET   1
#define SO_REUSEADDR 2
#define SO_REUSEPORT 15
#define IPV6_V6ONLY  26

/* How many options there are that are a number which is kept, and no more. */
#define KEPT_COUNT 71

/* Whatever is not 0 is 1. */
#define FLAG 0, -1

struct kept {
	uint16_t level, option;
	bool stream; /* of TCP only */
	int initial, lowest, highest;
};

extern const struct kept kept_options[KEPT_COUNT];

static inline bool kept_is_flag(const struct kept *k)
{
	return k->lowest > k->highest;
}

/* The place of one that `s` has, or -1. */
int kept_find(const struct socket *s, int level, int option);
