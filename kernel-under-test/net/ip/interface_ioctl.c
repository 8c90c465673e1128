/* ioctl() requests on interfaces and routes: netdevice(7), route(8). */
#include "arch/uaccess.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "net/address.h"
#include "net/ip/route.h"

#define SIOCADDRT      0x890b
#define SIOCDELRT      0x890c
#define SIOCGIFNAME    0x8910
#define SIOCGIFCONF    0x8912
#define SIOCGIFFLAGS   0x8913
#define SIOCSIFFLAGS   0x8914
#define SIOCGIFADDR    0x8915
#define SIOCSIFADDR    0x8916
#define SIOCGIFDSTADDR 0x8917
#define SIOCGIFBRDADDR 0x8919
#define SIOCSIFBRDADDR 0x891a
#define SIOCGIFNETMASK 0x891b
#define SIOCSIFNETMASK 0x891c
#define SIOCGIFMETRIC  0x891d
#define SIOCGIFMTU     0x8921
#define SIOCGIFHWADDR  0x8927
#define SIOCGIFINDEX   0x8933
#define SIOCGIFTXQLEN  0x8942

/* struct ifreq of the Linux ABI. */
struct request {
	char name[16];
	union {
		struct {
			uint16_t family, port;
			uint32_t address;
		};
		struct {
			uint16_t hardware;
			uint8_t mac[6];
		};
		uint16_t flags;
		int32_t number;
		uint8_t rest[24];
	};
};

_Static_assert(sizeof(struct request) == 40, "x86_64 ABI");

/* struct rtentry of the Linux ABI, and the sockaddr in it. */
struct entry_address {
	uint16_t family, port;
	uint32_t address, pad[2];
};

struct entry {
	uint64_t pad1;
	struct entry_address to, gateway, mask;
	uint16_t flags, pad2[3];
	uint64_t pad3, pad4;
	int16_t metric; /* one more than the metric */
	uint64_t device, mtu, window;
	uint16_t irtt;
};

_Static_assert(sizeof(struct entry) == 120, "x86_64 ABI");

#define ROUTE_GATEWAY 2
#define ROUTE_HOST    4

/* SIOCGIFCONF: fills an array, or (if NULL) returns the size needed. */
static long list(uint64_t arg)
{
	struct {
		int32_t len, pad;
		uint64_t at;
	} l;
	const struct interface *i;
	int32_t used = 0;

	if (copy_from_user(&l, arg, sizeof(l)) < 0)
		return -EFAULT;
	list_for_each (i, &interfaces, link) {
		struct request r = {.family = AF_INET};

		if (!i->address || (l.at && used + (int32_t)sizeof(r) > l.len))
			continue;
		memcpy(r.name, i->name, sizeof(r.name));
		r.family = AF_INET;
		r.address = i->address;
		if (l.at && copy_to_user(l.at + (uint64_t)used, &r, sizeof(r)) < 0)
			return -EFAULT;
		used += (int32_t)sizeof(r);
	}
	l.len = used;
	return copy_to_user(arg, &l, sizeof(l));
}

static int answer_address(struct request *r, uint32_t address, const struct interface *i)
{
	r->family = AF_INET;
	r->address = address;
	return i->address ? 0 : -EADDRNOTAVAIL;
}

