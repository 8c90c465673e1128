/*
 * A pairing heap whose links live inside the things ordered: insert in O(1), take the least or
 * remove any in O(log n) amortised, no memory of its own.
 */
#pragma once

#include "lib/types.h"

struct pheap_node {
	uint64_t key;
	struct pheap_node *child;
	struct pheap_node *sibling;
	/* The left sibling, or the parent for a first child; NULL for the root. */
	struct pheap_node *prev;
};

struct pheap {
	struct pheap_node *root;
};

void pheap_insert(struct pheap *heap, struct pheap_node *node, uint64_t key);

/* `node` must be in the heap. */
void pheap_remove(struct pheap *heap, struct pheap_node *node);

/* The node with the least key, or NULL; it stays in the heap. */
static inline struct pheap_node *pheap_least(const struct pheap *heap)
{
	return heap->root;
}
