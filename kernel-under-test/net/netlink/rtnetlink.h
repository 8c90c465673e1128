/* Private to NETLINK_ROUTE: its message formats. */
#pragma once

#include "net/ip/interface.h"
#include "net/netlink/netlink.h"

#define RTM_NEWLINK  16
#define RTM_GETLINK  18
#define RTM_NEWADDR  20
#define RTM_DELADDR  21
#define RTM_GETADDR  22
#define RTM_NEWROUTE 24
#define RTM_DELROUTE 25
#define RTM_GETROUTE 26
#define RTM_NEWNEIGH 28
#define RTM_GETNEIGH 30
#define RTM_GETRULE  34
#define RTM_GETQDISC 38

#define IFLA_IFNAME 3

#define IFA_ADDRESS   1
#define IFA_LOCAL     2
#define IFA_BROADCAST 4

#define RTA_DST	     1
#define RTA_OIF	     4
#define RTA_GATEWAY  5
#define RTA_PRIORITY 6
#define RTA_PREFSRC  7
#define RTA_TABLE    15

#define TABLE_MAIN    254
#define TABLE_LOCAL   255
#define ROUTE_UNICAST 1
#define ROUTE_LOCAL   2

/* struct ifinfomsg, struct ifaddrmsg and struct rtmsg of the Linux ABI. */
struct link_message {
	uint8_t family, pad;
	uint16_t hardware;
	int32_t index;
	uint32_t flags, change;
};

struct address_message {
	uint8_t family, prefix, flags, scope;
	uint32_t index;
};

struct route_message {
	uint8_t family, prefix, source_prefix, tos, table, protocol, scope, kind;
	uint32_t flags;
};

/* Replies to a dump request. Returns 0 or -EOPNOTSUPP. */
int rtnetlink_dump(struct netlink_reply *r, uint8_t family);
void rtnetlink_put_link(struct netlink_reply *r, const struct interface *i);
