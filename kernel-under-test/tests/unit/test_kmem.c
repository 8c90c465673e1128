/* The kernel memory allocator: alignment, overlap, leaks. */
#include "host_machine.h"
#include "mm/kmem.h"
#include "unit.h"

#define HELD 3000

/*
 * Pages that may remain: an empty slab for each of the 8 classes, and one for each free object in
 * the CPU's cache, which holds at most 16 and no more than a page.
 */
#define KEPT (8 + 5 * 16 + 8 + 4 + 2)

struct held {
	unsigned char *at;
	size_t size;
	unsigned char mark;
};

static size_t some_size(uint64_t *seed)
{
	switch (rnd_below(seed, 8)) {
	case 0:
		return 1 + rnd_below(seed, 200000);
	case 1:
		/* Around powers of two, where size classes meet. */
		return (1ul << (4 + rnd_below(seed, 10))) + rnd_below(seed, 3) - 1;
	default:
		return 1 + rnd_below(seed, 600);
	}
}

static void churn(uint64_t seed)
{
	static struct held held[HELD];

	for (int step = 0; step < 40000; step++) {
		struct held *h = &held[rnd_below(&seed, HELD)];

		if (h->at) {
			for (size_t i = 0; i < h->size; i += 1 + i / 16)
				CHECK_EQ(h->at[i], h->mark);
			CHECK_EQ(h->at[h->size - 1], h->mark);
			kmem_free(h->at);
			h->at = NULL;
			continue;
		}
		h->size = some_size(&seed);
		h->mark = (unsigned char)rnd(&seed);
		if (rnd_below(&seed, 2)) {
			h->at = kmem_zalloc(h->size);
			for (size_t i = 0; h->at && i < h->size; i += 1 + i / 16)
				CHECK_EQ(h->at[i], 0);
		} else {
			h->at = kmem_alloc(h->size);
		}
		if (h->at) {
			uint64_t align = 16;

			while (align < h->size && align < PAGE_SIZE)
				align *= 2;
			CHECK(IS_ALIGNED((uint64_t)h->at - host_arena, align));
			memset(h->at, h->mark, h->size);
		}
	}
	for (int i = 0; i < HELD; i++) {
		kmem_free(held[i].at);
		held[i].at = NULL;
	}
}

/* Allocates until memory runs out, frees everything, and gets as much again. */
static uint64_t fill_up(size_t size)
{
	void **chain = NULL, **next;
	uint64_t n = 0;

	while ((next = kmem_alloc(size))) {
		*next = chain;
		chain = next;
		n++;
	}
	for (; chain; chain = next) {
		next = *chain;
		kmem_free(chain);
	}
	return n;
}

int main(void)
{
	uint64_t free, n;

	host_boot(32);
	kmem_init();
	free = page_count_free();
	kmem_free(NULL);
	CHECK(kmem_alloc(8ul << 20) == NULL);
	for (uint64_t seed = 0; seed < 8; seed++) {
		churn(seed);
		CHECK(page_count_free() + KEPT >= free);
	}
	for (size_t size = 16; size <= 2048; size *= 2) {
		n = fill_up(size);
		CHECK(n >= (free - KEPT) * (PAGE_SIZE / size));
		CHECK_EQ(fill_up(size), n);
	}
	CHECK(page_count_free() + KEPT >= free);
	return 0;
}
