#include "net/interface.h"

#include "arch/uaccess.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "net/address.h"

#define SIOCGIFNAME    0x8910
#define SIOCGIFCONF    0x8912
#define SIOCGIFFLAGS   0x8913
#define SIOCSIFFLAGS   0x8914
#define SIOCGIFADDR    0x8915
#define SIOCGIFDSTADDR 0x8917
#define SIOCGIFBRDADDR 0x8919
#define SIOCGIFNETMASK 0x891b
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
		uint16_t flags;
		int32_t number;
		uint8_t rest[24];
	};
};

_Static_assert(sizeof(struct request) == 40, "x86_64 ABI");

/* All interfaces: into an array of the user's, or (no array) how long it would be. */
static long list(uint64_t arg)
{
	struct {
		int32_t len, pad;
		uint64_t at;
	} l;
	struct request r = {.name = INTERFACE_NAME};

	if (copy_from_user(&l, arg, sizeof(l)) < 0)
		return -EFAULT;
	r.family = AF_INET;
	r.address = ADDRESS_LOOPBACK;
	if (l.at && l.len < (int)sizeof(r))
		l.len = 0;
	else if (l.at && copy_to_user(l.at, &r, sizeof(r)) < 0)
		return -EFAULT;
	else
		l.len = sizeof(r);
	return copy_to_user(arg, &l, sizeof(l));
}

static int answer(struct request *r, uint64_t request)
{
	uint16_t flags = r->flags;

	if (request == SIOCSIFFLAGS) {
		if (!capable(CAP_NET_ADMIN))
			return -EPERM;
		return flags & IFF_UP ? 0 : -EOPNOTSUPP;
	}
	memset(r->rest, 0, sizeof(r->rest));
	switch (request) {
	case SIOCGIFFLAGS:
		r->flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
		return 0;
	case SIOCGIFADDR:
	case SIOCGIFDSTADDR:
		r->family = AF_INET;
		r->address = ADDRESS_LOOPBACK;
		return 0;
	case SIOCGIFBRDADDR:
		r->family = AF_INET;
		return 0;
	case SIOCGIFNETMASK:
		r->family = AF_INET;
		r->address = 0xff;
		return 0;
	case SIOCGIFMETRIC:
		return 0;
	case SIOCGIFMTU:
		r->number = INTERFACE_MTU;
		return 0;
	case SIOCGIFHWADDR:
		r->family = INTERFACE_HARDWARE;
		return 0;
	case SIOCGIFINDEX:
		r->number = INTERFACE_INDEX;
		return 0;
	case SIOCGIFTXQLEN:
		r->number = INTERFACE_QUEUE;
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static bool is_request(uint64_t request)
{
	return (request >= SIOCGIFNAME && request <= SIOCGIFTXQLEN + 1);
}

long interface_ioctl(uint64_t request, uint64_t arg)
{
	struct request r;
	int err;

	if (!is_request(request))
		return -ENOTTY;
	if (request == SIOCGIFCONF)
		return list(arg);
	if (copy_from_user(&r, arg, sizeof(r)) < 0)
		return -EFAULT;
	r.name[sizeof(r.name) - 1] = '\0';
	if (request == SIOCGIFNAME) {
		if (r.number != INTERFACE_INDEX)
			return -ENODEV;
		memcpy(r.name, INTERFACE_NAME, sizeof(INTERFACE_NAME));
	} else {
		if (strcmp(r.name, INTERFACE_NAME) != 0)
			return -ENODEV;
		err = answer(&r, request);
		if (err)
			return err;
	}
	return copy_to_user(arg, &r, sizeof(r));
}
