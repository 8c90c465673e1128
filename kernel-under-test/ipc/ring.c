#include "ipc/ring.h"

#include "lib/errno.h"

/* Whoever has a spinlock moves all or nothing: the rest would be another one's by the time. */
bool ring_get_nofault(struct ring *r, struct uio *u, size_t n)
{
	const struct uio before = *u;
	uint64_t pos = r->read;

	while (n) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page *p = r->pages[(pos >> PAGE_SHIFT) % RING_PAGES];

		if (uio_put_nofault(u, (char *)page_to_virt(p) + at, part) < 0) {
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
		struct page *p = r->pages[(pos >> PAGE_SHIFT) % RING_PAGES];

		if (!p || uio_get_nofault(u, (char *)page_to_virt(p) + at, part) < 0) {
			*u = before;
			return false;
		}
		pos += part;
		n -= part;
	}
	r->written = pos;
	return true;
}

long ring_get(struct ring *r, struct uio *u, size_t n, bool peek)
{
	uint64_t pos = r->read;
	int err = 0;

	while (n && !err) {
		size_t at = pos & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page *p = r->pages[(pos >> PAGE_SHIFT) % RING_PAGES];

		err = uio_put(u, (char *)page_to_virt(p) + at, part);
		if (!err) {
			pos += part;
			n -= part;
		}
	}
	n = pos - r->read;
	if (!peek)
		r->read = pos;
	return n ? (long)n : err;
}

long ring_put(struct ring *r, struct uio *u, size_t n)
{
	uint64_t start = r->written;
	int err = 0;

	while (n && !err) {
		size_t at = r->written & (PAGE_SIZE - 1), part = MIN(n, PAGE_SIZE - at);
		struct page **slot = &r->pages[(r->written >> PAGE_SHIFT) % RING_PAGES];

		if (unlikely(!*slot))
			*slot = page_alloc();
		err = *slot ? uio_get(u, (char *)page_to_virt(*slot) + at, part) : -ENOMEM;
		if (!err) {
			r->written += part;
			n -= part;
		}
	}
	n = r->written - start;
	return n ? (long)n : err;
}

void ring_free(struct ring *r)
{
	/* Those after the one that is written to next were never made. */
	size_t made = MIN((r->written >> PAGE_SHIFT) + 1, RING_PAGES);

	for (size_t i = 0; i < made; i++)
		if (r->pages[i])
			page_put(r->pages[i]);
}
