/*
 * Which space each CPU has loaded, and making all CPUs forget what has changed in one.
 *
 *   owner                                  another CPU, in the same space
 *   clear or narrow the entry
 *   flush here
 *   read space.cpus; ask each of them ---> interrupt, or a wait for the kernel lock or a space's:
 *                                          flush
 *   wait                             <---  answer
 *   only now: put the page, let others have the table
 *
 * The owner holds the space's lock all the while, so entries change one change at a time. A CPU
 * loads a space without that lock: it enters its bit into space.cpus first, and takes it out after
 * it has loaded another. The owner reads space.cpus only after it has changed the entry (with a
 * full barrier between, as between the bit and the load), so a bit that it does not see is that of
 * a CPU that will find the new entry.
 *
 * An idle CPU keeps the last space loaded, since the thread may soon be back. It runs no user code,
 * so it is not interrupted for pages: it is marked, and flushes before it leaves idle. But it may
 * still walk the tables on its own account; so before a table goes it is asked to load the
 * kernel's own.
 *
 * Where spaces have ids, CPUs that had one loaded before remember it too: mm/asid.h.
 */
#pragma once

#include "mm/space.h"

/* Whether more than this CPU's TLB, under the id in use, may remember entries of a space. */
extern bool tlb_elsewhere;

/* The CPUs that there are have begun, and run no thread yet but this one. */
void tlb_init(void);

/* The space that trap_page_fault() and the flushes speak of, from now on. NULL: none. */
void space_use(struct space *s);
struct space *space_used(void);

/* This CPU has nothing to run: it keeps the space that is loaded, for no thread. */
void space_idle(void);

/* No thread runs in `s` any more: no CPU keeps it loaded either. */
void space_leave(struct space *s);

/* Whether this CPU has `s` loaded. */
bool tlb_here(const struct space *s);

/* Entries of `s` have changed: one, or any number. Returns when no CPU remembers what they were. */
void tlb_flush_page(struct space *s, uint64_t va);
void tlb_flush(struct space *s);
/* The same if this CPU has flushed already. */
void tlb_flush_others(struct space *s);
/* The same before tables of `s` are taken away: idle CPUs leave it too. */
void tlb_flush_tables(struct space *s);
/*
 * Entries of the kernel's half are gone, and this CPU has forgotten them: returns when all others
 * have too. The caller may hold the kernel lock, and no spinlock.
 */
void tlb_flush_kernel(void);
