/*
 * An intrusive pairing heap: insert in O(1), remove any node in O(log n) amortized, no memory of
 * its own.
 */
#pragma once

#include "lib/types.h"

struct pheap_node {
	uint64_t key;
	struct pheap_node *child;
	struct pheap_node *sibling;
	/* The left sibling, or the parent of a first child; NULL for the root. */
	struct pheap_node *prev;
};

struct pheap {
	struct pheap_node *root;
};

void pheap_insert(struct pheap *heap, struct pheap_node *node, uint64_t key);

/* `node` must be in the heap. */
void pheap_remove(struct pheap *heap, struct pheap_node *node);

/* The node with the smallest key, or NULL; it stays in the heap. */
static inline struct pheap_node *pheap_min(const struct pheap *heap)
{
	return heap->root;
}