static int answer(struct request *r, const struct interface *i, uint64_t request)
{
	memset(r->rest, 0, sizeof(r->rest));
	switch (request) {
	case SIOCGIFFLAGS:
		r->flags = (uint16_t)interface_flags(i);
		return 0;
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
		return answer_address(r, i->address, i);
	case SIOCGIFBRDADDR:
		return answer_address(r, i->broadcast, i);
	case SIOCGIFNETMASK:
		return answer_address(r, i->mask, i);
	case SIOCGIFMETRIC:
		return 0;
	case SIOCGIFMTU:
		r->number = (int32_t)i->mtu;
		return 0;
	case SIOCGIFHWADDR:
		r->hardware = i->hardware;
		memcpy(r->mac, i->mac, sizeof(r->mac));
		return 0;
	case SIOCGIFINDEX:
		r->number = (int32_t)i->index;
		return 0;
	case SIOCGIFTXQLEN:
		r->number = INTERFACE_QUEUE;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

/* The default netmask by address class. */
static uint32_t usual_mask(uint32_t address)
{
	uint8_t first = (uint8_t)address;

	return be32(first < 128 ? 0xff000000 : first < 192 ? 0xffff0000 : 0xffffff00);
}

static int change(const struct request *r, struct interface *i, uint64_t request)
{
	uint32_t a = r->address, mask = usual_mask(a);

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (request == SIOCSIFFLAGS)
		return interface_set_up(i, r->flags & IFF_UP);
	if (r->family != AF_INET)
		return -EINVAL;
	if (request == SIOCSIFADDR)
		return interface_set_address(i, a, a ? mask : 0, a ? a | ~mask : 0);
	if (!i->address)
		return -EADDRNOTAVAIL;
	if (request == SIOCSIFBRDADDR)
		return interface_set_address(i, i->address, i->mask, a);
	/* A netmask is ones followed by zeros. */
	if (~be32(a) & (~be32(a) + 1))
		return -EINVAL;
	return interface_set_address(i, i->address, a,
				     i->broadcast == (i->address | ~i->mask) ? i->address | ~a
									     : i->broadcast);
}

static long change_route(uint64_t request, uint64_t arg)
{
	char name[INTERFACE_NAME_MAX] = {0};
	struct route r = {.protocol = ROUTE_BY_BOOT};
	struct entry e;

	if (!capable(CAP_NET_ADMIN))
		return -EPERM;
	if (copy_from_user(&e, arg, sizeof(e)) < 0 ||
	    (e.device && copy_from_user(name, e.device, sizeof(name) - 1) < 0))
		return -EFAULT;
	if (e.to.family != AF_INET)
		return -EAFNOSUPPORT;
	r.to = e.to.address;
	r.mask = e.flags & ROUTE_HOST ? UINT32_MAX : e.mask.address;
	r.gateway = e.flags & ROUTE_GATEWAY ? e.gateway.address : 0;
	r.metric = e.metric > 0 ? (uint32_t)e.metric - 1 : 0;
	r.via = e.device ? interface_by_name(name) : NULL;
	if (e.device && !r.via)
		return -ENODEV;
	if ((~be32(r.mask) & (~be32(r.mask) + 1)) || (r.to & ~r.mask))
		return -EINVAL;
	if (request == SIOCDELRT)
		return route_remove(&r);
	if (!r.via && !r.gateway)
		return -ENODEV;
	return route_add(&r);
}

static bool is_change(uint64_t request)
{
	return request == SIOCSIFFLAGS || request == SIOCSIFADDR || request == SIOCSIFBRDADDR ||
	       request == SIOCSIFNETMASK;
}

long interface_ioctl(uint64_t request, uint64_t arg)
{
	struct interface *i;
	struct request r;
	int err;

	if (request == SIOCADDRT || request == SIOCDELRT)
		return change_route(request, arg);
	if (request < SIOCGIFNAME || request > SIOCGIFTXQLEN + 1)
		return -ENOTTY;
	if (request == SIOCGIFCONF)
		return list(arg);
	if (copy_from_user(&r, arg, sizeof(r)) < 0)
		return -EFAULT;
	r.name[sizeof(r.name) - 1] = '\0';
	i = request == SIOCGIFNAME ? interface_by_index((uint32_t)r.number)
				   : interface_by_name(r.name);
	if (!i)
		return -ENODEV;
	if (request == SIOCGIFNAME)
		memcpy(r.name, i->name, sizeof(r.name));
	else if (is_change(request))
		return change(&r, i, request);
	else if ((err = answer(&r, i, request)))
		return err;
	return copy_to_user(arg, &r, sizeof(r));
}
