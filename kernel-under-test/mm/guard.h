/*
 * The debug build's watch over kernel memory (`make DEBUG=1`). In the normal build all of this is
 * nothing, and costs nothing.
 *
 * Every object of kmem has a tail, at the end of its block: a red zone, who made it, who freed it.
 * Free objects and free pages are filled with poison, which is looked at when they are handed out
 * again: what was written meanwhile was written after the end of the object's life. Freed objects
 * wait for a while before they are. A mistake ends in one panic line that begins with "mm: ".
 */
#pragma once

#include "lib/types.h"

struct page;

#ifdef BANTAM_DEBUG

/* What to take from the allocator for an object of `size` bytes. */
size_t guard_grow(size_t size);
/* A block that never held an object. */
void guard_fresh(void *block, size_t block_size);
/* A block (or NULL) becomes an object of `size` bytes, filled with a pattern. */
void guard_open(void *block, size_t size, const void *by);
/* Who really made it. */
void guard_maker(void *object, const void *by);
/*
 * Frees an object. Returns a block that may go back to the allocator now, or NULL if none may yet.
 */
void *guard_close(void *object, const void *by);

/*
 * Whether a request for memory is refused, as if there were none: one in `n` is, by chance, from
 * guard_refuse_one_in(n) on; 0 ends it.
 */
bool guard_refuses(void);
void guard_refuse_one_in(uint32_t n);

/* 2^order pages are free now, or in use (NULL: the allocation failed). */
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
