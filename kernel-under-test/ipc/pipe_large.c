/*
 * Pipes larger than the default, or in packet mode (O_DIRECT). Their gate is kept entered for good,
 * so that all reads and writes take the kernel lock and come here.
 */
#include "fs/credentials.h"
#include "ipc/pipe_internal.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "mm/space.h"

/* Longer writes are split into several packets. */
#define PACKET_MAX PAGE_SIZE

uint64_t pipe_size_max = 1 << 20;

/* A range of the ring that one read consumes, discarding what does not fit. */
struct packet {
	uint64_t start, end;
};

struct pipe_large {
	/* Pages used in place of the ring's own; their number is a power of two. */
	struct page **pages;
	size_t count;
	/* As many packets as pages; the oldest is at `first`. */
	struct packet *packets;
	size_t first, packet_count, packet_bytes;
};

static struct packet *packet_at(const struct pipe_large *m, size_t i)
{
	return &m->packets[(m->first + i) % m->count];
}

/* The first packet, if it is next in the ring. */
static struct packet *next_packet(const struct pipe *p)
{
	const struct pipe_large *m = p->large;

	return m->packet_count && packet_at(m, 0)->start <= p->ring.read ? packet_at(m, 0) : NULL;
}

/* Pages in use: one per packet, as on Linux, plus what plain bytes fill. */
static size_t pages_taken(const struct pipe *p)
{
	size_t plain = ring_used(&p->ring) - (p->large ? p->large->packet_bytes : 0);

	return (plain + PAGE_SIZE - 1) / PAGE_SIZE + (p->large ? p->large->packet_count : 0);
}

static void set_limit(struct pipe *p)
{
	bool full = p->large && p->large->packet_count && pages_taken(p) >= p->size / PAGE_SIZE;

	p->limit = full ? ring_used(&p->ring) : p->size;
}

static void free_pages(struct page **pages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (pages[i])
			page_put(pages[i]);
}

static void free_more(struct pipe_large *m)
{
	if (!m)
		return;
	if (m->pages)
		free_pages(m->pages, m->count);
	kmem_free(m->pages);
	kmem_free(m->packets);
	kmem_free(m);
}

void pipe_large_free(struct pipe *p)
{
	free_more(p->large);
}

/* Copies the contents of the pipe to the pages of `m`. */
static int copy_bytes(const struct pipe *p, struct pipe_large *m)
{
	struct page *const *from = p->large ? p->large->pages : p->ring.pages;
	size_t count = p->large ? p->large->count : RING_PAGES;
	size_t n;

	for (uint64_t pos = p->ring.read; pos < p->ring.written; pos += n) {
		uint64_t index = pos >> PAGE_SHIFT, at = pos & (PAGE_SIZE - 1);
		struct page **to = &m->pages[index % m->count];

		n = MIN(p->ring.written - pos, PAGE_SIZE - at);
		if (!*to)
			*to = page_alloc();
		if (!*to)
			return -ENOMEM;
		memcpy((char *)page_to_virt(*to) + at,
		       (const char *)page_to_virt(from[index % count]) + at, n);
	}
	for (size_t i = 0; p->large && i < p->large->packet_count; i++)
		m->packets[i] = *packet_at(p->large, i);
	if (p->large) {
		m->packet_count = p->large->packet_count;
		m->packet_bytes = p->large->packet_bytes;
	}
	return 0;
}

/* Replaces the pages by ones for `size` bytes, which must hold the contents. Inside the gate. */
static int remake(struct pipe *p, size_t size)
{
	struct pipe_large *m = kmem_zalloc(sizeof(*m));
	int err = -ENOMEM;

	if (!m)
		return err;
	m->count = size / PAGE_SIZE;
	m->pages = kmem_zalloc(m->count * sizeof(*m->pages));
	m->packets = kmem_alloc(m->count * sizeof(*m->packets));
	if (m->pages && m->packets)
		err = copy_bytes(p, m);
	if (err) {
		free_more(m);
		return err;
	}
	if (p->large) {
		free_more(p->large);
	} else {
		free_pages(p->ring.pages, RING_PAGES);
		memset(p->ring.pages, 0, sizeof(p->ring.pages));
		/* Never left: see the top of the file. */
		gate_enter(&p->gate);
	}
	p->large = m;
	return 0;
}

