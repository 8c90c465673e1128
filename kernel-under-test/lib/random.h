/*
 * Random numbers: ChaCha20 under a key that each batch of numbers replaces ("fast key erasure"), so
 * that who reads the kernel's memory learns nothing of the numbers that were given out before. Each
 * batch takes in new noise. How hard the numbers are to guess depends on what was mixed in: see
 * docs/caveats.md. Callers hold the kernel lock.
 */
#pragma once

#include "lib/types.h"

uint64_t random_u64(void);
void random_fill(void *to, size_t n);

/* Takes in what others may know little of. It can only make the numbers harder to guess. */
void random_mix(const void *from, size_t n);

/* Given by arch: what the machine has that is hard to know, a time or better. */
uint64_t random_noise(void);
