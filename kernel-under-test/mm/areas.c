/* The sorted array of areas, in blocks of a page. */
#include "mm/areas.h"

#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/page.h"

/* Two neighbouring blocks are merged if together they hold no more than this. */
#define MERGE_MAX (AREAS_PER_BLOCK * 3 / 4)

/* A block's gap that must be recomputed. */
#define UNKNOWN UINT64_MAX

static struct area_block *block_alloc(struct areas *s)
{
	struct page *p = s->spare;
	struct area_block *b;

	if (p)
		s->spare = p->next_free;
	else
		p = page_alloc();
	if (!p)
		return NULL;
	b = page_to_virt(p);
	b->count = 0;
	b->gap = UNKNOWN;
	return b;
}

static void block_free(struct area_block *b)
{
	page_put(virt_to_page(b));
}

int areas_init(struct areas *s)
{
	s->count = 0;
	s->spare = NULL;
	s->hint = NULL;
	s->blocks = s->first;
	s->capacity = 1;
	s->first[0] = block_alloc(s);
	if (!s->first[0])
		return -ENOMEM;
	s->first[0]->index = 0;
	s->block_count = 1;
	return 0;
}

void areas_destroy(struct areas *s)
{
	struct page *p;

	for (uint32_t i = 0; i < s->block_count; i++)
		block_free(s->blocks[i]);
	while ((p = s->spare)) {
		s->spare = p->next_free;
		page_put(p);
	}
	if (s->blocks != s->first)
		kmem_free(s->blocks);
}

/* Makes room for `n` block pointers. */
static int grow(struct areas *s, uint32_t n)
{
	uint32_t capacity = MAX(n, s->capacity * 2);
	struct area_block **blocks;

	if (n <= s->capacity)
		return 0;
	blocks = kmem_alloc(capacity * sizeof(struct area_block *));
	if (!blocks)
		return -ENOMEM;
	memcpy(blocks, s->blocks, s->block_count * sizeof(struct area_block *));
	if (s->blocks != s->first)
		kmem_free(s->blocks);
	s->blocks = blocks;
	s->capacity = capacity;
	return 0;
}

static void renumber_from(struct areas *s, uint32_t index)
{
	for (; index < s->block_count; index++)
		s->blocks[index]->index = index;
}

static void add_block(struct areas *s, uint32_t index, struct area_block *b)
{
	memmove(&s->blocks[index + 1], &s->blocks[index],
		(s->block_count - index) * sizeof(struct area_block *));
	s->blocks[index] = b;
	s->block_count++;
	renumber_from(s, index);
}

static void drop_block(struct areas *s, uint32_t index)
{
	block_free(s->blocks[index]);
	s->block_count--;
	memmove(&s->blocks[index], &s->blocks[index + 1],
		(s->block_count - index) * sizeof(struct area_block *));
	renumber_from(s, index);
}

static void copy_block(struct area_block *b, const struct area_block *from)
{
	b->count = from->count;
	b->index = from->index;
	b->gap = from->gap;
	memcpy(b->areas, from->areas, from->count * sizeof(struct area));
}

int areas_init_copy(struct areas *s, const struct areas *from)
{
	int err = areas_init(s);

	if (err)
		return err;
	s->count = from->count;
	copy_block(s->blocks[0], from->blocks[0]);
	if (likely(from->block_count == 1))
		return 0;
	err = grow(s, from->block_count);
	while (!err && s->block_count < from->block_count) {
		struct area_block *b = block_alloc(s);

		if (b) {
			copy_block(b, from->blocks[s->block_count]);
			s->blocks[s->block_count++] = b;
		} else {
			err = -ENOMEM;
		}
	}
	if (err)
		areas_destroy(s);
	return err;
}

struct area *areas_search(struct areas *s, uint64_t addr)
{
	uint32_t lo = 0, hi = s->block_count - 1;
	struct area_block *b;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		b = s->blocks[mid];
		if (addr < b->areas[b->count - 1].end)
			hi = mid;
		else
			lo = mid + 1;
	}
	b = s->blocks[lo];
	for (lo = 0, hi = b->count; lo < hi;) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (addr < b->areas[mid].end)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (lo == b->count)
		return NULL;
	return s->hint = &b->areas[lo];
}

int areas_reserve(struct areas *s, uint32_t n)
{
	struct page *p = s->spare;

	if (s->count + n > AREAS_MAX)
		return -ENOMEM;
	if (s->block_count == 1 && s->count + n <= AREAS_PER_BLOCK)
		return 0;
	for (uint32_t have = 0; have < n; have++) {
		if (p) {
			p = p->next_free;
			continue;
		}
		p = page_alloc();
		if (!p)
			return -ENOMEM;
		p->next_free = s->spare;
		s->spare = p;
		p = NULL;
	}
	return grow(s, s->block_count + n);
}

/*
 * Moves the upper part of a full block to a new one. Returns where slot `i` is then, or NULL if out
 * of memory.
 */
