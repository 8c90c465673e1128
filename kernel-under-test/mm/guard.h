/*
 * The debug build's checks on kernel memory (`make DEBUG=1`); the normal build compiles none of it.
 *
 * Every kmem object has a tail at the end of its block: a red zone, who allocated it and who freed
 * it. Free objects and pages are filled with poison, which is checked when they are allocated
 * again: a mismatch is a write after free. Freed objects spend some time in quarantine before they
 * are reused. A mistake ends in one panic line that begins with "mm: ".
 */
#pragma once

#include "lib/types.h"

struct page;

#ifdef BANTAM_DEBUG

/* Bytes to take from the allocator for an object of `size` bytes. */
size_t guard_block_size(size_t size);
/* Initializes a block that has never held an object. */
void guard_init_block(void *block, size_t block_size);
/* A block (or NULL) becomes an object of `size` bytes, allocated by the caller at `by`. */
void guard_alloc(void *block, size_t size, const void *by);
/* Corrects the recorded caller of the allocation. */
void guard_set_caller(void *object, const void *by);
/* An object is freed. Returns a block to give back to the allocator now, or NULL. */
void *guard_free(void *object, const void *by);

/*
 * Fault injection: whether this allocation should fail. After guard_set_fail_rate(n) one in `n`
 * does, at random; 0 turns it off.
 */
bool guard_should_fail(void);
void guard_set_fail_rate(uint32_t n);

/* 2^order pages have been freed, or allocated (NULL: the allocation failed). */
void guard_page_free(struct page *p, unsigned int order);
void guard_page_alloc(struct page *p, unsigned int order);

#else

#define guard_block_size(size)		    (size)
#define guard_init_block(block, block_size) ((void)0)
#define guard_alloc(block, size, by)	    ((void)0)
#define guard_set_caller(object, by)	    ((void)0)
#define guard_free(object, by)		    (object)
#define guard_should_fail()		    false
#define guard_page_free(p, order)	    ((void)0)
#define guard_page_alloc(p, order)	    ((void)0)

#endif
