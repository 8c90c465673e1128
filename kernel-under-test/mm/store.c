/* A radix tree of pages. */
#include "mm/store.h"

#include "lib/errno.h"
#include "mm/kmem.h"

#define FANOUT_LOG 6
#define FANOUT	   (1u << FANOUT_LOG)
/* Covers STORE_INDEX_MAX. */
#define STORE_HEIGHT_MAX 7

struct node {
	void *child[FANOUT];
};

/* Indices covered by a tree of this height. */
static uint64_t span(unsigned int height)
{
	return 1ull << (FANOUT_LOG * height);
}

struct page *store_find(const struct store *s, uint64_t index)
{
	void *at = s->root;

	if (index >= span(s->height))
		return NULL;
	for (unsigned int h = s->height; h && at; h--)
		at = ((struct node *)at)->child[(index >> (FANOUT_LOG * (h - 1))) % FANOUT];
	return at;
}

uint64_t store_next(const struct store *s, uint64_t index, uint64_t end, bool missing)
{
	while (index < end) {
		void *at = index < span(s->height) ? s->root : NULL;
		unsigned int h = s->height;

		for (; h && at; h--)
			at = ((struct node *)at)->child[(index >> (FANOUT_LOG * (h - 1))) % FANOUT];
		if (missing ? !at : at != NULL)
			return index;
		/* Skip a missing subtree as a whole; past the tree there is nothing. */
		if (index >= span(s->height))
			return end;
		index = ALIGN_DOWN(index, span(h)) + span(h);
	}
	return end;
}

void store_peek(const struct store *s, uint64_t index, unsigned int n, struct page **out)
{
	for (unsigned int i = 0; i < n; i++) {
		out[i] = store_find(s, index + i);
		if (out[i])
			page_get(out[i]);
	}
}

static int slot_create(struct store *s, uint64_t index, void ***slot)
{
	if (index >= STORE_INDEX_MAX)
		return -EFBIG;
	while (index >= span(s->height)) {
		if (s->root) {
			struct node *n = kmem_zalloc(sizeof(*n));

			if (!n)
				return -ENOMEM;
			n->child[0] = s->root;
			s->root = n;
		}
		s->height++;
	}
	*slot = &s->root;
	for (unsigned int h = s->height; h; h--) {
		if (!**slot) {
			**slot = kmem_zalloc(sizeof(struct node));
			if (!**slot)
				return -ENOMEM;
		}
		*slot = &((struct node *)**slot)->child[(index >> (FANOUT_LOG * (h - 1))) % FANOUT];
	}
	return 0;
}

int store_get_or_create(struct store *s, uint64_t index, struct page **page)
{
	void **slot;
	int err;

	*page = store_find(s, index);
	if (*page)
		return 0;
	err = slot_create(s, index, &slot);
	if (err)
		return err;
	*page = page_alloc_zeroed();
	*slot = *page;
	s->count += *page != NULL;
	return *page ? 0 : -ENOMEM;
}

int store_insert(struct store *s, uint64_t index, struct page *page)
{
	void **slot;
	int err = slot_create(s, index, &slot);

	if (!err) {
		*slot = page;
		s->count++;
	}
	return err;
}

static bool is_empty(const struct node *n)
{
	for (unsigned int i = 0; i < FANOUT; i++)
		if (n->child[i])
			return false;
	return true;
}

void store_remove(struct store *s, uint64_t index)
{
	void **path[STORE_HEIGHT_MAX + 1], **slot = &s->root;
	unsigned int h = s->height;

	for (;; h--) {
		path[h] = slot;
		if (!h)
			break;
		slot = &((struct node *)*slot)->child[(index >> (FANOUT_LOG * (h - 1))) % FANOUT];
	}
	page_put(*slot);
	*slot = NULL;
	s->count--;
	while (++h <= s->height && is_empty(*path[h])) {
		kmem_free(*path[h]);
		*path[h] = NULL;
	}
	if (!s->root)
		s->height = 0;
}

/*
 * Frees pages from `from` on, relative to the subtree's first index. Returns whether it is empty.
 */
static bool truncate(struct store *s, void *at, unsigned int height, uint64_t from)
{
	struct node *n = at;
	bool empty = true;

	if (!height) {
		if (from)
			return false;
		page_put(at);
		s->count--;
		return true;
	}
	for (unsigned int i = 0; i < FANOUT; i++) {
		uint64_t first = i * span(height - 1);

		if (!n->child[i])
			continue;
		if (first + span(height - 1) > from &&
		    truncate(s, n->child[i], height - 1, from > first ? from - first : 0))
			n->child[i] = NULL;
		else
			empty = false;
	}
	if (empty)
		kmem_free(n);
	return empty;
}

void store_truncate(struct store *s, uint64_t from)
{
	if (s->root && from < span(s->height) && truncate(s, s->root, s->height, from))
		s->root = NULL;
	if (!s->root)
		s->height = 0;
}
