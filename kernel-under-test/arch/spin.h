/*
 * Locks between CPUs.
 *
 * The kernel lock is what kernel code holds unless it says otherwise: every system call that
 * syscall/calls.def has as LOCKED, every interrupt but those that the scheduler asked for, and
 * every exception but a page fault. It is given back on the way to user mode, and when the thread
 * that has it sleeps, but not before that is off its stack: and is taken again before it goes on.
 * So what runs between two sleeps is atomic against all else that holds it, going to sleep
 * included.
 *
 * Interrupts are off in the kernel, so a lock is never taken by a handler that interrupted its
 * holder. A spinlock's holder does not sleep (but may have sched_sleep() give the lock back), does
 * not take the kernel lock, does not wait for other CPUs, and touches user memory only by the
 * functions of arch/uaccess.h that end in _nofault. Order: the kernel lock, then the others in the
 * order of enum lock_class. Of a class only one, but for two buckets of futexes, the one at the
 * lower address first, and a second run queue, which is only tried for.
 *
 * What is found without the kernel lock and kept alive by it (an open file, an inode) stays until
 * the finder waits for the kernel lock or a space's (as a fault on user memory does), sleeps, or
 * goes back to user mode: who takes such a thing away, with the lock, has every CPU that may be
 * looking at it answer (arch_cpu_flush) before it is freed.
 *
 * Who waits for the kernel lock, or for that of a space, still does what other CPUs need of it
 * (trap_flush): whoever holds the lock may wait for just that.
 */
#pragma once

#include "asm/cpu.h"
#include "lib/types.h"

/* What locks are counted by. CPU_LOCKS has room for 16. */
enum lock_class {
	LOCK_KERNEL,
	LOCK_SPACE, /* space.lock */
	LOCK_FILES, /* files.lock, of a table of descriptors */
	LOCK_INODE, /* inode.lock */
	LOCK_STORE, /* the pages of a shared mapping, in mm/object.c */
	LOCK_GATE,  /* sched/gate.h: pipes, eventfds, streams */
	LOCK_FUTEX, /* a bucket of futexes */
	LOCK_CLOCK, /* the timers of a CPU, in sched/timer.c */
	LOCK_RUN,   /* the threads of a CPU: sched/queue.h */
	LOCK_KMEM,  /* the slabs of a class, in mm/kmem.c */
	LOCK_PAGE,  /* free blocks, in mm/page.c */
	LOCK_CLASSES,
};

/* All zero: free. */
struct spinlock {
	uint32_t taken;
};

static inline bool spin_test_and_set(uint32_t *word)
{
	bool taken;

	asm volatile("lock btsl $0, %0" : "+m"(*word), "=@ccc"(taken) : : "memory");
	return taken;
}

/* The wait is out of line and preserves all registers, so that the fast path has none to save. */
static inline void spin_take(uint32_t *word)
{
	asm volatile("8:\tlock btsl $0, %0\n\t"
		     "jc 9f\n\t"
		     ".pushsection .text.unlikely, \"ax\"\n"
		     "9:\tpushq %%rdi\n\t"
		     "leaq %0, %%rdi\n\t"
		     "call arch_spin_wait\n\t"
		     "popq %%rdi\n\t"
		     "jmp 8b\n\t"
		     ".popsection"
		     : "+m"(*word)
		     :
		     : "memory", "cc");
}

/*
 * `class` is a constant. Nobody is served meanwhile: the holder is soon done, and what was found
 * without a lock stays valid.
 */
#define spin_lock(lock, class)                                                                     \
	do {                                                                                       \
		spin_take(&(lock)->taken);                                                         \
		x86_count_lock(class);                                                             \
	} while (0)

/* False: another CPU has it. */
#define spin_try_lock(lock, class)                                                                 \
	({                                                                                         \
		bool got_ = !spin_test_and_set(&(lock)->taken);                                    \
		if (got_)                                                                          \
			x86_count_lock(class);                                                     \
		got_;                                                                              \
	})

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

/* Returns when the lock looks free. Preserves all registers. */
void arch_spin_wait(const uint32_t *taken);

/*
 * A lock whose holder may wait for other CPUs. So who waits for it does meanwhile what they need of
 * this one (trap_flush), and what was found without a lock before is not valid any more; it sleeps
 * when that takes long. The kernel lock is one, space.lock another. All zero: free.
 */
struct serving_lock {
	/* Bit 0: taken; and 2 for each CPU that sleeps. */
	uint32_t word;
	/* CPUs asleep that nobody has woken, one bit each. */
	uint32_t sleepers;
	uint8_t last_woken;
	/* The CPU whose turn it is, and 1; 0: nobody's. */
	uint8_t turn;
};

extern struct serving_lock arch_kernel_lock;

void arch_serving_wait(struct serving_lock *lock);
void arch_serving_wake(struct serving_lock *lock);

/* Whether it had to wait. */
static inline bool serving_lock_take(struct serving_lock *lock)
{
	bool taken = spin_test_and_set(&lock->word);

	if (unlikely(taken))
		arch_serving_wait(lock);
	return taken;
}

static inline void serving_lock_give(struct serving_lock *lock)
{
	bool last;

	asm volatile("lock decl %0" : "+m"(lock->word), "=@ccz"(last) : : "memory");
	if (unlikely(!last))
		arch_serving_wake(lock);
}

/*
 * Returns whether it had to wait: then other CPUs may have changed anything, and what was found
 * without the lock must be looked up again. If not, nobody has taken the lock, waited for this CPU
 * (arch_cpu_flush) and released it in the meantime.
 */
static inline bool kernel_lock(void)
{
	bool waited = serving_lock_take(&arch_kernel_lock);

	x86_count_lock(LOCK_KERNEL);
	return waited;
}

static inline void kernel_unlock(void)
{
	x86_count_lock(LOCK_KERNEL);
	serving_lock_give(&arch_kernel_lock);
}

/* Whether this CPU holds the kernel lock. */
static inline bool kernel_locked(void)
{
	return x86_kernel_lock_count() & 1;
}

/* The same unless this CPU holds it. Returns whether it did. */
static inline bool kernel_lock_if_free(void)
{
	return kernel_locked() || (kernel_lock(), false);
}

static inline void kernel_unlock_scoped(const bool *held)
{
	if (!*held)
		kernel_unlock();
}

/* Holds the kernel lock from here to the end of the scope, however that is left. */
#define KERNEL_SCOPE()                                                                             \
	bool scope_kernel_ SCOPED(kernel_unlock) __attribute__((unused)) = (kernel_lock(), false)
/* For who may hold it already. */
#define KERNEL_SCOPE_NESTED()                                                                      \
	bool scope_kernel_ SCOPED(kernel_unlock) __attribute__((unused)) = kernel_lock_if_free()

/* How often `cpu` has taken locks of a class. /proc/bantam_locks shows it: a line a CPU. */
uint64_t arch_lock_count(unsigned int cpu, enum lock_class class);
