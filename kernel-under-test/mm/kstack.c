/* Kernel stacks: allocation, and a cache of free ones. */
#include "mm/kstack.h"

#include "arch/mmu.h"
#include "arch/thread.h"
#include "mm/page.h"
#include "mm/tlb.h"

/* The lower half of each slot is the guard. Enough for every process id. */
#define SLOT  (2ul * KSTACK_SIZE)
#define SLOTS (1ul << 16)

#define KSTACK_ORDER 2
_Static_assert(MMU_TABLE_SPAN % SLOT == 0, "a slot lies within one table");
_Static_assert(PAGE_SIZE << KSTACK_ORDER == KSTACK_SIZE, "one block a stack");

/* With more free stacks than FREE_MAX, BATCH are freed at once: one TLB shootdown for all. */
#define FREE_MAX 96
#define BATCH	 32

/* Free stacks are linked through their topmost word. */
static uint64_t free_top;
static unsigned int free_count;

/* A bitmap of slots with a stack, and the first word that may have a clear bit. */
static uint64_t slots[SLOTS / 64];
static size_t first_word;

static uint64_t top_of(size_t slot)
{
	return KSTACK_BASE + (slot + 1) * SLOT - sizeof(struct arch_stack_end);
}

static size_t slot_of(uint64_t top)
{
	return (top - KSTACK_BASE) / SLOT;
}

static uint64_t bottom_of(uint64_t top)
{
	return top + sizeof(struct arch_stack_end) - KSTACK_SIZE;
}

static uint64_t pop(void)
{
	uint64_t top = free_top;

	free_top = ((uint64_t *)top)[-1];
	free_count--;
	return top;
}

/* Only mapping the first page can fail: a slot lies within one page table. */
static int map(uint64_t bottom, uint64_t pa)
{
	int err = 0;

	for (uint64_t at = 0; !err && at < KSTACK_SIZE; at += PAGE_SIZE)
		err = mmu_kernel_map(bottom + at, pa + at);
	return err;
}

/* Returns the physical address. */
static uint64_t unmap(uint64_t bottom)
{
	uint64_t pa = mmu_kernel_unmap(bottom);

	for (uint64_t at = PAGE_SIZE; at < KSTACK_SIZE; at += PAGE_SIZE)
		mmu_kernel_unmap(bottom + at);
	return pa;
}

static uint64_t create(void)
{
	struct page *block;
	uint64_t top;
	size_t slot;

	while (first_word < ARRAY_SIZE(slots) && !~slots[first_word])
		first_word++;
	if (first_word == ARRAY_SIZE(slots))
		return 0;
	slot = 64 * first_word + (size_t)__builtin_ctzl(~slots[first_word]);
	top = top_of(slot);
	block = page_alloc_order(KSTACK_ORDER);
	if (!block)
		return 0;
	if (map(bottom_of(top), page_to_phys(block)) < 0) {
		page_put(block);
		return 0;
	}
	slots[first_word] |= BIT(slot % 64);
	arch_stack_init(top);
	return top;
}

/* Pages and slots may be reused only after no CPU has the old mapping in its TLB. */
static noinline void free_batch(void)
{
	struct page *blocks[BATCH];

	for (size_t i = 0; i < BATCH; i++) {
		uint64_t top = pop();
		size_t slot = slot_of(top);

		blocks[i] = phys_to_page(unmap(bottom_of(top)));
		slots[slot / 64] &= ~BIT(slot % 64);
		first_word = MIN(first_word, slot / 64);
	}
	tlb_flush_kernel();
	for (size_t i = 0; i < BATCH; i++)
		page_put(blocks[i]);
}

uint64_t kstack_alloc(void)
{
	return likely(free_top) ? pop() : create();
}

void kstack_free(uint64_t top)
{
	((uint64_t *)top)[-1] = free_top;
	free_top = top;
	if (unlikely(++free_count > FREE_MAX))
		free_batch();
}
