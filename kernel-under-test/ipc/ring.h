/*
 * A ring of bytes in whole pages: what pipes and streams are made of. A page is made when first
 * written, and kept: most pass little at a time, again and again.
 */
#pragma once

#include "fs/uio.h"
#include "mm/page.h"

#define RING_SIZE  (64ul << 10)
#define RING_PAGES (RING_SIZE / PAGE_SIZE)

struct ring {
	/* Count bytes for ever: the difference is what is inside. */
	uint64_t written, read;
	struct page *pages[RING_PAGES];
};

static inline size_t ring_used(const struct ring *r)
{
	return r->written - r->read;
}

/*
 * The same for who looks while others may be at it. 0 only if it was empty a moment ago; it may be
 * more than there ever was, even more than RING_SIZE.
 */
static inline size_t ring_glance(const struct ring *r)
{
	uint64_t read = READ_ONCE(r->read);

	return READ_ONCE(r->written) - read;
}

static inline size_t ring_room(const struct ring *r)
{
	return RING_SIZE - ring_used(r);
}

/*
 * Move at most `n` bytes, which must be there (or fit). How many were moved, or -errno when none
 * was: -EFAULT, -ENOMEM. `peek` leaves them in.
 */
long ring_get(struct ring *r, struct uio *u, size_t n, bool peek);
long ring_put(struct ring *r, struct uio *u, size_t n);
/* The same in other pages, `count` of them, a power of two. */
long ring_get_at(struct ring *r, struct page **pages, size_t count, struct uio *u, size_t n,
		 bool peek);
long ring_put_at(struct ring *r, struct page **pages, size_t count, struct uio *u, size_t n);
/* The same with a spinlock: all of it, or nothing when a page of the user's is missing. */
bool ring_get_nofault(struct ring *r, struct uio *u, size_t n);
bool ring_put_nofault(struct ring *r, struct uio *u, size_t n);
void ring_free(struct ring *r);
