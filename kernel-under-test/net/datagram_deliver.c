/* Datagrams received in packets, and tapping of those that are not. */
#include "fs/volume.h"
#include "mm/kmem.h"
#include "net/control.h"
#include "net/ip/raw.h"

void datagram_deliver(struct socket *s, const struct arrival *a)
{
	size_t n = socket_filter(s, a->data, a->len);
	bool told = s->cmsg_flags & ~CMSG_TAP;
	struct message *m;

	if (!n && a->len)
		return;
	m = s->queued && s->queued + n > s->receive_buffer ? NULL : kmem_alloc(sizeof(*m) + n);
	if (!m)
		return;
	m->len = n;
	memcpy(m->data, a->data, n);
	m->from = a->from;
	if (socket_is_internet(s))
		address_convert(&m->from, s->family);
	m->control = told ? control_alloc(0) : NULL;
	if (m->control) {
		m->control->time_ns = volume_now_ns();
		m->control->to = a->to;
		m->control->index = a->index;
		m->control->hops = a->hops;
		m->control->class = a->class;
	}
	list_push_back(&s->messages, &m->link);
	s->queued += n + sizeof(*m);
	wait_wake_one(&s->readers);
}

uint16_t datagram_cmsg_default;

static void set_watched(struct socket *s, void *)
{
	if (s->type == SOCK_DGRAM)
		s->cmsg_flags = (uint16_t)((s->cmsg_flags & ~CMSG_TAP) | datagram_cmsg_default);
}

void datagram_tap(int change)
{
	static int count;

	count += change;
	datagram_cmsg_default = count ? CMSG_TAP : 0;
	socket_each(set_watched, NULL);
}
