/* Control over the kernel memory of a unit test. */
#pragma once

/* All allocations fail after that many more; -1: none does. */
void host_kmem_fail_after(long allocations);

/* Objects allocated and not freed. */
extern long host_kmem_live;
