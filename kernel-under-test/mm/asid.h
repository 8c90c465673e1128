/*
 * Address-space ids, where the CPU has them (x86: PCID): what a CPU remembers of a space outlives
 * the loading of another one, and is of use when the CPU comes back, unless the space has changed
 * in between. Each CPU gives the spaces that it loaded last one of a few ids of its own.
 *
 *   owner                                  a CPU that had the space loaded before
 *   clear or narrow the entry
 *   flush here
 *   s->changes++                           enter its bit into s->cpus
 *   read s->cpus; ask those                read s->changes: other than they were? forget all
 *
 * With full barriers in the middle: either the owner sees the bit, and asks, or the CPU sees the
 * change. A CPU where the space is not loaded is not asked, nor does it use what it remembers.
 */
#pragma once

#include "mm/space.h"

#define ASIDS 8

/* One CPU's; only it looks at them. Id n + 1 belongs to slot n. */
struct asids {
	struct {
		uint64_t space;	  /* its number: 0, none */
		uint64_t changes; /* what it had seen of them when all it remembers was right */
	} slot[ASIDS];
	unsigned int next;
} __attribute__((aligned(64)));

/*
 * The id of `s`, to be loaded now. *keep: all that is remembered under it is right; otherwise it
 * must be forgotten. This CPU's bit is in s->cpus already.
 */
unsigned int asid_of(struct asids *ids, struct space *s, bool *keep);

/* `s`, loaded here and all its changes forgotten here, has changed so many times. */
void asid_seen(struct asids *ids, const struct space *s, uint64_t changes);
