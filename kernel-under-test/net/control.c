/* Ancillary data, and garbage collection of sockets in flight. */
#include "net/control.h"

#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

#define DEFAULT_HOPS 64
#define INFLIGHT_MAX 16384 /* files in flight, system-wide */

static struct list inflight = LIST_INIT(inflight); /* sockets in flight */
static uint32_t inflight_count;

struct control *control_alloc(uint32_t count)
{
	struct control *c = kmem_zalloc(sizeof(*c) + count * sizeof(c->files[0]));

	if (c) {
		list_init(&c->link);
		c->hops = c->class = -1;
	}
	return c;
}

void control_fill_packet_info(struct control *c, const struct socket *s, const struct address *to)
{
	bool v6 = socket_is_internet(s) && !address_v4(to);

	c->time_ns = volume_now_ns();
	c->to = *to;
	if (c->hops < 0)
		c->hops = v6 ? s->hops : s->ttl;
	if (!c->hops)
		c->hops = DEFAULT_HOPS;
	if (c->class < 0)
		c->class = v6 ? s->traffic_class : s->tos;
}

int control_set_inflight(struct control *c)
{
	if (c->count > INFLIGHT_MAX - inflight_count)
		return -ETOOMANYREFS;
	inflight_count += c->count;
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s && s->inflight_refs++ == 0)
			list_push_back(&inflight, &s->inflight);
	}
	return 0;
}

void control_clear_inflight(struct control *c)
{
	inflight_count -= c->count;
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s && --s->inflight_refs == 0)
			list_remove(&s->inflight);
	}
}

/*
 * Dropping a file may release a socket with files in its queues, and so on: iterate instead of
 * recursing.
 */
void control_free(struct control *c, bool in_queue)
{
	static struct list dead = LIST_INIT(dead);
	static bool busy;

	if (in_queue)
		control_clear_inflight(c);
	list_push_back(&dead, &c->link);
	if (busy)
		return;
	busy = true;
	while (!list_empty(&dead)) {
		c = list_first(&dead, struct control, link);
		list_remove(&c->link);
		for (uint32_t i = 0; i < c->count; i++)
			file_put(c->files[i]);
		kmem_free(c);
	}
	busy = false;
}

struct control *control_clone(const struct control *c)
{
	struct control *copy = control_alloc(c->count);

	if (!copy)
		return NULL;
	copy->creds = c->creds;
	copy->has_creds = c->has_creds;
	copy->time_ns = c->time_ns;
	copy->to = c->to;
	copy->index = c->index;
	copy->hops = c->hops;
	copy->class = c->class;
	for (; copy->count < c->count; copy->count++)
		copy->files[copy->count] = file_get(c->files[copy->count]);
	return copy;
}

/* Calls `fn` for all control data queued at `s`, and at its connections not yet accepted. */
static void each_control(struct socket *s, void (*fn)(struct control *c))
{
	struct control *c, *next;
	struct message *m;
	struct socket *child;

	list_for_each_safe (c, next, &s->controls, link)
		fn(c);
	list_for_each (m, &s->messages, link)
		if (m->control)
			fn(m->control);
	if (s->state == SOCKET_LISTENING)
		list_for_each (child, &s->backlog, by_name)
			each_control(child, fn);
}

static void drop_external(struct control *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s)
			s->external_refs--;
	}
}

static bool progress;

static void mark_reachable(struct control *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s && !s->reachable)
			s->reachable = progress = true;
	}
}

/* Files to be released; the control data that held them stays queued, without files. */
static struct list garbage = LIST_INIT(garbage);

static void detach_files(struct control *c)
{
	struct control *files = c->count ? control_alloc(c->count) : NULL;

	/* Without memory, retry at the next collection. */
	if (!files)
		return;
	control_clear_inflight(c);
	memcpy(files->files, c->files, c->count * sizeof(c->files[0]));
	files->count = c->count;
	c->count = 0;
	list_push_back(&garbage, &files->link);
}

void control_gc(void)
{
	static bool busy;
	struct socket *s;

	if (list_empty(&inflight) || busy)
		return;
	busy = true;
	/* Mark and sweep. External references: those not from a queue of a socket in flight, ... */
	list_for_each (s, &inflight, inflight) {
		s->external_refs = (int)s->file->refs;
		s->reachable = s->scanned = false;
	}
	list_for_each (s, &inflight, inflight)
		each_control(s, drop_external);
	/* ... and what can be reached from an externally referenced socket is alive. */
	list_for_each (s, &inflight, inflight)
		s->reachable |= s->external_refs > 0;
	do {
		progress = false;
		list_for_each (s, &inflight, inflight) {
			if (s->reachable && !s->scanned) {
				s->scanned = true;
				each_control(s, mark_reachable);
				progress = true;
			}
		}
	} while (progress);
again:
	list_for_each (s, &inflight, inflight) {
		if (!s->reachable) {
			/* Detaching files takes sockets off the list being walked. */
			s->reachable = true;
			each_control(s, detach_files);
			goto again;
		}
	}
	while (!list_empty(&garbage)) {
		struct control *c = list_first(&garbage, struct control, link);

		list_remove(&c->link);
		control_free(c, false);
	}
	busy = false;
}
