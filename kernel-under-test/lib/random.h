/*
 * Random numbers: ChaCha20 with fast key erasure. Each batch of output replaces the key, so that
 * reading the kernel's memory reveals no numbers handed out before. Each batch also takes in new
 * entropy; how unpredictable the numbers are depends on what was mixed in: see docs/caveats.md.
 * Callers hold the kernel lock.
 */
#pragma once

#include "lib/types.h"

uint64_t random_u64(void);
void random_fill(void *to, size_t n);

/* Mixes in entropy. It can only make the output harder to predict. */
void random_mix(const void *from, size_t n);

/* Implemented by arch: something hard to predict, at least a cycle count. */
uint64_t random_entropy(void);
