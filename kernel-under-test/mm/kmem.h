/* Kernel memory by the byte. Objects are aligned to their size rounded up to a power of two. */
#pragma once

#include "lib/types.h"

/* NULL when there is no memory. kmem_zalloc() clears it. */
void *kmem_alloc(size_t size);
void *kmem_zalloc(size_t size);

/* `p` may be NULL. */
void kmem_free(void *p);

void kmem_init(void);
