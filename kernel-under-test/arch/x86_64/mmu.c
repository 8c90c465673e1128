/* Page tables: the kernel half, and creating, walking and freeing address spaces. */
#include "arch/mmu.h"

#include "arch/boot.h"
#include "lib/errno.h"
#include "lib/list.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "x86.h"

#define LARGE_PAGE (1ull << 21)
#define FOUR_GIB   (1ull << 32)
#define USER_HALF  256
/* The range of one top-level entry: mappings beyond it would not appear in existing spaces. */
#define DEVICES_TOP (1ull << 39)

static uint64_t kernel_root;

/* Free tables a CPU caches at most. */
#define SPARES_MAX 64

/*
 * Per-CPU caches, hence lockless, of free table pages, with all entries clear, and of free
 * top-level tables, with the user half clear and the kernel half filled in: that half never changes
 * after mmu_init().
 */
static struct spares {
	struct list tables, tops;
	unsigned int count;
} __attribute__((aligned(64))) spares[CPUS_MAX];

static struct spares *spares_of_cpu(void)
{
	return &spares[arch_cpu_id()];
}

static unsigned int index_at(uint64_t va, int level)
{
	return (va >> (PAGE_SHIFT + 9 * level)) & 511;
}

static uint64_t *table_of(uint64_t entry)
{
	return phys_to_virt(entry & PTE_ADDR);
}

uint64_t mmu_kernel_root(void)
{
	return kernel_root;
}

/* The entry for `va` at `level` in the kernel half, with tables from `alloc` as needed. */
static uint64_t *kernel_entry(uint64_t va, int level, uint64_t (*alloc)(void))
{
	uint64_t *table = phys_to_virt(kernel_root);

	for (int l = 3; l > level; l--) {
		uint64_t *e = &table[index_at(va, l)];

		if (!*e) {
			uint64_t pa = alloc();

			if (!pa)
				return NULL;
			*e = pa | PTE_PRESENT | PTE_WRITE;
		}
		table = table_of(*e);
	}
	return &table[index_at(va, level)];
}

static bool has_ram(const struct boot_info *info, uint64_t start, uint64_t end)
{
	for (size_t i = 0; i < info->usable_count; i++)
		if (start < info->usable[i].end && end > info->usable[i].start)
			return true;
	return false;
}

static void map_all_memory(const struct boot_info *info, uint64_t (*alloc_page)(void))
{
	uint64_t top = MAX(info->usable[info->usable_count - 1].end, FOUR_GIB);

	for (uint64_t pa = 0; pa < top; pa += LARGE_PAGE) {
		uint64_t *e = kernel_entry(DIRECT_MAP + pa, 1, alloc_page);

		/* Not memory: device registers or nothing, so uncached. */
		*e = pa | PTE_PRESENT | PTE_WRITE | PTE_LARGE | PTE_GLOBAL | x86_pte_nx |
		     (has_ram(info, pa, pa + LARGE_PAGE) ? 0 : PTE_PCD | PTE_PWT);
	}
}

static void map_image(uint64_t from, uint64_t to, uint64_t flags, uint64_t (*alloc_page)(void))
{
	for (uint64_t va = from; va < to; va += PAGE_SIZE)
		*kernel_entry(va, 0, alloc_page) =
			(va - KERNEL_BASE) | PTE_PRESENT | PTE_GLOBAL | flags;
}

void mmu_init(const struct boot_info *info, uint64_t (*alloc_page)(void))
{
	uint64_t *top;

	for (size_t i = 0; i < CPUS_MAX; i++) {
		list_init(&spares[i].tables);
		list_init(&spares[i].tops);
	}
	kernel_root = alloc_page();
	map_all_memory(info, alloc_page);
	map_image((uint64_t)image_start, (uint64_t)image_rodata, 0, alloc_page);
	map_image((uint64_t)image_rodata, (uint64_t)image_data, x86_pte_nx, alloc_page);
	map_image((uint64_t)image_data, (uint64_t)image_end, x86_pte_nx | PTE_WRITE, alloc_page);

	/* All top-level tables share the kernel half's entries, so all must exist from now on. */
	top = phys_to_virt(kernel_root);
	for (unsigned int i = USER_HALF; i < MMU_TABLE_ENTRIES; i++)
		if (i == index_at(KSTACK_BASE, 3) && !top[i])
			top[i] = alloc_page() | PTE_PRESENT | PTE_WRITE;
	x86_write_cr3(kernel_root);
}

int mmu_kernel_map(uint64_t va, uint64_t pa)
{
	uint64_t *e = kernel_entry(va, 0, mmu_page_alloc);

	if (!e)
		return -ENOMEM;
	*e = pa | PTE_PRESENT | PTE_WRITE | PTE_GLOBAL | x86_pte_nx;
	return 0;
}

uint64_t mmu_kernel_unmap(uint64_t va)
{
	uint64_t *e = kernel_entry(va, 0, mmu_page_alloc), pa = *e & PTE_ADDR;

	*e = 0;
	mmu_flush_page(va);
	return pa;
}

