/* TCP options that are not integers. */
#include "syscall/net/sockopt.h"

#include "net/ip/interface.h"
#include "syscall/user.h"

/* Loopback's MTU less the headers. */
#define TCP_SEGMENT 65483

/* Linux's default. Loopback has no congestion. */
static const char congestion_name[] = "cubic";

int sockopt_set_congestion(uint64_t value, uint64_t len)
{
	char name[16] = "";

	if ((int)len < 1)
		return -EINVAL;
	if (copy_from_user(name, value, MIN(len, sizeof(name) - 1)) < 0)
		return -EFAULT;
	return strcmp(name, congestion_name) == 0 || strcmp(name, "reno") == 0 ? 0 : -ENOENT;
}

/* As far as meaningful: there is no loss, and there are no round trips to time. */
static void describe_tcp(struct socket *s, struct tcp_info *t)
{
	t->state = (uint8_t)socket_tcp_state(s);
	t->send_mss = t->receive_mss = t->advertised_mss = TCP_SEGMENT;
	t->path_mtu = interface_loopback.mtu - 1;
	t->slow_start = INT32_MAX;
	t->window = 10;
	t->reordering = 3;
	t->receive_space = RING_SIZE;
	GATE_SCOPE(s->gate);
	t->bytes_received = s->in.written;
	t->bytes_acked = s->peer ? s->peer->in.written : 0;
}

int sockopt_get_tcp(struct socket *s, int option, union option_value *out)
{
	switch (option) {
	case TCP_INFO:
		describe_tcp(s, &out->tcp);
		return sizeof(out->tcp);
	case TCP_CONGESTION:
		memcpy(out->congestion, congestion_name, sizeof(congestion_name));
		return sizeof(out->congestion);
	default:
		return -ENOPROTOOPT;
	}
}