static noinline struct area *split(struct areas *s, struct area_block *b, uint32_t i)
{
	/* Split at the insertion point: ascending mmap()s leave full blocks behind. */
	uint32_t half = MIN(MAX(i, 2u), b->count - 2);
	struct area_block *upper = NULL;

	if (s->count < AREAS_MAX && !grow(s, s->block_count + 1))
		upper = block_alloc(s);
	if (!upper)
		return NULL;
	upper->count = b->count - half;
	upper->gap = b->gap;
	memcpy(upper->areas, &b->areas[half], upper->count * sizeof(struct area));
	b->count = half;
	add_block(s, b->index + 1, upper);
	return i > half ? &upper->areas[i - half] : &b->areas[i];
}

struct area *areas_insert(struct areas *s, struct area *at, const struct area *a)
{
	struct area_block *b = at ? area_block(at) : s->blocks[s->block_count - 1];

	/* Elsewhere the gap that is split was already accounted to this block. */
	if (unlikely(!at)) {
		at = &b->areas[b->count];
		b->gap = UNKNOWN;
	}
	if (unlikely(b->count == AREAS_PER_BLOCK)) {
		at = split(s, b, (uint32_t)(at - b->areas));
		if (!at)
			return NULL;
		b = area_block(at);
	} else if (unlikely(s->count == AREAS_MAX)) {
		return NULL;
	}
	memmove(at + 1, at, (uint64_t)&b->areas[b->count] - (uint64_t)at);
	*at = *a;
	b->count++;
	s->count++;
	return s->hint = at;
}

/* Merges a block with the next one if both are sparse. Returns how many areas it had, or -1. */
static int merge_next(struct areas *s, uint32_t index)
{
	struct area_block *b = s->blocks[index], *next;
	uint32_t count = b->count;

	if (index + 1 >= s->block_count)
		return -1;
	next = s->blocks[index + 1];
	if (count + next->count > MERGE_MAX)
		return -1;
	memcpy(&b->areas[count], next->areas, next->count * sizeof(struct area));
	b->count += next->count;
	b->gap = MAX(b->gap, next->gap);
	drop_block(s, index + 1);
	return (int)count;
}

/* areas_remove() for more than one block. */
static noinline struct area *remove_from_many(struct areas *s, struct area *at, uint32_t n)
{
	struct area_block *b = area_block(at);
	uint32_t i = (uint32_t)(at - b->areas), index = b->index;
	int before;

	for (s->count -= n;;) {
		uint32_t part = MIN(n, b->count - i);

		b->count -= part;
		n -= part;
		memmove(&b->areas[i], &b->areas[i + part], (b->count - i) * sizeof(struct area));
		if (!b->count && s->block_count > 1)
			drop_block(s, index);
		else if (n)
			index++;
		if (!n)
			break;
		b = s->blocks[index];
		i = 0;
	}
	/* The last block may have become empty. */
	if (index == s->block_count)
		i = s->blocks[--index]->count;
	merge_next(s, index);
	before = index ? merge_next(s, index - 1) : -1;
	if (before >= 0) {
		index--;
		i += (uint32_t)before;
	}
	b = s->blocks[index];
	if (i == b->count) {
		if (index + 1 == s->block_count)
			return s->hint = NULL;
		b = s->blocks[index + 1];
		i = 0;
	}
	b->gap = UNKNOWN;
	return s->hint = &b->areas[i];
}

struct area *areas_remove(struct areas *s, struct area *at, uint32_t n)
{
	struct area_block *b = area_block(at);
	struct area *end;

	if (unlikely(s->block_count > 1))
		return remove_from_many(s, at, n);
	s->count = b->count -= n;
	b->gap = UNKNOWN;
	end = &b->areas[b->count];
	memmove(at, at + n, (uint64_t)end - (uint64_t)at);
	return s->hint = at < end ? at : NULL;
}

/* Returns the gap found below `a`, and points the hint there: the next search is for the same. */
static uint64_t found_below(struct areas *s, struct area *a, uint64_t at)
{
	if (a)
		s->hint = a;
	return at;
}

uint64_t areas_find_gap(struct areas *s, uint64_t bottom, uint64_t top, uint64_t len)
{
	struct area *a = areas_find(s, top - 1), *below = areas_prev(s, a);
	struct area_block *b = a ? area_block(a) : s->blocks[s->block_count - 1];
	uint32_t i = a ? (uint32_t)(a - b->areas) : b->count, index = b->index;
	uint64_t end = a ? MIN(top, a->start) : top, floor = below ? below->end : bottom;

	if (end >= floor && end - floor >= len)
		return found_below(s, a, end - len);
	for (;; i = b->count) {
		bool whole = i == b->count;
		uint64_t widest = 0;

		while (i--) {
			below = i ? &b->areas[i - 1] : areas_prev(s, b->areas);
			floor = below ? below->end : bottom;
			end = b->areas[i].start;
			if (end < floor)
				continue;
			if (end - floor >= len)
				return found_below(s, &b->areas[i], end - len);
			widest = MAX(widest, end - floor);
		}
		if (whole)
			b->gap = widest;
		do {
			if (!index)
				return 0;
			b = s->blocks[--index];
		} while (b->gap < len);
	}
}
