/*
 * Which space each CPU has loaded, and TLB shootdown.
 *
 *   owner                                  another CPU, in the same space
 *   clears or restricts the entry
 *   flushes its own TLB
 *   reads space.cpus; interrupts those --> interrupt, or a wait for the kernel lock or a space's:
 *                                          flushes
 *   waits                            <---  answers
 *   only now frees the page or table
 *
 * The owner holds the space's lock throughout, so changes are serialized. A CPU loads a space
 * without that lock: it sets its bit in space.cpus before, and clears the old space's bit after.
 * The owner reads space.cpus only after changing the entry. With full barriers between the change
 * and the read, and between setting the bit and the load, a CPU whose bit the owner misses sees
 * the new entry.
 *
 * Lazy TLB: an idle CPU keeps the last space loaded, since its thread may soon be back. It runs no
 * user code, so it is not interrupted for pages, only marked stale, and flushes before it leaves
 * idle. It may still walk the tables speculatively, however, so before a table is freed it is made
 * to load the kernel's own tables.
 *
 * With address-space ids, TLB entries outlive the loading of another space: see mm/asid.h.
 */
#pragma once

#include "mm/space.h"

/* Whether other CPUs' TLBs, or other ids of this one, may hold entries of a space. */
extern bool tlb_remote;

/* Call when all CPUs have started, and before they run any thread. */
void tlb_init(void);

/* Makes `s` the current space: page faults and flushes refer to it. NULL: none. */
void space_switch(struct space *s);
struct space *space_current(void);

/* This CPU goes idle: it has no current space, but keeps the last one loaded. */
void space_idle(void);

/* Makes all CPUs unload `s`, in which no thread runs any more. */
void space_unload(struct space *s);

/* Whether this CPU has `s` loaded. */
bool tlb_is_loaded(const struct space *s);

/* Entries of `s` have changed, one or any number: returns when no TLB holds the old ones. */
void tlb_flush_page(struct space *s, uint64_t va);
void tlb_flush(struct space *s);
/* The same if this CPU has already flushed. */
void tlb_flush_others(struct space *s);
/* The same before tables of `s` are freed: idle CPUs unload it as well. */
void tlb_flush_tables(struct space *s);
/*
 * Kernel mappings were removed and flushed on this CPU: returns when all others have flushed too.
 * Call without spinlocks; the kernel lock may be held.
 */
void tlb_flush_kernel(void);
