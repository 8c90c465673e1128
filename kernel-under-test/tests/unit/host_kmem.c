/*
 * mm/kmem.h over the C library's allocator, so that the sanitizers see every use after free, every
 * byte out of bounds and every leak; and so that any allocation can be made to fail.
 */
#include "host_kmem.h"

#include "mm/kmem.h"

#include <stdlib.h>
#include <string.h>

static long countdown = -1;
long host_kmem_live;

void host_kmem_fail_after(long allocations)
{
	countdown = allocations;
}

void kmem_init(void)
{
}

void *kmem_alloc(size_t size)
{
	void *p;

	if (countdown == 0)
		return NULL;
	if (countdown > 0)
		countdown--;
	p = malloc(size);
	if (p) {
		/* Contents are undefined: make a use of them visible. */
		memset(p, 0xa5, size);
		host_kmem_live++;
	}
	return p;
}

void *kmem_zalloc(size_t size)
{
	void *p = kmem_alloc(size);

	if (p)
		memset(p, 0, size);
	return p;
}

void kmem_free(void *p)
{
	if (p)
		host_kmem_live--;
	free(p);
}
