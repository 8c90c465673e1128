#include "mm/kstack.h"

#include "arch/mmu.h"
#include "arch/thread.h"
#include "mm/page.h"

/* Half of each slot is guard. */
#define SLOT  (2ul * KSTACK_SIZE)
#define SLOTS (1ul << 20)

#define KSTACK_ORDER 2
_Static_assert(PAGE_SIZE << KSTACK_ORDER == KSTACK_SIZE, "one block a stack");

/* Free stacks are chained through the word at their upper end. */
static uint64_t free_top;
static uint64_t slots_used;

uint64_t kstack_alloc(void)
{
	uint64_t top = free_top;
	struct page *block;

	if (top) {
		free_top = ((uint64_t *)top)[-1];
		return top;
	}
	if (slots_used == SLOTS)
		return 0;
	block = page_alloc_order(KSTACK_ORDER);
	if (!block)
		return 0;
	top = KSTACK_BASE + (slots_used + 1) * SLOT;
	for (uint64_t at = 0; at < KSTACK_SIZE; at += PAGE_SIZE) {
		/* What was mapped before a failure is mapped anew when the slot is tried again. */
		if (mmu_kernel_map(top - KSTACK_SIZE + at, page_to_phys(block) + at) < 0) {
			page_put(block);
			return 0;
		}
	}
	slots_used++;
	return top;
}

void kstack_free(uint64_t top)
{
	((uint64_t *)top)[-1] = free_top;
	free_top = top;
}
