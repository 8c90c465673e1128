/* Areas in blocks against a plain array: random histories, gaps, out of memory. */
#include "host_kmem.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "mm/areas.h"
#include "mm/page.h"
#include "unit.h"

#define MANY   700
#define BOTTOM (16 * PAGE_SIZE)
#define TOP    (3000 * PAGE_SIZE)

static struct area model[MANY];
static uint32_t count;

static void check(struct areas *s)
{
	struct area *a = areas_first(s);
	uint32_t in_blocks = 0;

	CHECK_EQ(s->count, count);
	for (uint32_t i = 0; i < count; i++, a = areas_next(s, a)) {
		CHECK(a && a->start == model[i].start && a->end == model[i].end);
		CHECK(areas_prev(s, a) ? i && areas_prev(s, a)->start == model[i - 1].start : !i);
	}
	CHECK(!a);
	for (uint32_t i = 0; i < s->block_count; i++) {
		CHECK_EQ(s->blocks[i]->index, i);
		CHECK(s->blocks[i]->count || s->block_count == 1);
		in_blocks += s->blocks[i]->count;
	}
	CHECK_EQ(in_blocks, count);
}

static uint32_t find(uint64_t addr)
{
	uint32_t i = 0;

	while (i < count && model[i].end <= addr)
		i++;
	return i;
}

static uint64_t gap(uint64_t top, uint64_t len)
{
	for (uint64_t at = top - len; at >= BOTTOM; at -= PAGE_SIZE) {
		uint32_t i = find(at);

		if (i == count || model[i].start >= at + len)
			return at;
	}
	return 0;
}

static void insert(struct areas *s, uint64_t at)
{
	struct area a = {.start = at, .end = at + PAGE_SIZE}, *is;
	uint32_t i = find(at);

	if (count == MANY || (i < count && model[i].start <= at))
		return;
	is = areas_insert(s, areas_find(s, at), &a);
	CHECK(is && is->start == at);
	memmove(&model[i + 1], &model[i], (count++ - i) * sizeof(a));
	model[i] = a;
}

static void take(struct areas *s, uint64_t at, uint32_t n)
{
	struct area *next;
	uint32_t i = find(at);

	n = MIN(n, count - i);
	if (!n)
		return;
	count -= n;
	memmove(&model[i], &model[i + n], (count - i) * sizeof(model[0]));
	next = areas_remove(s, areas_find(s, at), n);
	CHECK(next ? i < count && next->start == model[i].start : i == count);
}

static void history(uint64_t seed)
{
	uint64_t mood = 0;
	struct areas s, copy;

	count = 0;
	CHECK_EQ(areas_init(&s), 0);
	for (int step = 0; step < 6000; step++) {
		uint64_t at = BOTTOM + rnd_below(&seed, (TOP - BOTTOM) / PAGE_SIZE) * PAGE_SIZE;
		uint64_t top = rnd_below(&seed, 3) ? TOP : MAX(at, BOTTOM + 8 * PAGE_SIZE);
		uint64_t len = (1 + rnd_below(&seed, 8)) * PAGE_SIZE;

		if (step % 512 == 0)
			mood = rnd_below(&seed, 3);
		if (rnd_below(&seed, 3) <= mood)
			insert(&s, at);
		else
			take(&s, at, 1 + (uint32_t)rnd_below(&seed, rnd_below(&seed, 9) ? 3 : 60));
		CHECK_EQ(areas_find_gap(&s, BOTTOM, top, len), gap(top, len));
		if (step % 64)
			continue;
		check(&s);
		CHECK_EQ(areas_init_copy(&copy, &s), 0);
		check(&copy);
		areas_destroy(&copy);
	}
	areas_destroy(&s);
}

/* A reservation holds even when all other memory is gone. */
static void reserved(void)
{
	struct page *hog = NULL, *p;
	struct areas s;

	count = 0;
	CHECK_EQ(areas_init(&s), 0);
	for (uint64_t i = 0; i < 20; i++)
		insert(&s, BOTTOM + 2 * i * PAGE_SIZE);
	CHECK_EQ(areas_reserve(&s, 3), 0);
	while ((p = page_alloc())) {
		*(struct page **)page_to_virt(p) = hog;
		hog = p;
	}
	for (uint64_t i = 0; i < 3; i++)
		insert(&s, BOTTOM + (2 * i * 6 + 1) * PAGE_SIZE);
	check(&s);
	CHECK_EQ(areas_reserve(&s, 9), -ENOMEM);
	for (; hog; hog = p) {
		p = *(struct page **)page_to_virt(hog);
		page_put(hog);
	}
	areas_destroy(&s);
}

int main(void)
{
	uint64_t free;

	host_boot(8);
	free = page_count_free();
	for (uint64_t seed = 0; seed < 12; seed++)
		history(seed);
	reserved();
	CHECK_EQ(page_count_free(), free);
	CHECK_EQ(host_kmem_live, 0);
	return 0;
}
