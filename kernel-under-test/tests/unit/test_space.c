/* Address spaces: random histories of a family of them against the model, and out of memory. */
#include "arch/mmu.h"
#include "arch/trap.h"
#include "host_kmem.h"
#include "host_machine.h"
#include "lib/errno.h"
#include "mm/asid.h"
#include "mm/kmem.h"
#include "space_model.h"
#include "unit.h"

/* More than there are ASIDs. */
#define FAMILY (ASIDS + 2)
#define BRK    48 /* where the heap starts in the window */

#ifdef SLAB
/* An empty slab of each class may remain. */
#define SPARE 8
#else
#define SPARE 0
#endif

static struct model *family[FAMILY];
static struct model *now;

static void use(struct model *m)
{
	now = m;
	space_switch(m ? m->space : NULL);
}

static struct model *model_make(struct space *space)
{
	struct model *m = calloc(1, sizeof(*m));

	CHECK(m && space);
	m->space = space;
	return m;
}

static struct model *first(void)
{
	struct model *m = model_make(space_create(true, STACK_MAX));

	m->brk = m->space->brk_start = m->space->brk = window_addr(BRK);
	return m;
}

static void forget(struct model *m)
{
	if (m == now)
		use(NULL);
	space_put(m->space);
	free(m);
}

static uint32_t some_prot(uint64_t *seed)
{
	static const uint32_t prots[] = {0, 1, 3, 3, 3, 5, 7, 2, 4};

	return prots[rnd_below(seed, ARRAY_SIZE(prots))];
}

static void some_range(uint64_t *seed, size_t *from, size_t *n)
{
	*from = rnd_below(seed, WINDOW_PAGES);
	*n = 1 + rnd_below(seed, rnd_below(seed, 3) ? 12 : WINDOW_PAGES);
	*n = MIN(*n, WINDOW_PAGES - *from);
}

static void map(uint64_t *seed)
{
	uint32_t flags = some_prot(seed);
	uint64_t index = 0;
	int object = -1;
	size_t from, n;

	some_range(seed, &from, &n);
	if (rnd_below(seed, 2)) {
		object = (int)rnd_below(seed, OBJECTS);
		index = rnd_below(seed, OBJECT_PAGES + 4);
		flags |= rnd_below(seed, 2) ? AREA_SHARED : 0;
		if ((flags & AREA_SHARED) && !(flags & AREA_WRITE) && rnd_below(seed, 2))
			flags |= AREA_NO_WRITE;
	}
	CHECK_EQ(space_map(now->space, window_addr(from), n * PAGE_SIZE, flags,
			   object < 0 ? NULL : model_object[object], index << PAGE_SHIFT),
		 0);
	model_map(now, from, n, flags, object, index);
}

static void change(uint64_t *seed)
{
	size_t from, n;
	uint32_t prot = some_prot(seed);

	some_range(seed, &from, &n);
	switch (rnd_below(seed, 4)) {
	case 0:
		CHECK_EQ(space_unmap(now->space, window_addr(from), n * PAGE_SIZE), 0);
		model_unmap(now, from, n);
		break;
	case 1:
		CHECK_EQ(space_discard(now->space, window_addr(from), n * PAGE_SIZE),
			 model_discard(now, from, n));
		break;
	default:
		CHECK_EQ(space_protect(now->space, window_addr(from), n * PAGE_SIZE, prot),
			 model_protect(now, from, n, prot));
	}
}

static bool is_free(size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++)
		if (i >= WINDOW_PAGES || now->page[i].mapped)
			return false;
	return true;
}

static void remap(uint64_t *seed)
{
	uint64_t old, len, addr;
	size_t from, n, to = rnd_below(seed, WINDOW_PAGES), pages = 1 + rnd_below(seed, 16);
	bool fixed = rnd_below(seed, 2);
	const struct area *a;
	long expected;

	some_range(seed, &from, &n);
	addr = window_addr(from);
	old = n * PAGE_SIZE;
	len = pages * PAGE_SIZE;
	/* Callers ensure that the ranges do not overlap. */
	if (fixed && (to + pages > WINDOW_PAGES || (to < from + n && from < to + pages)))
		return;
	a = space_find(now->space, addr);
	if (!a || a->start > addr || ((fixed || pages > n) && a->end < addr + old))
		expected = -EFAULT;
	else if (fixed)
		expected = (long)window_addr(to);
	else if (pages > n && (a->end != addr + old || !is_free(from + n, pages - n)))
		expected = from + pages > WINDOW_PAGES ? 1 : -ENOMEM;
	else
		expected = (long)addr;
	/* It would leave the window. */
	if (expected == 1)
		return;
	CHECK_EQ(space_remap(now->space, addr, old, len, fixed, false, fixed ? window_addr(to) : 0),
		 expected);
	if (expected > 0)
		model_move(now, from, n, fixed ? to : from, pages);
}

static void move_brk(uint64_t *seed)
{
	uint64_t to = window_addr(BRK) + rnd_below(seed, 40 * PAGE_SIZE);
	size_t old = (ALIGN_UP(now->brk, PAGE_SIZE) - WINDOW) >> PAGE_SHIFT;
	size_t new = (ALIGN_UP(to, PAGE_SIZE) - WINDOW) >> PAGE_SHIFT;
	bool refused = rnd_below(seed, 10) == 0;

	if (refused)
		to = rnd_below(seed, 2) ? window_addr(BRK) - 1 : now->space->top;
	for (size_t i = old; i < new; i++)
		refused |= now->page[i].mapped;
	CHECK_EQ(space_set_brk(now->space, to), refused ? now->brk : to);
	if (refused)
		return;
	now->brk = to;
	if (new > old)
		model_map(now, old, new - old, AREA_READ | AREA_WRITE, -1, 0);
	else
		model_unmap(now, new, old - new);
}

