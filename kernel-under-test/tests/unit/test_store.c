/* Page stores against a plain list. */
#include "host_kmem.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "mm/store.h"
#include "unit.h"

#define KNOWN 300

struct known {
	uint64_t index;
	uint64_t value;
};

static struct known known[KNOWN];
static size_t count;

static struct known *find(uint64_t index)
{
	for (size_t i = 0; i < count; i++)
		if (known[i].index == index)
			return &known[i];
	return NULL;
}

static uint64_t some_index(uint64_t *seed)
{
	/* From dense to sparse, up to 2^40. */
	return rnd(seed) >> (24 + rnd_below(seed, 40));
}

static void check(const struct store *s, uint64_t index)
{
	struct known *k = find(index);
	struct page *p = store_find(s, index);

	CHECK_EQ(p != NULL, k != NULL);
	if (p)
		CHECK(*(uint64_t *)page_to_virt(p) == k->value);
}

static void make(struct store *s, uint64_t index, uint64_t *seed)
{
	struct page *p;

	if (count == KNOWN)
		return;
	CHECK_EQ(store_get_or_create(s, index, &p), 0);
	if (!find(index)) {
		for (size_t i = 0; i < PAGE_SIZE / 8; i++)
			CHECK(((uint64_t *)page_to_virt(p))[i] == 0);
		known[count++] = (struct known){index, rnd(seed)};
	}
	*(uint64_t *)page_to_virt(p) = find(index)->value;
}

static void cut(struct store *s, uint64_t from)
{
	size_t kept = 0;

	store_truncate(s, from);
	for (size_t i = 0; i < count; i++)
		if (known[i].index < from)
			known[kept++] = known[i];
	count = kept;
}

static void round_of(uint64_t seed)
{
	struct store s = {0};
	uint64_t free = page_count_free();

	count = 0;
	for (int step = 0; step < 1500; step++) {
		uint64_t index = some_index(&seed);

		if (rnd_below(&seed, 20) == 0)
			cut(&s, index);
		else
			make(&s, index, &seed);
		check(&s, some_index(&seed));
		if (count)
			check(&s, known[rnd_below(&seed, count)].index);
		CHECK_EQ(free - page_count_free(), count);
	}
	for (size_t i = 0; i < count; i++)
		check(&s, known[i].index);
	cut(&s, 0);
	CHECK(s.root == NULL);
	CHECK_EQ(page_count_free(), free);
	CHECK_EQ(host_kmem_live, 0);
}

/* Removes pages in any order, and the nodes above them with the last. */
static void drops(void)
{
	uint64_t free = page_count_free(), seed = 7, index[64];
	struct store s = {0};
	struct page *p;

	for (size_t i = 0; i < ARRAY_SIZE(index); i++) {
		do
			index[i] = some_index(&seed);
		while (store_find(&s, index[i]));
		CHECK_EQ(store_get_or_create(&s, index[i], &p), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(index); i++) {
		CHECK(store_find(&s, index[i]) != NULL);
		store_remove(&s, index[i]);
		CHECK(store_find(&s, index[i]) == NULL);
		CHECK_EQ(s.count, ARRAY_SIZE(index) - i - 1);
	}
	CHECK(s.root == NULL);
	CHECK_EQ(page_count_free(), free);
	CHECK_EQ(host_kmem_live, 0);
}

static void limits(void)
{
	struct store s = {0};
	struct page *p, *mine = page_alloc_zeroed();

	CHECK_EQ(store_get_or_create(&s, STORE_INDEX_MAX, &p), -EFBIG);
	CHECK_EQ(store_get_or_create(&s, UINT64_MAX, &p), -EFBIG);
	CHECK(store_find(&s, UINT64_MAX) == NULL);
	CHECK_EQ(store_insert(&s, STORE_INDEX_MAX - 1, mine), 0);
	CHECK(store_find(&s, STORE_INDEX_MAX - 1) == mine);
	store_truncate(&s, 0);
	CHECK_EQ(host_kmem_live, 0);
}

/* Each allocation fails in turn; a truncation frees what a failure left behind. */
static void without_memory(void)
{
	for (long after = 0; after < 12; after++) {
		struct store s = {0};
		uint64_t free = page_count_free();
		struct page *p;
		int err;

		CHECK_EQ(store_get_or_create(&s, 5, &p), 0);
		host_kmem_fail_after(after);
		err = store_get_or_create(&s, 1ul << 33, &p);
		host_kmem_fail_after(-1);
		CHECK(err == 0 || err == -ENOMEM);
		CHECK(store_find(&s, 5) != NULL);
		CHECK_EQ(store_find(&s, 1ul << 33) != NULL, err == 0);
		CHECK_EQ(store_get_or_create(&s, 1ul << 33, &p), 0);
		store_truncate(&s, 0);
		CHECK_EQ(page_count_free(), free);
		CHECK_EQ(host_kmem_live, 0);
	}
}

int main(void)
{
	host_boot(16);
	for (uint64_t seed = 0; seed < 40; seed++)
		round_of(seed);
	drops();
	limits();
	without_memory();
	return 0;
}
