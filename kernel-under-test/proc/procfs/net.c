/* /proc/net: sockets, interfaces and routes, in the format that netstat(8) reads. */
#include "net/ip/arp.h"
#include "net/ip/route.h"
#include "net/socket.h"
#include "proc/procfs/node.h"

static uint64_t number_of(const struct socket *s)
{
	return s->file ? file_anon_ino(s) : 0;
}

/* 0: not listed. */
static int state_of(const struct socket *s)
{
	if (!s->local.len)
		return 0;
	if (s->type == SOCK_DGRAM)
		return s->state == SOCKET_CONNECTED ? TCP_ESTABLISHED : TCP_CLOSE;
	return socket_tcp_state(s) == TCP_CLOSE ? 0 : socket_tcp_state(s);
}

static void add_address(struct text *t, const struct address *a)
{
	if (a->family != AF_INET6)
		text_add(t, " %08X:%04X", a->in_addr, address_port(a));
	else
		text_add(t, " %08X%08X%08X%08X:%04X", a->in6_addr[0], a->in6_addr[1],
			 a->in6_addr[2], a->in6_addr[3], address_port(a));
}

struct table {
	struct text *text;
	uint16_t family;
	uint8_t type;
	int rows;
};

static void add_row(struct socket *s, void *ctx)
{
	struct table *tab = ctx;
	struct text *t = tab->text;
	bool listed = s->family == tab->family && s->type == tab->type && s->protocol != IP_ICMP;
	int state = listed ? state_of(s) : 0;
	struct address remote = s->remote;
	size_t start = t->len, queued = s->queued, width;

	if (!state)
		return;
	if (state == TCP_LISTEN || (s->type == SOCK_DGRAM && state == TCP_CLOSE))
		remote = (struct address){.family = s->family};
	/* IPv4 rows have a fixed width. */
	width = s->family != AF_INET ? 0 : s->type == SOCK_STREAM ? 149 : 127;
	if (s->type == SOCK_STREAM)
		queued =
			state == TCP_LISTEN ? (size_t)s->backlog_count : ring_used_unlocked(&s->in);
	text_add(t, s->type == SOCK_STREAM ? "%4d:" : "%5d:", tab->rows++);
	add_address(t, &s->local);
	add_address(t, &remote);
	text_add(t, " %02X %08X:%08X 00:00000000 00000000 %5u        0 %lu %u 0000000000000000",
		 state, 0, (unsigned int)queued, s->uid, number_of(s), s->refs);
	text_add(t, s->type == SOCK_DGRAM ? " 0"
		    : state == TCP_LISTEN ? " 100 0 0 10 0"
					  : " 20 4 30 10 -1");
	text_pad(t, start, width);
	text_add(t, "\n");
}

static void add_table(struct text *t, uint16_t family, uint8_t type)
{
	struct table tab = {t, family, type, 0};

	socket_each(add_row, &tab);
}

static void tcp(struct text *t, const struct proc_subject *)
{
	text_add(t, "%-149s\n",
		 "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
		 "retrnsmt   uid  timeout inode");
	add_table(t, AF_INET, SOCK_STREAM);
}

