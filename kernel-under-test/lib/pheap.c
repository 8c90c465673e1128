/* The pairing heap. */
#include "lib/pheap.h"

static struct pheap_node *meld(struct pheap_node *a, struct pheap_node *b)
{
	if (!a)
		return b;
	if (!b)
		return a;
	if (b->key < a->key) {
		struct pheap_node *t = a;

		a = b;
		b = t;
	}
	b->prev = a;
	b->sibling = a->child;
	if (b->sibling)
		b->sibling->prev = b;
	a->child = b;
	a->sibling = NULL;
	a->prev = NULL;
	return a;
}

/* The standard two passes: meld siblings in pairs from the left, then the pairs from the right. */
static struct pheap_node *meld_siblings(struct pheap_node *first)
{
	struct pheap_node *pairs = NULL, *root = NULL;

	while (first) {
		struct pheap_node *a = first, *b = a->sibling, *pair;

		first = b ? b->sibling : NULL;
		a->sibling = a->prev = NULL;
		if (b)
			b->sibling = b->prev = NULL;
		pair = meld(a, b);
		pair->sibling = pairs;
		pairs = pair;
	}
	while (pairs) {
		struct pheap_node *next = pairs->sibling;

		pairs->sibling = NULL;
		root = meld(root, pairs);
		pairs = next;
	}
	return root;
}

void pheap_insert(struct pheap *heap, struct pheap_node *node, uint64_t key)
{
	node->key = key;
	node->child = node->sibling = node->prev = NULL;
	heap->root = meld(heap->root, node);
}

void pheap_remove(struct pheap *heap, struct pheap_node *node)
{
	struct pheap_node *rest = meld_siblings(node->child);

	if (node == heap->root) {
		heap->root = rest;
	} else {
		if (node->prev->child == node)
			node->prev->child = node->sibling;
		else
			node->prev->sibling = node->sibling;
		if (node->sibling)
			node->sibling->prev = node->prev;
		heap->root = meld(heap->root, rest);
	}
	node->child = node->sibling = node->prev = NULL;
}
