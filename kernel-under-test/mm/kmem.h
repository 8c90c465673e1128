/*
 * Kernel memory allocation. Objects are aligned to their size rounded up to a power of two.
 *
 * Each CPU has a magazine of free objects per size class, which needs no lock; magazines exchange
 * objects with slabs in batches, under the lock of the size class (LOCK_KMEM). The kernel lock is
 * not needed, but without it allocations fail sooner: see mm/page.h.
 */
#pragma once

#include "lib/types.h"

/* Return NULL if out of memory. kmem_zalloc() zeroes the object. */
void *kmem_alloc(size_t size);
void *kmem_zalloc(size_t size);

/* `p` may be NULL. */
void kmem_free(void *p);

/* For SCOPED(kmem_free) on a variable of any pointer type. */
static inline void kmem_free_scoped(void *v)
{
	kmem_free(*(void **)v);
}

/* The size of the block that contains the object. */
size_t kmem_block_size(const void *object);

void kmem_init(void);
