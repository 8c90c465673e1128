/* The page allocator: with any memory layout no page is handed out twice or lost. */
#include "host_machine.h"
#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

#define MIB   (1ul << 20)
#define SIZE  (48 * MIB)
#define PAGES (SIZE >> PAGE_SHIFT)
#define HELD  600

static struct boot_info info;
static bool taken[PAGES];

struct block {
	struct page *page;
	unsigned int order;
	uint64_t mark;
};

static bool inside(struct boot_region r, uint64_t pa)
{
	return pa + PAGE_SIZE > r.start && pa < r.end;
}

static bool usable(uint64_t pa)
{
	for (size_t i = 0; i < info.usable_count; i++)
		if (pa >= info.usable[i].start && pa + PAGE_SIZE <= info.usable[i].end)
			return true;
	return false;
}

/* Memory with random holes, the image low, an initrd anywhere. */
static void lay_out(uint64_t *seed)
{
	uint64_t at = MIB, initrd;

	memset(&info, 0, sizeof(info));
	info.image = (struct boot_region){IMAGE_START, IMAGE_END};
	while (at < SIZE && info.usable_count < 6) {
		uint64_t end = at + (info.usable_count ? 1 : 12) * MIB +
			       rnd_below(seed, 3000) * PAGE_SIZE;

		info.usable[info.usable_count++] = (struct boot_region){at, MIN(end, SIZE)};
		at = end + rnd_below(seed, 2000) * PAGE_SIZE;
	}
	if (rnd_below(seed, 4)) {
		initrd = ALIGN_UP(IMAGE_END, PAGE_SIZE) + rnd_below(seed, 4) * MIB;
		info.initrd.start = initrd + rnd_below(seed, 2) * 1000;
		info.initrd.end = info.initrd.start + 1 + rnd_below(seed, 3 * MIB);
	}
}

static void fill_region(struct boot_region r)
{
	if (r.end > r.start)
		memset(phys_to_virt(r.start), 0x5a, r.end - r.start);
}

static void check_region(struct boot_region r)
{
	for (uint64_t pa = r.start; pa < r.end; pa++)
		CHECK(*(unsigned char *)phys_to_virt(pa) == 0x5a);
}

static void take(struct block *b, unsigned int order, uint64_t mark)
{
	uint64_t pa;

	b->page = page_alloc_order(order);
	if (!b->page)
		return;
	b->order = order;
	b->mark = mark;
	CHECK_EQ(b->page->refs, 1);
	pa = page_to_phys(b->page);
	CHECK(IS_ALIGNED(pa, PAGE_SIZE << order));
	for (uint64_t i = 0; i < 1ul << order; i++, pa += PAGE_SIZE) {
		CHECK(usable(pa));
		CHECK(!inside(info.image, pa) && !inside(info.initrd, pa));
		CHECK(!taken[pa >> PAGE_SHIFT]);
		taken[pa >> PAGE_SHIFT] = true;
		for (size_t w = 0; w < PAGE_SIZE / 8; w += 64)
			((uint64_t *)phys_to_virt(pa))[w] = mark;
	}
}

static void give(struct block *b)
{
	uint64_t pa = page_to_phys(b->page);

	for (uint64_t i = 0; i < 1ul << b->order; i++, pa += PAGE_SIZE) {
		for (size_t w = 0; w < PAGE_SIZE / 8; w += 64)
			CHECK(((uint64_t *)phys_to_virt(pa))[w] == b->mark);
		taken[pa >> PAGE_SHIFT] = false;
	}
	page_put(b->page);
	b->page = NULL;
}

static void churn(uint64_t *seed)
{
	static struct block held[HELD];
	uint64_t free = page_count_free(), held_pages = 0;

	for (int step = 0; step < 6000; step++) {
		struct block *b = &held[rnd_below(seed, HELD)];

		if (b->page) {
			held_pages -= 1ul << b->order;
			give(b);
		} else {
			uint64_t chance = rnd_below(seed, 100);

			take(b, chance < 70 ? 0 : (unsigned int)rnd_below(seed, PAGE_ORDER_MAX + 1),
			     rnd(seed));
			held_pages += b->page ? 1ul << b->order : 0;
		}
		CHECK_EQ(page_count_free(), free - held_pages);
	}
	for (int i = 0; i < HELD; i++)
		if (held[i].page)
			give(&held[i]);
	CHECK_EQ(page_count_free(), free);
}

/* Allocates every page singly and frees them: blocks must merge again. */
static void exhaust(void)
{
	static struct page *all[PAGES];
	uint64_t n = 0, free = page_count_free(), big = 0;

	while ((all[n] = page_alloc())) {
		*(uint64_t *)page_to_virt(all[n]) = n;
		n++;
	}
	CHECK_EQ(n, free);
	CHECK_EQ(page_count_free(), 0);
	CHECK(page_alloc() == NULL && page_alloc_zeroed() == NULL && page_alloc_order(3) == NULL);
	for (uint64_t i = 0; i < n; i++) {
		CHECK_EQ(*(uint64_t *)page_to_virt(all[i]), i);
		page_put(all[i]);
	}
	CHECK_EQ(page_count_free(), free);
	while ((all[big] = page_alloc_order(4)))
		big++;
	/* Cached single pages, and the ends of regions, may be missing. */
	CHECK(big * 16 + 64 * 16 + 12 * 16 >= free);
	while (big)
		page_put(all[--big]);
	CHECK_EQ(page_count_free(), free);
}

static void references(void)
{
	struct page *p = page_alloc_zeroed();
	uint64_t free = page_count_free();

	for (size_t i = 0; i < PAGE_SIZE / 8; i++)
		CHECK(((uint64_t *)page_to_virt(p))[i] == 0);
	page_get(p);
	page_put(p);
	CHECK_EQ(page_count_free(), free);
	page_put(p);
	CHECK_EQ(page_count_free(), free + 1);
}

static void put_page(void *p)
{
	page_put(p);
}

static void one_layout(uint64_t seed)
{
	uint64_t total;

	host_memory_make(SIZE);
	lay_out(&seed);
	fill_region(info.image);
	fill_region(info.initrd);
	page_init(&info);
	total = page_count_total();
	CHECK(total > 0);
	CHECK_EQ(page_count_free(), total);
	churn(&seed);
	exhaust();
	references();
	check_region(info.image);
	check_region(info.initrd);

	page_release_region(info.initrd);
	page_release_region(info.initrd); /* pages that are free already are left alone */
	CHECK(page_count_total() >= total);
	CHECK_EQ(page_count_free(), page_count_total());
	info.initrd = (struct boot_region){0, 0};
	churn(&seed);
	exhaust();
	check_region(info.image);

	struct page *p = page_alloc();

	page_put(p);
	CHECK(host_panics(put_page, p));
}

int main(void)
{
	for (uint64_t seed = 0; seed < 24; seed++) {
		int status;
		pid_t child = fork();

		if (child == 0) {
			one_layout(seed);
			_exit(0);
		}
		CHECK(waitpid(child, &status, 0) == child);
		if (status) {
			fprintf(stderr, "layout %" PRIu64 " failed\n", seed);
			return 1;
		}
	}
	return 0;
}