int mmu_device_map(uint64_t pa, uint64_t size)
{
	uint64_t end = pa + size;

	if (end < pa || end > DEVICES_TOP)
		return -ENXIO;
	for (pa = ALIGN_DOWN(pa, LARGE_PAGE); pa < end; pa += LARGE_PAGE) {
		uint64_t *e = kernel_entry(DIRECT_MAP + pa, 1, mmu_page_alloc);

		if (!e)
			return -ENOMEM;
		if (!*e)
			*e = pa | PTE_PRESENT | PTE_WRITE | PTE_LARGE | PTE_GLOBAL | PTE_PCD |
			     PTE_PWT | x86_pte_nx;
		/* Mapped cacheable: that is RAM, whatever the device claims. */
		if (!(*e & PTE_PCD))
			return -ENXIO;
	}
	return 0;
}

/* Links a clear table page at *slot and chains it on `tables`. */
static int table_add(uint64_t *slot, struct list *tables)
{
	struct spares *s = spares_of_cpu();
	uint64_t pa;

	if (!list_empty(&s->tables)) {
		struct list *l = s->tables.next;

		list_remove(l);
		s->count--;
		list_push_front(tables, l);
		pa = mmu_link_page(l);
	} else {
		pa = mmu_page_alloc();
		if (!pa)
			return -ENOMEM;
		list_push_front(tables, mmu_page_link(pa));
	}
	*mmu_page_slot(pa) = slot;
	*slot = pa | PTE_PRESENT | PTE_WRITE | PTE_USER;
	return 0;
}

/* Caches the page, whose entries are clear, or frees it if the cache is full. */
static inline void spare(struct list *spares_of, struct spares *s, struct list *l)
{
	if (unlikely(s->count == SPARES_MAX)) {
		mmu_page_free(mmu_link_page(l));
		return;
	}
	s->count++;
	list_push_front(spares_of, l);
}

int mmu_space_create(uint64_t *root, struct list *tables)
{
	struct spares *s = spares_of_cpu();
	uint64_t pa;

	list_init(tables);
	if (!list_empty(&s->tops)) {
		struct list *l = s->tops.next;

		list_remove(l);
		s->count--;
		*root = mmu_link_page(l);
		return 0;
	}
	pa = mmu_page_alloc();
	if (!pa)
		return -ENOMEM;
	memcpy((uint64_t *)phys_to_virt(pa) + USER_HALF,
	       (uint64_t *)phys_to_virt(kernel_root) + USER_HALF, USER_HALF * sizeof(uint64_t));
	*root = pa;
	return 0;
}

void mmu_space_destroy(uint64_t root, struct list *tables)
{
	struct spares *s = spares_of_cpu();

	/* Children precede their parents on the chain, so each slot is still in a live table. */
	while (!list_empty(tables)) {
		struct list *l = tables->next;

		**mmu_page_slot(mmu_link_page(l)) = 0;
		list_remove(l);
		spare(&s->tables, s, l);
	}
	spare(&s->tops, s, mmu_page_link(root));
}

uint64_t *mmu_entry_make(uint64_t root, struct list *tables, uint64_t va)
{
	uint64_t *table = phys_to_virt(root);

	for (int level = 3; level > 0; level--) {
		uint64_t *e = &table[index_at(va, level)];

		if (unlikely(!*e) && table_add(e, tables) < 0)
			return NULL;
		table = table_of(*e);
	}
	return &table[index_at(va, 0)];
}

uint64_t *mmu_entry_next(uint64_t root, uint64_t *at, uint64_t end)
{
	uint64_t va = *at;

	while (va < end) {
		uint64_t *table = phys_to_virt(root);
		int level;

		for (level = 3; level > 0; level--) {
			uint64_t e = table[index_at(va, level)];

			if (!e)
				break;
			table = table_of(e);
		}
		if (level == 0) {
			*at = va;
			return &table[index_at(va, 0)];
		}
		/* Nothing below this entry: skip to the next one of its level. */
		va = ALIGN_DOWN(va, 1ull << (PAGE_SHIFT + 9 * level)) +
		     (1ull << (PAGE_SHIFT + 9 * level));
	}
	return NULL;
}

uint64_t mmu_table_unlink(uint64_t root, uint64_t va)
{
	uint64_t *table = phys_to_virt(root), *e, pa;

	for (int level = 3; level > 1; level--) {
		if (!table[index_at(va, level)])
			return 0;
		table = table_of(table[index_at(va, level)]);
	}
	e = &table[index_at(va, 1)];
	pa = *e & PTE_ADDR;
	if (pa)
		list_remove(mmu_page_link(pa));
	*e = 0;
	return pa;
}

void mmu_table_free(uint64_t pa)
{
	struct spares *s = spares_of_cpu();

	spare(&s->tables, s, mmu_page_link(pa));
}

static void free_all(struct list *spares_of)
{
	while (!list_empty(spares_of)) {
		struct list *l = spares_of->next;

		list_remove(l);
		mmu_page_free(mmu_link_page(l));
	}
}

size_t mmu_trim(void)
{
	struct spares *s = spares_of_cpu();
	size_t n = s->count;

	free_all(&s->tables);
	free_all(&s->tops);
	s->count = 0;
	return n;
}
