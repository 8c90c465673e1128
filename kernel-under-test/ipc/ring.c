/* The byte ring of pipes and streams. */
#include "ipc/ring.h"

#include "lib/errno.h"

/* All or nothing, since the caller's spinlock cannot be dropped half way. */
bool ring_get_nofault(struct ring *r, struct uio *u, size_t n)
{
	const struct uio before = *u;
	uint64_t pos = r->read;

	while (n) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page *p = r->pages[(pos >> PAGE_SHIFT) % RING_PAGES];

		if (uio_copy_to_nofault(u, (char *)page_to_virt(p) + at, part) < 0) {
			*u = before;
			return false;
		}
		pos += part;
		n -= part;
	}
	r->read = pos;
	return true;
}

bool ring_put_nofault(struct ring *r, struct uio *u, size_t n)
{
	const struct uio before = *u;
	uint64_t pos = r->written;

	while (n) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page **slot = &r->pages[(pos >> PAGE_SHIFT) % RING_PAGES];

		/*
		 * Only the first page may be missing: ring_free() relies on pages being allocated
		 * in order.
		 */
		if (unlikely(!*slot) && pos == r->written)
			*slot = page_alloc();
		if (!*slot ||
		    uio_copy_from_nofault(u, (char *)page_to_virt(*slot) + at, part) < 0) {
			*u = before;
			return false;
		}
		pos += part;
		n -= part;
	}
	r->written = pos;
	return true;
}

/* `pages` NULL: the ring's own. */
static always_inline long get(struct ring *r, struct page **pages, size_t count, struct uio *u,
			      size_t n, bool peek)
{
	uint64_t pos = r->read;
	int err = 0;

	while (n) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page *p = (pages ?: r->pages)[(pos >> PAGE_SHIFT) & (count - 1)];

		err = uio_copy_to(u, (char *)page_to_virt(p) + at, part);
		if (unlikely(err))
			break;
		pos += part;
		n -= part;
	}
	n = pos - r->read;
	if (!peek)
		r->read = pos;
	return n ? (long)n : err;
}

static always_inline long put(struct ring *r, struct page **pages, size_t count, struct uio *u,
			      size_t n)
{
	uint64_t start = r->written;
	int err = 0;

	while (n) {
		size_t at = r->written & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page **slot = &(pages ?: r->pages)[(r->written >> PAGE_SHIFT) & (count - 1)];

		if (unlikely(!*slot))
			*slot = page_alloc();
		err = *slot ? uio_copy_from(u, (char *)page_to_virt(*slot) + at, part) : -ENOMEM;
		if (unlikely(err))
			break;
		r->written += part;
		n -= part;
	}
	n = r->written - start;
	return n ? (long)n : err;
}

long ring_get(struct ring *r, struct uio *u, size_t n, bool peek)
{
	return get(r, NULL, RING_PAGES, u, n, peek);
}

long ring_put(struct ring *r, struct uio *u, size_t n)
{
	return put(r, NULL, RING_PAGES, u, n);
}

long ring_get_at(struct ring *r, struct page **pages, size_t count, struct uio *u, size_t n,
		 bool peek)
{
	return get(r, pages, count, u, n, peek);
}

long ring_put_at(struct ring *r, struct page **pages, size_t count, struct uio *u, size_t n)
{
	return put(r, pages, count, u, n);
}

void ring_free(struct ring *r)
{
	/* Pages are allocated in order. */
	size_t made = MIN((r->written >> PAGE_SHIFT) + 1, RING_PAGES);

	for (size_t i = 0; i < made; i++)
		if (r->pages[i])
			page_put(r->pages[i]);
}
