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
size_t guard_grow(size_t size);
/* Initializes a block that has never held an object. */
void guard_fresh(void *block, size_t block_size);
/* A block (or NULL) becomes an object of `size` bytes, allocated by the caller at `by`. */
void guard_open(void *block, size_t size, const void *by);
/* Corrects the recorded caller of the allocation. */
void guard_maker(void *object, const void *by);
/* An object is freed. Returns a block to give back to the allocator now, or NULL. */
void *guard_close(void *object, const void *by);

/*
 * Fault injection: whether this allocation should fail. After guard_refuse_one_in(n) one in `n`
 * does, at random; 0 turns it off.
 */
bool guard_refuses(void);
void guard_refuse_one_in(uint32_t n);

/* 2^order pages have been freed, or allocated (NULL: the allocation failed). */
void guard_page_close(struct page *p, unsigned int order);
void guard_page_open(struct page *p, unsigned int order);

#else

#define guard_grow(size)	       (size)
#define guard_fresh(block, block_size) ((void)0)
#define guard_open(block, size, by)    ((void)0)
#define guard_maker(object, by)	       ((void)0)
#define guard_close(object, by)	       (object)
#define guard_refuses()		       false
#define guard_page_close(p, order)     ((void)0)
#define guard_page_open(p, order)      ((void)0)

#endif
