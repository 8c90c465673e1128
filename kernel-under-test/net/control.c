/* Ancillary data, and garbage collection of sockets in flight. */
#include "net/control.h"

#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"

#define DEFAULT_HOPS 64
#define FLYING_MAX   16384 /* files in flight, system-wide */

static struct list flying = LIST_INIT(flying); /* sockets in flight */
static uint32_t flying_count;

struct control *control_make(uint32_t count)
{
	struct control *c = kmem_zalloc(sizeof(*c) + count * sizeof(c->files[0]));

	if (c) {
		list_init(&c->link);
		c->hops = c->class = -1;
	}
	return c;
}

void control_describe(struct control *c, const struct socket *s, const struct address *to)
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

int control_fly(struct control *c)
{
	if (c->count > FLYING_MAX - flying_count)
		return -ETOOMANYREFS;
	flying_count += c->count;
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s && s->in_flight++ == 0)
			list_push_back(&flying, &s->flying);
	}
	return 0;
}

void control_land(struct control *c)
{
	flying_count -= c->count;
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s && --s->in_flight == 0)
			list_remove(&s->flying);
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
		control_land(c);
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
	struct control *copy = control_make(c->count);

	if (!copy)
		return NULL;
	copy->sender = c->sender;
	copy->has_sender = c->has_sender;
	copy->time_ns = c->time_ns;
	copy->to = c->to;
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

static void count_inner(struct control *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s)
			s->outer--;
	}
}

static bool found_more;

static void mark_reached(struct control *c)
{
	for (uint32_t i = 0; i < c->count; i++) {
		struct socket *s = socket_of(c->files[i]);

		if (s && !s->reached)
			s->reached = found_more = true;
	}
}

/* Files to be released; the control data that held them stays queued, without files. */
static struct list garbage = LIST_INIT(garbage);

static void take_out(struct control *c)
{
	struct control *files = c->count ? control_make(c->count) : NULL;

	/* Without memory, retry at the next collection. */
	if (!files)
		return;
	control_land(c);
	memcpy(files->files, c->files, c->count * sizeof(c->files[0]));
	files->count = c->count;
	c->count = 0;
	list_push_back(&garbage, &files->link);
}

void control_collect(void)
{
	static bool busy;
	struct socket *s;

	if (list_empty(&flying) || busy)
		return;
	busy = true;
	/* Mark and sweep. External references: those not from a queue of a socket in flight, ... */
	list_for_each (s, &flying, flying) {
		s->outer = (int)s->file->refs;
		s->reached = s->passed = false;
	}
	list_for_each (s, &flying, flying)
		each_control(s, count_inner);
	/* ... and what can be reached from an externally referenced socket is alive. */
	list_for_each (s, &flying, flying)
		s->reached |= s->outer > 0;
	do {
		found_more = false;
		list_for_each (s, &flying, flying) {
			if (s->reached && !s->passed) {
				s->passed = true;
				each_control(s, mark_reached);
				found_more = true;
			}
		}
	} while (found_more);
again:
	list_for_each (s, &flying, flying) {
		if (!s->reached) {
			/* Detaching files takes sockets off the list being walked. */
			s->reached = true;
			each_control(s, take_out);
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
