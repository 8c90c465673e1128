/*
 * A ring buffer of bytes in whole pages, for pipes and streams. Pages are allocated when first
 * written, and kept, since most pipes pass little at a time, again and again.
 */
#pragma once

#include "fs/uio.h"
#include "mm/page.h"

#define RING_SIZE  (64ul << 10)
#define RING_PAGES (RING_SIZE / PAGE_SIZE)

struct ring {
	/* Free-running byte counts: their difference is the fill level. */
	uint64_t written, read;
	struct page *pages[RING_PAGES];
};

static inline size_t ring_used(const struct ring *r)
{
	return r->written - r->read;
}

/*
 * ring_used() without the lock that guards the ring. Zero only if the ring was empty a moment ago;
 * may be too large, even larger than RING_SIZE.
 */
static inline size_t ring_used_unlocked(const struct ring *r)
{
	uint64_t read = READ_ONCE(r->read);

	return READ_ONCE(r->written) - read;
}

static inline size_t ring_room(const struct ring *r)
{
	return RING_SIZE - ring_used(r);
}

/*
 * Move up to `n` bytes, which must be there (or fit). Return how many, or if none could be moved
 * -EFAULT or -ENOMEM. `peek` leaves them in the ring.
 */
long ring_get(struct ring *r, struct uio *u, size_t n, bool peek);
long ring_put(struct ring *r, struct uio *u, size_t n);
/* The same on other pages, `count` of them, a power of two. */
long ring_get_at(struct ring *r, struct page **pages, size_t count, struct uio *u, size_t n,
		 bool peek);
long ring_put_at(struct ring *r, struct page **pages, size_t count, struct uio *u, size_t n);
/* The same under a spinlock: all of it, or false if a user page is missing. */
bool ring_get_nofault(struct ring *r, struct uio *u, size_t n);
bool ring_put_nofault(struct ring *r, struct uio *u, size_t n);
void ring_free(struct ring *r);
