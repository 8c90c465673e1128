/*
 * Locks between CPUs.
 *
 * Kernel code holds the kernel lock unless documented otherwise: in every system call marked LOCKED
 * in syscall/calls.def, every interrupt except those the scheduler requested, and every exception
 * except a page fault. It is released on return to user mode, and when its holder sleeps, but only
 * once that thread is off its stack; it is reacquired before the thread continues. What runs
 * between two sleeps, and going to sleep itself, is thus atomic with respect to all other holders.
 *
 * Interrupts are off in the kernel, so no handler can interrupt a holder and try for its lock. The
 * holder of a spinlock must not sleep (though sched_sleep() may release the lock for it), take the
 * kernel lock or wait for other CPUs, and may access user memory only by the _nofault functions of
 * arch/uaccess.h. Lock order: the kernel lock, then the order of enum lock_class. At most one lock
 * of a class is held, with three exceptions: two futex buckets, the lower address first; nested
 * epoll sets, the inner one first; and a second run queue, which is only ever tried.
 *
 * Deferred freeing: an object found without the kernel lock but kept alive by it (an open file, an
 * inode) stays valid until the finder waits for the kernel lock or a space's lock (as a fault on
 * user memory does), sleeps, or returns to user mode. Whoever removes such an object does so under
 * the lock, and has every CPU that may be using it answer arch_cpu_flush() before freeing it.
 *
 * A CPU waiting for the kernel lock or a space's lock still answers requests (trap_flush), since
 * the holder of that lock may be waiting for that answer.
 */
#pragma once

#include "asm/cpu.h"
#include "lib/types.h"

/* What acquisitions are counted by. CPU_LOCKS has room for 16. */
enum lock_class {
	LOCK_KERNEL,
	LOCK_SPACE, /* space.lock */
	LOCK_FILES, /* files.lock: a descriptor table */
	LOCK_INODE, /* inode.lock */
	LOCK_STORE, /* the pages of a shared mapping: mm/object.c */
	LOCK_GATE,  /* sched/gate.h: pipes, eventfds, streams */
	LOCK_EPOLL, /* a ready list: ipc/epoll.c; of nested sets the inner one first */
	LOCK_FUTEX, /* a bucket of futexes */
	LOCK_CLOCK, /* a CPU's timers: sched/timer.c */
	LOCK_RUN,   /* a CPU's run queue: sched/queue.h */
	LOCK_KMEM,  /* the slabs of a size class: mm/kmem.c */
	LOCK_PAGE,  /* free blocks: mm/page.c */
	LOCK_CLASSES,
};

/* Zero-initialized: unlocked. */
struct spinlock {
	uint32_t taken;
};

static inline bool spin_test_and_set(uint32_t *word)
{
	bool taken;

	asm volatile("lock btsl $0, %0" : "+m"(*word), "=@ccc"(taken) : : "memory");
	return taken;
}

/* The slow path is out of line and preserves all registers, so the fast path saves none. */
static inline void spin_acquire(uint32_t *word)
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
 * `class` must be a constant. The waiter does not answer requests: the holder is done soon, and
 * what the waiter looked up without a lock stays valid.
 */
#define spin_lock(lock, class)                                                                     \
	do {                                                                                       \
		spin_acquire(&(lock)->taken);                                                      \
		x86_count_lock(class);                                                             \
	} while (0)

/* Returns false if the lock is held. */
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

/* Spins until the lock looks free. Preserves all registers. */
void arch_spin_wait(const uint32_t *taken);

/*
 * A lock whose holder may wait for other CPUs. Its waiters therefore answer requests (trap_flush),
 * which invalidates what they looked up without a lock, and halt if the wait is long. The kernel
 * lock is one, space.lock another. Zero-initialized: unlocked.
 */
struct serving_lock {
	/* Bit 0: locked; plus 2 for each halted waiter. */
	uint32_t word;
	/* Mask of CPUs that are halted and have not been woken. */
	uint32_t sleepers;
	uint8_t last_woken;
	/* The CPU that gets the lock next, plus 1; 0 if nobody does. */
	uint8_t turn;
};

extern struct serving_lock arch_kernel_lock;

void arch_serving_wait(struct serving_lock *lock);
void arch_serving_wake(struct serving_lock *lock);

/* Returns whether it had to wait. */
static inline bool serving_lock_acquire(struct serving_lock *lock)
{
	bool taken = spin_test_and_set(&lock->word);

	if (unlikely(taken))
		arch_serving_wait(lock);
	return taken;
}

static inline void serving_lock_release(struct serving_lock *lock)
{
	bool last;

	asm volatile("lock decl %0" : "+m"(lock->word), "=@ccz"(last) : : "memory");
	if (unlikely(!last))
		arch_serving_wake(lock);
}

/*
 * Returns whether it had to wait. If so, other CPUs may have changed anything, and what was looked
 * up without the lock must be looked up again. If not, nobody has taken the lock, waited for this
 * CPU (arch_cpu_flush) and released it in the meantime.
 */
static inline bool kernel_lock(void)
{
	bool waited = serving_lock_acquire(&arch_kernel_lock);

	x86_count_lock(LOCK_KERNEL);
	return waited;
}

static inline void kernel_unlock(void)
{
	x86_count_lock(LOCK_KERNEL);
	serving_lock_release(&arch_kernel_lock);
}

/* Whether this CPU holds the kernel lock. */
static inline bool kernel_locked(void)
{
	return x86_kernel_lock_count() & 1;
}

/* Takes the kernel lock unless this CPU holds it. Returns whether it did. */
static inline bool kernel_lock_if_free(void)
{
	return kernel_locked() || (kernel_lock(), false);
}

static inline void kernel_unlock_scoped(const bool *held)
{
	if (!*held)
		kernel_unlock();
}

/* Holds the kernel lock from here to the end of the scope, however it is left. */
#define KERNEL_SCOPE()                                                                             \
	bool scope_kernel_ SCOPED(kernel_unlock) __attribute__((unused)) = (kernel_lock(), false)
/* The same where this CPU may already hold it. */
#define KERNEL_SCOPE_NESTED()                                                                      \
	bool scope_kernel_ SCOPED(kernel_unlock) __attribute__((unused)) = kernel_lock_if_free()

/* How often `cpu` has taken locks of a class; shown by /proc/bantam_locks, a line per CPU. */
uint64_t arch_lock_count(unsigned int cpu, enum lock_class class);
