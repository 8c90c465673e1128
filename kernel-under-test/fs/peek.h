/*
 * Paths without the kernel lock, through directories in memory.
 *
 * A peek follows names and takes no lock and no reference: it writes nothing, so CPUs that look at
 * the same directories share no cache line that changes. It only ever finds; whatever it does not
 * find, and all that is unusual (`..`, links, other file systems than tmpfs, watched directories),
 * is for path_find() with the kernel lock, which says what is the matter.
 *
 * What it may meet stays in memory: entries, inodes and tables of directories, with that lock as
 * all changes, go by peek_free(), which frees when every CPU has answered (sched_settle_all).
 *
 *   CPU 0, unlink, with the kernel lock      CPU 1, peeks
 *                                            reads the chain: the entry
 *   takes the entry off its chain
 *   peek_free(): keeps it                    compares its name, reads its inode
 *   ... many later: asks all CPUs ------->   back in user mode: answers
 *   frees it
 *
 * A peek finds what had the name at some time of the call: it comes to an entry from one that was
 * in the chain then, so the entry was as well. An entry is complete before it is in a chain.
 *
 * A reference on what was found is taken if there still is one (object_get_unless_gone): the last
 * goes with the kernel lock. Who must know that nobody is about to take one, or changes several
 * things that a walk looks at together, keeps peeks out meanwhile:
 *
 *   CPU 0, umount, with the kernel lock      CPU 1, opens
 *                                            peek_begin(): they are let in; walks
 *   peek_block()
 *   asks all CPUs, waits                     takes its reference; peek_valid(): no: the long way,
 *                           <-------------   waits for the kernel lock: answers
 *   counts references; uncovers
 *   peek_unblock()
 */
#pragma once

#include "arch/smp.h"
#include "fs/path.h"
#include "lib/types.h"
#include "mm/kmem.h"

/* Odd while peeks are kept out. */
extern uint32_t peek_changes;

/* False: the long way. */
static inline bool peek_begin(uint32_t *before)
{
	*before = __atomic_load_n(&peek_changes, __ATOMIC_ACQUIRE);
	return !(*before & 1);
}

/* Whether what was looked at since is as it was all the time. */
static inline bool peek_valid(uint32_t before)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return likely(READ_ONCE(peek_changes) == before);
}

/*
 * The inode of `path`, or NULL. Good until the caller waits for the kernel lock or a space's (as a
 * fault does), sleeps, or goes back to user mode.
 */
struct inode *peek_path(const struct path_base *base, const char *path, bool follow);

/*
 * With the kernel lock, and without sleeping in between: nothing is found, and what was found is
 * not used if peek_valid() is asked. `settle`: nor looked at any more.
 */
void peek_block(bool settle);
void peek_unblock(void);

/* With the kernel lock. Frees kernel memory that nobody finds any more; `p` may be NULL. */
void peek_free_later(void *p);
static inline void peek_free(void *p)
{
	if (likely(arch_cpu_count() == 1))
		kmem_free(p);
	else if (p)
		peek_free_later(p);
}
