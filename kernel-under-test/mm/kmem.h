/* Kernel memory by the byte. Objects are aligned to their size rounded up to a power of two. */
#pragma once

#include "lib/types.h"

/* NULL when there is no memory. kmem_zalloc() clears it. */
void *kmem_alloc(size_t size);
void *kmem_zalloc(size_t size);

/* `p` may be NULL. */
void kmem_free(void *p);

/* The bytes that the block of an object takes up. */
size_t kmem_block_size(const void *object);

void kmem_init(void);
