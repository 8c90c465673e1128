/* Options of packet-level sockets: filters, and the interface. */
#include "fs/credentials.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "net/ip/raw.h"
#include "syscall/net/sockopt.h"
#include "syscall/user.h"

struct user_program {
	uint16_t count;
	uint64_t code;
};

static int get_filter(uint64_t value, uint64_t len, struct bpf_insn **out)
{
	struct user_program p;
	struct bpf_insn *code;
	uint16_t *scratch;
	int err;

	if (len < sizeof(p))
		return -EINVAL;
	if (copy_from_user(&p, value, sizeof(p)) < 0)
		return -EFAULT;
	if (!p.count || p.count > BPF_INSNS_MAX)
		return -EINVAL;
	code = kmem_alloc(p.count * sizeof(*code));
	scratch = kmem_alloc(p.count * sizeof(*scratch));
	err = !code || !scratch						  ? -ENOMEM
	      : copy_from_user(code, p.code, p.count * sizeof(*code)) < 0 ? -EFAULT
									  : 0;
	if (!err)
		err = bpf_check(code, p.count, scratch);
	kmem_free(scratch);
	if (err)
		kmem_free(code);
	*out = code;
	return err;
}

static bool sees_packets(const struct socket *s)
{
	return s->family == AF_PACKET || s->type == SOCK_RAW || s->protocol == IPPROTO_ICMP;
}

int sockopt_set_filter(struct socket *s, int option, uint64_t value, uint64_t len)
{
	struct bpf_insn *code = NULL;
	int err;

	if (!sees_packets(s) || s->family == AF_NETLINK)
		return option == SO_DETACH_FILTER ? -ENOENT : -ENOPROTOOPT;
	err = option == SO_ATTACH_FILTER ? get_filter(value, len, &code) : 0;
	if (!err)
		err = socket_set_filter(s, code);
	if (err == -ENOMEM)
		kmem_free(code);
	return err;
}

int sockopt_set_device(struct socket *s, uint64_t value, uint64_t len)
{
	char name[INTERFACE_NAME_MAX] = {0};
	struct interface *i = NULL;

	if (!socket_is_internet(s))
		return -ENOPROTOOPT;
	if (copy_from_user(name, value, MIN(len, sizeof(name) - 1)) < 0)
		return -EFAULT;
	if (name[0]) {
		i = interface_by_name(name);
		if (!i)
			return -ENODEV;
	}
	if (s->ext && s->ext->device && !capable(CAP_NET_RAW))
		return -EPERM;
	if (!socket_ext(s))
		return -ENOMEM;
	s->ext->device = i ? i->index : 0;
	return 0;
}

int sockopt_get_device(const struct socket *s, union option_value *out)
{
	const struct interface *i = s->ext ? interface_by_index(s->ext->device) : NULL;

	if (!socket_is_internet(s))
		return -ENOPROTOOPT;
	if (!i)
		return 0;
	memcpy(out->name, i->name, sizeof(out->name));
	return (int)strlen(i->name) + 1;
}
