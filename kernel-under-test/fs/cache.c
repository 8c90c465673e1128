#include "fs/cache.h"

#include "lib/errno.h"

/* One page in so many may be dirty. */
#define DIRTY_SHARE 8

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
	/* Reclaim must not take nodes away from under the way to the new page. */
	list_remove(&c->reclaimable);
	err = store_put(&c->pages, index, p);
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
	store_drop(&c->pages, p->index);
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
	store_cut(&c->pages, from);
	if (!c->pages.count)
		list_remove(&c->reclaimable);
}

/* Takes the oldest dirty page and those that follow it in the file, each with a reference. */
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
		/* Clean as of now: who writes to it while it is on its way makes it dirty again. */
		cache_clear_dirty(c, p, CACHE_DIRTY);
		if (!(p->used & CACHE_SHARED))
			continue;
		/* Someone who has it mapped may write at any time, and nothing will tell. */
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
			/* Nothing is lost that was not tried to be written. */
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
	return dirty_total > page_count_total() / DIRTY_SHARE;
}

/* Gives up clean pages that only the cache holds, and that were not used for a while. */
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
		store_drop(&c->pages, p->index);
		freed++;
	}
	return freed;
}

size_t page_reclaim(size_t wanted)
{
	struct list *last = caches.prev;
	size_t freed = 0;

	/* Twice around: the first time may only find pages in use. */
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
