/*
 * Kernel memory by the byte. Objects are aligned to their size rounded up to a power of two.
 *
 * Each CPU has a few free objects of each size at hand, which it takes and gives back without a
 * lock; they come from slabs, and go back to them, several at a time under the lock of their size
 * (LOCK_KMEM). Nothing here wants the kernel lock, but without it NULL comes sooner: mm/page.h.
 */
#pragma once

#include "lib/types.h"

/* NULL when there is no memory. kmem_zalloc() clears it. */
void *kmem_alloc(size_t size);
void *kmem_zalloc(size_t size);

/* `p` may be NULL. */
void kmem_free(void *p);

/* For SCOPED(kmem_free), whatever the variable points to. */
static inline void kmem_free_scoped(void *v)
{
	kmem_free(*(void **)v);
}

/* The size of the block that an object is in. */
size_t kmem_block_size(const void *object);

void kmem_init(void);
