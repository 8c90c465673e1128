/* The page cache: dirty tracking, write-back, reclaim. */
#include "fs/cache.h"

#include "lib/errno.h"

/* At most 1 / DIRTY_FRACTION of all pages may be dirty. */
#define DIRTY_FRACTION 8

static struct list caches = LIST_INIT(caches);
static uint64_t dirty_total;

void cache_init(struct cache *c)
{
	c->pages = (struct store){0};
	list_init(&c->clean);
	list_init(&c->dirty);
	list_init(&c->reclaimable);
	c->dirty_count = 0;
	c->error = 0;
}

int cache_add(struct cache *c, uint64_t index, struct page *p)
{
	int err;

	if (store_find(&c->pages, index))
		return -EEXIST;
	/*
	 * Unlisted meanwhile: reclaim, run by an allocation in here, must not free tree nodes on
	 * the path to the new page.
	 */
	list_remove(&c->reclaimable);
	err = store_insert(&c->pages, index, p);
	if (c->pages.count)
		list_push_back(&caches, &c->reclaimable);
	if (err)
		return err;
	page_get(p);
	p->index = index;
	p->used = 0;
	list_push_back(&c->clean, &p->link);
	return 0;
}

void cache_set_dirty(struct cache *c, struct page *p, unsigned int sectors)
{
	if (!(p->used & CACHE_DIRTY)) {
		list_remove(&p->link);
		list_push_back(&c->dirty, &p->link);
		c->dirty_count++;
		dirty_total++;
	}
	p->used |= sectors & CACHE_DIRTY;
}

void cache_clear_dirty(struct cache *c, struct page *p, unsigned int sectors)
{
	if (!(p->used & CACHE_DIRTY))
		return;
	p->used &= (uint16_t) ~(sectors & CACHE_DIRTY);
	if (p->used & CACHE_DIRTY)
		return;
	list_remove(&p->link);
	list_push_back(&c->clean, &p->link);
	c->dirty_count--;
	dirty_total--;
}

void cache_drop(struct cache *c, struct page *p)
{
	list_remove(&p->link);
	store_remove(&c->pages, p->index);
	if (!c->pages.count)
		list_remove(&c->reclaimable);
}

void cache_truncate(struct cache *c, uint64_t from)
{
	struct page *p, *next;

	list_for_each_safe (p, next, &c->dirty, link)
		if (p->index >= from)
			cache_clear_dirty(c, p, CACHE_DIRTY);
	list_for_each_safe (p, next, &c->clean, link)
		if (p->index >= from)
			list_remove(&p->link);
	store_truncate(&c->pages, from);
	if (!c->pages.count)
		list_remove(&c->reclaimable);
}

/* Collects the oldest dirty page and the dirty pages that follow it, each with a reference. */
static unsigned int take_dirty(struct cache *c, struct page **pages, uint8_t *sectors)
{
	struct page *p = list_first(&c->dirty, struct page, link);
	unsigned int n = 0;

	for (uint64_t index = p->index; n < CACHE_BATCH; n++) {
		p = store_find(&c->pages, index + n);
		if (!p || !(p->used & CACHE_DIRTY))
			break;
		pages[n] = page_get(p);
		sectors[n] = p->used & CACHE_DIRTY;
		/*
		 * Marked clean before it is written: a write during the transfer dirties it again.
		 */
		cache_clear_dirty(c, p, CACHE_DIRTY);
		if (!(p->used & CACHE_SHARED))
			continue;
		/* Mapped writable: it may change at any time without a fault, so it stays dirty. */
		if (p->refs > 2)
			cache_set_dirty(c, p, CACHE_DIRTY);
		else
			p->used &= (uint16_t)~CACHE_SHARED;
	}
	return n;
}

int cache_write_back(struct cache *c, cache_writer write)
{
	uint64_t left = c->dirty_count;
	struct page *pages[CACHE_BATCH];
	uint8_t sectors[CACHE_BATCH];
	int first = 0;

	while (left && c->dirty_count) {
		unsigned int n = take_dirty(c, pages, sectors);
		int err = write(c, pages, sectors, n);

		left -= MIN(left, (uint64_t)n);
		for (unsigned int i = 0; i < n; i++) {
			/* The write was not tried: the page is still dirty, and nothing is lost. */
			if (err == -ENOMEM && store_find(&c->pages, pages[i]->index) == pages[i])
				cache_set_dirty(c, pages[i], sectors[i]);
			page_put(pages[i]);
		}
		if (err == -ENOMEM)
			return err;
		if (err && !first)
			first = c->error = err;
	}
	return first;
}

bool cache_over_dirty_limit(void)
{
	return dirty_total > page_count_total() / DIRTY_FRACTION;
}

/* Frees clean pages that only the cache references and that were not used since the last scan. */
static size_t shrink(struct cache *c, size_t wanted)
{
	size_t freed = 0;

	for (uint64_t look = c->pages.count - c->dirty_count; look && freed < wanted; look--) {
		struct page *p = list_first(&c->clean, struct page, link);

		list_remove(&p->link);
		if (p->refs > 1 || (p->used & CACHE_REFERENCED)) {
			p->used &= (uint16_t)~CACHE_REFERENCED;
			list_push_back(&c->clean, &p->link);
			continue;
		}
		store_remove(&c->pages, p->index);
		freed++;
	}
	return freed;
}

size_t page_reclaim(size_t wanted)
{
	struct list *last = caches.prev;
	size_t freed = 0;

	/* Two rounds: the first may only clear CACHE_REFERENCED. */
	for (unsigned int round = 0; round < 2 && freed < wanted; round++) {
		while (!list_empty(&caches) && freed < wanted) {
			struct list *at = caches.next;
			struct cache *c = list_entry(at, struct cache, reclaimable);

			list_remove(at);
			freed += shrink(c, wanted - freed);
			if (c->pages.count)
				list_push_back(&caches, at);
			if (at == last)
				break;
		}
		last = caches.prev;
	}
	return freed;
}
