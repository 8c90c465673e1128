/* The same as test_space.c, over the kernel's own slab allocator. */
#define SLAB 1
#include "test_space.c"