int pipe_enable_packets(struct pipe *p)
{
	GATE_SCOPE(&p->gate);
	return p->large ? 0 : remake(p, p->size);
}

static long set_size(struct pipe *p, uint64_t size)
{
	int err = 0;

	if (size > p->size && size > pipe_size_max && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (pages_taken(p) > size / PAGE_SIZE || ring_used(&p->ring) > size)
		return -EBUSY;
	if (p->large || size > RING_SIZE)
		err = remake(p, size);
	if (err)
		return err;
	p->size = size;
	set_limit(p);
	wait_wake_all(&p->writers);
	return (long)size;
}

long pipe_set_size(struct file *f, uint64_t wanted)
{
	struct pipe *p = f->data;
	uint64_t size = PAGE_SIZE;

	if (wanted > 1ul << 31)
		return -EINVAL;
	while (size < wanted)
		size *= 2;
	GATE_SCOPE(&p->gate);
	return set_size(p, size);
}

long pipe_size(struct file *f)
{
	const struct pipe *p = f->data;

	return (long)p->size;
}

/* Drops packets that have been consumed, entirely or in part. */
static void forget(struct pipe *p)
{
	struct pipe_large *m = p->large;

	while (m->packet_count && packet_at(m, 0)->end <= p->ring.read) {
		m->packet_bytes -= packet_at(m, 0)->end - packet_at(m, 0)->start;
		m->first = (m->first + 1) % m->count;
		m->packet_count--;
	}
	if (m->packet_count && packet_at(m, 0)->start < p->ring.read) {
		m->packet_bytes -= p->ring.read - packet_at(m, 0)->start;
		packet_at(m, 0)->start = p->ring.read;
	}
	set_limit(p);
}

long pipe_large_get(struct pipe *p, struct uio *u, size_t n, bool peek)
{
	struct pipe_large *m = p->large;
	long done = 0;

	if (peek)
		return ring_get_at(&p->ring, m->pages, m->count, u, n, true);
	while (u->left && ring_used(&p->ring)) {
		const struct packet *packet = next_packet(p);
		uint64_t end = packet ? packet->end : p->ring.written;
		long got;

		if (!packet && m->packet_count)
			end = packet_at(m, 0)->start;
		got = ring_get_at(&p->ring, m->pages, m->count, u, MIN(u->left, end - p->ring.read),
				  false);
		if (got < 0)
			return done ? done : got;
		done += got;
		if (packet)
			p->ring.read = end;
		forget(p);
		if (packet)
			break;
	}
	return done;
}

void pipe_large_skip(struct pipe *p)
{
	forget(p);
}

/* Writes a packet completely or not at all. */
static long put_packet(struct pipe *p, struct uio *u, size_t n)
{
	const struct uio before = *u;
	struct pipe_large *m = p->large;
	uint64_t start = p->ring.written;
	long put;

	for (size_t left = n; left; left -= (size_t)put) {
		put = ring_put_at(&p->ring, m->pages, m->count, u, left);
		if (put < 0) {
			p->ring.written = start;
			*u = before;
			return put;
		}
	}
	*packet_at(m, m->packet_count++) = (struct packet){start, start + n};
	m->packet_bytes += n;
	return (long)n;
}

long pipe_large_put(struct pipe *p, struct uio *u, size_t n, bool packets)
{
	struct pipe_large *m = p->large;
	long put = packets ? put_packet(p, u, MIN(n, PACKET_MAX))
			   : ring_put_at(&p->ring, m->pages, m->count, u, n);

	set_limit(p);
	return put;
}
