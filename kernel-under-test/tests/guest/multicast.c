/* Groups of IPv4 over loopback: who may join, who receives, and where packets to all go. */
#include "guest.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define GROUP 0xe0000102 /* 224.0.1.2 */

static struct sockaddr_in at(uint32_t host, int port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = port, .sin_addr.s_addr = htonl(host)};
}

/* A UDP socket bound to the address; its port, big endian. */
static int bound(uint32_t host, int *port)
{
	struct sockaddr_in a = at(host, *port);
	socklen_t len = sizeof(a);
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;

	setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	same("bind", RAW(SYS_bind, s, &a, sizeof(a)), 0);
	getsockname(s, (struct sockaddr *)&a, &len);
	*port = a.sin_port;
	return s;
}

static long membership(int s, int option, uint32_t group, uint32_t address, int index)
{
	struct ip_mreqn m = {{htonl(group)}, {htonl(address)}, index};

	return RAW(SYS_setsockopt, s, IPPROTO_IP, option, &m, sizeof(m));
}

static long send_to(int s, uint32_t host, int port)
{
	struct sockaddr_in a = at(host, port);

	return RAW(SYS_sendto, s, "x", 1, 0, &a, sizeof(a));
}

static long receive(int s)
{
	char byte;

	return RAW(SYS_read, s, &byte, 1);
}

static void check_options(int lo)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0);
	struct in_addr a = {0};
	socklen_t len = sizeof(a);

	same("join no group", membership(s, IP_ADD_MEMBERSHIP, INADDR_LOOPBACK, 0, lo), -EINVAL);
	same("of no interface", membership(s, IP_ADD_MEMBERSHIP, GROUP, 0, 77), -ENODEV);
	same("of nobody's address", membership(s, IP_ADD_MEMBERSHIP, GROUP, 0x01020304, 0),
	     -ENODEV);
	same("leave without joining", membership(s, IP_DROP_MEMBERSHIP, GROUP, 0, lo),
	     -EADDRNOTAVAIL);
	same("join", membership(s, IP_ADD_MEMBERSHIP, GROUP, 0, lo), 0);
	same("twice", membership(s, IP_ADD_MEMBERSHIP, GROUP, INADDR_LOOPBACK, 0), -EADDRINUSE);
	same("leave", membership(s, IP_DROP_MEMBERSHIP, GROUP, INADDR_LOOPBACK, 0), 0);
	same("TCP joins none", membership(tcp, IP_ADD_MEMBERSHIP, GROUP, 0, lo), -EPROTO);
	same("IP_MULTICAST_IF", membership(s, IP_MULTICAST_IF, 0, INADDR_LOOPBACK, 0), 0);
	same("of TCP", membership(tcp, IP_MULTICAST_IF, 0, INADDR_LOOPBACK, 0), -EINVAL);
	same("of nobody", membership(s, IP_MULTICAST_IF, 0, 0x01020304, 0), -EADDRNOTAVAIL);
	same("get", RAW(SYS_getsockopt, s, IPPROTO_IP, IP_MULTICAST_IF, &a, &len), 0);
	same("is the address", a.s_addr, htonl(INADDR_LOOPBACK));
	same("an address alone", RAW(SYS_setsockopt, s, IPPROTO_IP, IP_MULTICAST_IF, &a, 4), 0);
	same("less", RAW(SYS_setsockopt, s, IPPROTO_IP, IP_MULTICAST_IF, &a, 3), -EINVAL);
	close(s);
	close(tcp);
}

static void check_receivers(int lo)
{
	int port = 0, any = 0, one, two, group, sender;

	one = bound(INADDR_ANY, &port);
	two = bound(INADDR_ANY, &port);
	group = bound(GROUP, &port);
	sender = bound(INADDR_LOOPBACK, &any);
	same("send where nobody listens", send_to(sender, GROUP, port), 1);
	same("a group without members", receive(group), -EAGAIN);
	same("join", membership(one, IP_ADD_MEMBERSHIP, GROUP, 0, lo), 0);
	same("send", send_to(sender, GROUP, port), 1);
	usleep(10000);
	same("a member receives it", receive(one), 1);
	same("and others that are bound so", receive(two), 1);
	same("and who is bound to the group", receive(group), 1);
	same("once", receive(one), -EAGAIN);
	any = 0;
	same("IP_MULTICAST_ALL", RAW(SYS_setsockopt, two, IPPROTO_IP, IP_MULTICAST_ALL, &any, 4),
	     0);
	same("send", send_to(sender, GROUP, port), 1);
	usleep(10000);
	same("members alone", receive(two), -EAGAIN);
	same("receive it", receive(one), 1);
	same("a member has been closed", RAW(SYS_close, one), 0);
	receive(group);
	same("send", send_to(sender, GROUP, port), 1);
	usleep(10000);
	same("to nobody", receive(group), -EAGAIN);
	same("from the group's socket", send_to(group, INADDR_LOOPBACK, port), 1);
	usleep(10000);
	same("comes", receive(two), 1);
	close(two);
	close(group);
	close(sender);
}

static void check_broadcast(void)
{
	int port = 0, any = 0, on = 1;
	int all = bound(INADDR_BROADCAST, &port), other = bound(INADDR_ANY, &port);
	int sender = bound(INADDR_LOOPBACK, &any);

	same("to all, unasked", send_to(sender, INADDR_BROADCAST, port), -EACCES);
	setsockopt(sender, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on));
	same("to all", send_to(sender, INADDR_BROADCAST, port), 1);
	usleep(10000);
	same("who is bound to that", receive(all), 1);
	same("and who is to none", receive(other), 1);
	close(all);
	close(other);
	close(sender);
}

static void run(void)
{
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	ioctl(s, SIOCSIFFLAGS, &lo);
	same("SIOCGIFINDEX", RAW(SYS_ioctl, s, SIOCGIFINDEX, &lo), 0);
	check_options(lo.ifr_ifindex);
	check_receivers(lo.ifr_ifindex);
	check_broadcast();
}

const struct suite multicast_suite = {"multicast", run, false};