static void touch(size_t page, uint64_t *seed)
{
	static const unsigned int kinds[] = {0, FAULT_WRITE, FAULT_WRITE, FAULT_EXEC};
	unsigned int access = kinds[rnd_below(seed, ARRAY_SIZE(kinds))];
	uint64_t expected = rnd(seed), got = expected;
	int err = model_access(now, page, access, &expected);

	CHECK_EQ(cpu_access(window_addr(page), access, &got), err);
	if (!err)
		CHECK(got == expected);
}

static void clone(uint64_t *seed)
{
	size_t i = rnd_below(seed, FAMILY);
	struct model *m;

	if (family[i] == now)
		return;
	m = model_make(space_clone(now->space));
	m->brk = now->brk;
	memcpy(m->page, now->page, sizeof(m->page));
	if (family[i])
		forget(family[i]);
	family[i] = m;
}

static void switch_space(uint64_t *seed)
{
	size_t i = rnd_below(seed, FAMILY);

	if (family[i])
		use(family[i]);
}

/* A space that is not current, as when a tracer changes it. */
static void change_other(uint64_t *seed)
{
	struct model *in_use = now, *m = family[rnd_below(seed, FAMILY)];

	if (!m)
		return;
	now = m;
	change(seed);
	now = in_use;
}

static void find_gap(uint64_t *seed)
{
	uint64_t want = window_addr(rnd_below(seed, WINDOW_PAGES)), at;
	size_t pages = 1 + rnd_below(seed, 20);
	bool there = true;

	for (size_t i = 0; i < pages; i++) {
		size_t page = ((want - WINDOW) >> PAGE_SHIFT) + i;

		there &= page >= WINDOW_PAGES || !now->page[page].mapped;
	}
	at = space_find_gap(now->space, want, pages * PAGE_SIZE, now->space->top);
	/* Nothing else is mapped: the highest address is right below the top. */
	CHECK_EQ(at, there ? want : now->space->top - pages * PAGE_SIZE);
}

static void history(uint64_t seed)
{
	model_objects_make();
	family[0] = first();
	use(family[0]);
	for (int step = 0; step < 1200; step++) {
		uint64_t chance = rnd_below(&seed, 100);

		if (chance < 12)
			map(&seed);
		else if (chance < 28)
			change(&seed);
		else if (chance < 32)
			move_brk(&seed);
		else if (chance < 36)
			clone(&seed);
		else if (chance < 44)
			switch_space(&seed);
		else if (chance < 47)
			change_other(&seed);
		else if (chance < 50)
			find_gap(&seed);
		else if (chance < 55)
			remap(&seed);
		else
			touch(rnd_below(&seed, WINDOW_PAGES), &seed);
		if (step % 16 == 0)
			model_check_areas(now);
		if (step % 64 == 0)
			for (size_t i = 0; i < WINDOW_PAGES; i++)
				touch(i, &seed);
	}
	for (int i = 0; i < FAMILY; i++) {
		if (family[i])
			forget(family[i]);
		family[i] = NULL;
	}
	model_objects_drop();
}

/* The same calls with less and less memory: they fail and leak nothing. */
static void starve(uint64_t seed, uint64_t pages_left)
{
	struct page *hog = NULL, *p;
	struct space *child = NULL;
	uint64_t word = 1;

	model_objects_make();
	use(family[0] = first());
	for (int i = 0; i < 6; i++)
		map(&seed);
	for (size_t i = 0; i < WINDOW_PAGES; i++)
		cpu_access(window_addr(i), FAULT_WRITE, &word);
	mmu_trim();
	while (page_count_free() > pages_left && (p = page_alloc())) {
		*(struct page **)page_to_virt(p) = hog;
		hog = p;
	}
	for (int i = 0; i < 12; i++) {
		size_t from, n;

		some_range(&seed, &from, &n);
		space_protect(now->space, window_addr(from), n * PAGE_SIZE, some_prot(&seed));
		space_map(now->space, window_addr(from), n * PAGE_SIZE, 3, NULL, 0);
		for (size_t k = 0; k < WINDOW_PAGES; k++)
			cpu_access(window_addr(k), FAULT_WRITE, &word);
		space_unmap(now->space, window_addr(from), n * PAGE_SIZE / 2);
		child = space_clone(now->space);
		if (child)
			space_put(child);
	}
	for (; hog; hog = p) {
		p = *(struct page **)page_to_virt(hog);
		page_put(hog);
	}
	forget(family[0]);
	family[0] = NULL;
	model_objects_drop();
}

int main(void)
{
	uint64_t free;

	host_boot(24);
	kmem_init();
	history(1000); /* fills caches, allocates the zero page */
	mmu_trim();
	free = page_count_free();
	for (uint64_t seed = 0; seed < 120; seed++) {
		/* The second half with ASIDs. */
		if (seed == 60) {
			host_asids = MMU_ASIDS;
			tlb_init();
		}
		history(seed);
		mmu_trim();
		CHECK(page_count_free() + SPARE >= free);
	}
	space_cases();
	for (uint64_t left = 0; left < 80; left++)
		starve(left, left);
	mmu_trim();
	CHECK(page_count_free() + SPARE >= free);
#ifndef SLAB
	CHECK_EQ(host_kmem_live, 0);
#endif
	return 0;
}
