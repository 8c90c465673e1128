/*
 * Lockless path resolution, for directories in memory. (Linux: rcu-walk.)
 *
 * A peek takes neither locks nor references and writes nothing but access times of symbolic links,
 * so that CPUs which look up the same directories share no modified cache line. Every unusual case
 * (other file systems than tmpfs, watched directories, errors) is left to path_find() with the
 * kernel lock. It does tell that a name does not exist: whoever makes a name vanish for a moment
 * only (a rename that replaces, a rehash) blocks peeks meanwhile.
 *
 * What a peek can reach stays allocated. Dentries, inodes and hash tables are modified under the
 * kernel lock and freed by peek_free(), which waits for a grace period: until every CPU has been
 * in user mode or idle (sched_synchronize_all).
 *
 *   CPU 0, unlink, with the kernel lock      CPU 1, peeks
 *                                            reads the hash chain: the dentry
 *   unlinks the dentry from its chain
 *   peek_free(): queues it                   compares its name, reads its inode
 *   ... a batch later: asks all CPUs --->    back in user mode: answers
 *   frees it
 *
 * A peek finds an inode that had that name at some moment of the call: it reached the dentry from
 * one that was in the chain at that moment. A dentry is complete before it is published.
 *
 * A reference on the result is taken only if the count is not zero (object_get_unless_zero); the
 * last one is dropped under the kernel lock. Code that must know that nobody is about to take one,
 * or that changes several things which a walk reads together, blocks peeks meanwhile:
 *
 *   CPU 0, umount, with the kernel lock      CPU 1, opens
 *                                            peek_begin(): not blocked; walks
 *   peek_block()
 *   asks all CPUs, waits                     takes a reference; peek_valid(): no; slow path:
 *                           <-------------   waits for the kernel lock: answers
 *   counts references; detaches
 *   peek_unblock()
 */
#pragma once

#include "arch/smp.h"
#include "fs/path.h"
#include "lib/types.h"
#include "mm/kmem.h"

/* A sequence count, odd while peeks are blocked. */
extern uint32_t peek_changes;

/* One walk. */
struct peek {
	struct path_base base;
	uint32_t before; /* peek_changes at its start */
	uint16_t links;	 /* symbolic links followed */
	bool absent;	 /* it met a name that does not exist */
};

/* False: take the slow path. */
static inline bool peek_begin(struct peek *p)
{
	p->before = __atomic_load_n(&peek_changes, __ATOMIC_ACQUIRE);
	p->links = 0;
	p->absent = false;
	return !(p->before & 1);
}

/* Whether peeks were never blocked since peek_begin(). */
static inline bool peek_valid(const struct peek *p)
{
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return likely(READ_ONCE(peek_changes) == p->before);
}

/* After peek_path() gave NULL: whether the name is known not to exist. */
static inline bool peek_absent(const struct peek *p)
{
	return p->absent && peek_valid(p);
}

/*
 * The inode of `path` from p->base, or NULL. Valid until the caller waits for the kernel lock or an
 * address space's (as a page fault does), sleeps, or returns to user mode.
 */
struct inode *peek_path(struct peek *p, const char *path, bool follow);

/*
 * With the kernel lock, and without sleeping in between: peeks find nothing, and peek_valid()
 * rejects what was found before. `settle`: also waits until no peek is under way. Calls nest.
 */
void peek_block(bool settle);
void peek_unblock(void);

/* With the kernel lock: frees memory that no new peek can reach. `p` may be NULL. */
void peek_free_later(void *p);
static inline void peek_free(void *p)
{
	if (likely(arch_cpu_count() == 1))
		kmem_free(p);
	else if (p)
		peek_free_later(p);
}
