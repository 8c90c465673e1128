/*
 * Random numbers (xoshiro256**), seeded from what differs between boots. Good for stack canaries
 * and hash seeds; not a source of keys: see docs/caveats.md.
 */
#pragma once

#include "lib/types.h"

void random_seed(uint64_t seed);
uint64_t random_u64(void);
void random_fill(void *to, size_t n);
