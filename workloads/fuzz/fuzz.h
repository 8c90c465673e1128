/* The fuzzer's parts: where random comes from, what arguments are made of, which calls there are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* System calls are numbered below this on every architecture that Linux runs on. */
#define CALL_MAX 512

/*
 * Pages that the calls' arguments point into: some that are always there and hold words that make
 * sense, some that come and go, and some that only a kernel writes to.
 */
#define ARENA_AT 0x10000000ul
#define ARENA_SIZE (64ul << 12)
#define FLICKER_AT (ARENA_AT + ARENA_SIZE)
#define FLICKER_MAX (8ul << 12)
#define OUT_AT 0x18000000ul
#define OUT_SIZE (16ul << 12)

/* The same sequence for the same seed: what goes wrong can be made to go wrong again. */
void random_seed(uint64_t seed);
uint64_t random64(void);
uint64_t below(uint64_t n);

/* Maps the arena anew and fills it with words that make some sense as structures. */
bool arena_make(void);
/* Changes a word of the arena, or takes a flickering page away, or brings it back. */
void arena_disturb(void);

/* A word that a kernel wrote and that points into it, or 0. */
uint64_t arena_leak(void);

/* The six arguments of a call: nearly right where the call is known, hostile or random else. */
void arguments(long nr, uint64_t out[6]);

/* Calls that end the run, or only wait: nothing is learned from them. */
bool is_left_out(long nr);