static void tcp6(struct text *t, const struct proc_subject *)
{
	text_add(t, "  sl  local_address                         remote_address                   "
		    "     st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
	add_table(t, AF_INET6, SOCK_STREAM);
}

static void udp(struct text *t, const struct proc_subject *)
{
	text_add(t, "%-127s\n",
		 "   sl  local_address rem_address   st tx_queue rx_queue tr tm->when "
		 "retrnsmt   uid  timeout inode ref pointer drops");
	add_table(t, AF_INET, SOCK_DGRAM);
}

static void udp6(struct text *t, const struct proc_subject *)
{
	text_add(t, "  sl  local_address                         remote_address                   "
		    "     st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref "
		    "pointer drops\n");
	add_table(t, AF_INET6, SOCK_DGRAM);
}

static void add_unix(struct socket *s, void *ctx)
{
	struct text *t = ctx;
	bool listens = s->state == SOCKET_LISTENING;
	uint32_t n = s->local.len > 2 ? s->local.len - 2 : 0;
	bool path = n && s->local.un_path[0];

	if (s->family != AF_UNIX || !s->file)
		return;
	text_add(t, "0000000000000000: %08X 00000000 %08X %04X %02X %5lu",
		 listens ? 2 : s->refs + 1, listens ? 0x10000 : 0, s->type,
		 s->state == SOCKET_CONNECTED ? 3 : 1, number_of(s));
	if (n)
		text_add(t, " ");
	/* A path is NUL-terminated; abstract names may contain NULs, shown as `@`. */
	for (uint32_t i = 0; i < n - (path ? 1 : 0); i++)
		text_add(t, "%c", s->local.un_path[i] ? s->local.un_path[i] : '@');
	text_add(t, "\n");
}

static void unix_sockets(struct text *t, const struct proc_subject *)
{
	text_add(t, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	socket_each(add_unix, t);
}

/* Most traffic over loopback bypasses packets, and is not counted. */
static void dev(struct text *t, const struct proc_subject *)
{
	const struct interface *i;

	text_add(t, "Inter-|   Receive                                                |  Transmit\n"
		    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    "
		    "packets errs drop fifo colls carrier compressed\n");
	list_for_each (i, &interfaces, link)
		text_add(t,
			 "%6s: %7lu %7lu %4lu %4lu %4d %5d %10d %9d %8lu %7lu %4lu %4lu %4d %5d "
			 "%7d %10d\n",
			 i->name, i->in.bytes, i->in.packets, i->in.errors, i->in.dropped, 0, 0, 0,
			 0, i->out.bytes, i->out.packets, i->out.errors, i->out.dropped, 0, 0, 0,
			 0);
}

static void if_inet6(struct text *t, const struct proc_subject *)
{
	text_add(t, "%032x %02x %02x %02x %02x %8s\n", 1, interface_loopback.index, 128, 0x10, 0x80,
		 interface_loopback.name);
}

static void ipv6_route(struct text *t, const struct proc_subject *)
{
	text_add(t, "%032x %02x %032x 00 %032x %08x %08x %08x %08x %8s\n", 1, 128, 0, 0, 0, 2, 0,
		 0x80200001, interface_loopback.name);
}

/* The main table: loopback's routes are in the local one. */
static void route(struct text *t, const struct proc_subject *)
{
	const struct route *r;

	text_add(t, "%-127s\n",
		 "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\t"
		 "MTU\tWindow\tIRTT");
	list_for_each (r, &routes, link) {
		size_t start = t->len;

		text_add(t, "%s\t%08X\t%08X\t%04X\t0\t0\t%u\t%08X\t0\t0\t0", r->via->name, r->to,
			 r->gateway, 1 | (r->gateway ? 2 : 0) | (r->mask == UINT32_MAX ? 4 : 0),
			 r->metric, r->mask);
		text_pad(t, start, 127);
		text_add(t, "\n");
	}
}

static void arp(struct text *t, const struct proc_subject *)
{
	const struct neighbour *n;

	text_add(t, "IP address       HW type     Flags       HW address            Mask     "
		    "Device\n");
	list_for_each (n, &neighbours, link) {
		char ip[16];

		format(ip, sizeof(ip), "%u.%u.%u.%u", n->address & 255, n->address >> 8 & 255,
		       n->address >> 16 & 255, n->address >> 24);
		text_add(t,
			 "%-16s 0x1         0x%x         %02x:%02x:%02x:%02x:%02x:%02x     *       "
			 " %s\n",
			 ip, n->known ? 2 : 0, n->mac[0], n->mac[1], n->mac[2], n->mac[3],
			 n->mac[4], n->mac[5], n->via->name);
	}
}

const struct proc_file proc_net_files[] = {
	{.name = "arp", .show = arp},		{.name = "dev", .show = dev},
	{.name = "if_inet6", .show = if_inet6}, {.name = "ipv6_route", .show = ipv6_route},
	{.name = "route", .show = route},	{.name = "tcp", .show = tcp},
	{.name = "tcp6", .show = tcp6},		{.name = "udp", .show = udp},
	{.name = "udp6", .show = udp6},		{.name = "unix", .show = unix_sockets},
};
const size_t proc_net_count = ARRAY_SIZE(proc_net_files);
