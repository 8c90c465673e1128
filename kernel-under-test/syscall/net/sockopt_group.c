/* Multicast options of IPv4 that take an address: IP_MULTICAST_IF and group membership. */
#include "net/ip/multicast.h"
#include "net/ip/raw.h"
#include "syscall/net/sockopt.h"
#include "syscall/user.h"

/* struct ip_mreqn of the Linux ABI; struct ip_mreq ends before the index. */
struct user_group {
	uint32_t group, address, index;
};

static int set_interface(struct socket *s, const struct user_group *g)
{
	struct interface *i =
		g->index ? interface_by_index(g->index) : interface_owning(g->address);

	if (s->type == SOCK_STREAM)
		return -EINVAL;
	if (!i && (g->index || g->address))
		return -EADDRNOTAVAIL;
	if (!socket_ext(s))
		return -ENOMEM;
	s->ext->group_index = i ? i->index : 0;
	s->ext->group_from = g->address;
	return 0;
}

int sockopt_set_group(struct socket *s, int option, uint64_t value, uint64_t len)
{
	bool interface = option == IP_MULTICAST_IF;
	struct user_group g = {0, 0, 0};
	size_t n = len >= sizeof(g) ? sizeof(g) : len >= 8 ? 8 : interface && len >= 4 ? 4 : 0;

	if (s->type == SOCK_STREAM && !interface)
		return -EPROTO;
	if (!n)
		return -EINVAL;
	/* An address alone is that of an interface. */
	if (copy_from_user(n == 4 ? &g.address : &g.group, value, n) < 0)
		return -EFAULT;
	if (interface)
		return set_interface(s, &g);
	return option == IP_ADD_MEMBERSHIP ? multicast_join(s, g.group, g.index, g.address)
					   : multicast_leave(s, g.group, g.index, g.address);
}
