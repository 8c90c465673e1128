/* Control over the kernel memory of a unit test. */
#pragma once

/* After so many more allocations all fail; -1: none does. */
void host_kmem_fail_after(long allocations);

/* Objects in use. */
extern long host_kmem_live;
