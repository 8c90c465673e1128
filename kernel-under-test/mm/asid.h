/*
 * Address-space ids, where the CPU has them (x86: PCIDs). They let TLB entries of a space survive
 * while another one is loaded, to be used again if the space has not changed in between. Each CPU
 * assigns a few ids of its own to the spaces it loaded last.
 *
 *   owner                                  a CPU that had the space loaded before
 *   clears or restricts the entry
 *   flushes its own TLB
 *   s->tlb_gen++                           sets its bit in s->cpus
 *   reads s->cpus; interrupts those        reads s->tlb_gen: changed? flush
 *
 * With full barriers in the middle, either the owner sees the bit and interrupts the CPU, or the
 * CPU sees the new generation. A CPU that does not have the space loaded is not interrupted, and
 * does not use its stale entries.
 */
#pragma once

#include "mm/space.h"

#define ASIDS 8

/* Per CPU and only accessed by it. Slot n has id n + 1. */
struct asids {
	struct {
		uint64_t space;	  /* its ctx_id; 0: free */
		uint64_t tlb_gen; /* up to which the TLB is up to date */
	} slot[ASIDS];
	unsigned int next;
} __attribute__((aligned(64)));

/*
 * The id to load `s` with. *keep: its TLB entries are up to date; otherwise they must be flushed.
 * The caller has set this CPU's bit in s->cpus.
 */
unsigned int asid_choose(struct asids *ids, struct space *s, bool *keep);

/* Records that this CPU, which has `s` loaded, has flushed up to generation `tlb_gen`. */
void asid_update_gen(struct asids *ids, const struct space *s, uint64_t tlb_gen);
