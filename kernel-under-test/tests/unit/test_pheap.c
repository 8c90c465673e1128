/* The pairing heap against a plain array. */
#include "lib/pheap.h"
#include "unit.h"

#define NODES 200

static uint64_t least_key(const struct pheap_node *nodes, const bool *in)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < NODES; i++)
		if (in[i] && nodes[i].key < least)
			least = nodes[i].key;
	return least;
}

static void round_of(uint64_t seed)
{
	static struct pheap_node nodes[NODES];
	static bool in[NODES];
	struct pheap heap = {NULL};
	int count = 0;
	/* Few distinct keys in some rounds, so that equal ones occur. */
	uint64_t keys = rnd_below(&seed, 2) ? 5 : UINT64_MAX;

	memset(in, 0, sizeof(in));
	for (int step = 0; step < 3000; step++) {
		int i = (int)rnd_below(&seed, NODES);

		if (!in[i]) {
			pheap_insert(&heap, &nodes[i], rnd_below(&seed, keys));
			in[i] = true;
			count++;
		} else {
			if (rnd_below(&seed, 3) == 0)
				i = (int)(pheap_min(&heap) - nodes);
			CHECK(in[i]);
			pheap_remove(&heap, &nodes[i]);
			in[i] = false;
			count--;
		}
		CHECK_EQ(!pheap_min(&heap), count == 0);
		if (count)
			CHECK(pheap_min(&heap)->key == least_key(nodes, in));
	}
	for (uint64_t last = 0; pheap_min(&heap); count--) {
		struct pheap_node *n = pheap_min(&heap);

		CHECK(n->key >= last);
		last = n->key;
		pheap_remove(&heap, n);
	}
	CHECK_EQ(count, 0);
}

int main(void)
{
	for (uint64_t seed = 0; seed < 60; seed++)
		round_of(seed);
	return 0;
}
