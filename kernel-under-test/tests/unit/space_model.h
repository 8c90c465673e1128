/*
 * A page-by-page model of address spaces, and a CPU that accesses them as hardware does: through a
 * TLB that only the kernel's own flushes empty.
 */
#pragma once

#include "mm/space.h"
#include "mm/tlb.h"

/* The pages under test: a window that spans two last-level page tables. */
#define WINDOW_PAGES 128
#define WINDOW	     ((1ul << 30) - WINDOW_PAGES / 2 * PAGE_SIZE)

#define OBJECTS	     3
#define OBJECT_PAGES 40

/* Objects that can be mapped, and the words at the start of their pages. */
extern struct object *model_object[OBJECTS];

struct model_page {
	bool mapped;
	uint32_t flags; /* AREA_... */
	int object;	/* -1: anonymous */
	uint64_t index; /* of the object's page */
	bool own;	/* has a private value */
	uint64_t value;
};

struct model {
	struct space *space;
	uint64_t brk;
	struct model_page page[WINDOW_PAGES];
};

static inline uint64_t window_addr(size_t i)
{
	return WINDOW + i * PAGE_SIZE;
}

void model_objects_make(void);
void model_objects_drop(void);

void model_map(struct model *m, size_t from, size_t n, uint32_t flags, int object, uint64_t index);
void model_unmap(struct model *m, size_t from, size_t n);
/* 0, -ENOMEM or -EACCES, like space_protect(). */
int model_protect(struct model *m, size_t from, size_t n, uint32_t prot);
/* 0 or -ENOMEM, like space_discard(). */
int model_discard(struct model *m, size_t from, size_t n);

/* Moves `n` pages with their contents and resizes them to `len`; added pages are fresh. */
void model_move(struct model *m, size_t from, size_t n, size_t to, size_t len);

/* The result of an access: 0, -EFAULT, -EACCES, -ENXIO; *word is read or written. */
int model_access(struct model *m, size_t page, unsigned int access, uint64_t *word);

/* The same through the page tables of the current space, with page faults. */
int cpu_access(uint64_t addr, unsigned int access, uint64_t *word);

/* Compares areas with the model: order, bounds, flags; `resident` counts the entries. */
void model_check_areas(struct model *m);

/* space_cases.c: tests without the model. */
void space_cases(void);
