/*
 * Locks between CPUs.
 *
 * The kernel lock is what kernel code holds unless it says otherwise: every system call that
 * syscall/entries.c does not list, every fault and every interrupt. The CPU holds it, not the
 * thread: it stays held over a switch of threads, and is given back on the way to user mode and
 * in the idle loop. So what runs between two sleeps is atomic against all else that holds it.
 *
 * Interrupts are off in the kernel, so a lock is never taken by a handler that interrupted its
 * holder. A spinlock's holder does not sleep, does not take the kernel lock, does not wait for
 * other CPUs, and touches user memory only by the functions of arch/uaccess.h that end in _nofault.
 * Order: the kernel lock, then spinlocks in the order of enum lock_class.
 *
 * What is found without the kernel lock and kept alive by it (an open file, an inode) stays until
 * the finder waits for the kernel lock, sleeps, or goes back to user mode: who takes such a thing
 * away, with the lock, has every CPU that may be looking at it answer (arch_cpu_flush) before it is
 * freed.
 *
 * Who waits for the kernel lock still does what other CPUs need of it (trap_flush): whoever holds
 * the lock may wait for just that.
 */
#pragma once

#include "asm/cpu.h"
#include "lib/types.h"

/* What locks are counted by. CPU_LOCKS has room for 16. */
enum lock_class {
	LOCK_KERNEL,
	LOCK_INODE, /* inode.lock */
	LOCK_KMEM,  /* the slabs of a class, in mm/kmem.c */
	LOCK_PAGE,  /* free blocks, in mm/page.c */
	LOCK_CLASSES,
};

/* All zero: free. */
struct spinlock {
	uint32_t taken;
};

extern uint32_t arch_kernel_lock_word;

static inline bool spin_test_and_set(uint32_t *word)
{
	bool taken;

	asm volatile("lock btsl $0, %0" : "+m"(*word), "=@ccc"(taken) : : "memory");
	return taken;
}

/*
 * `class` is a constant. Nobody is served meanwhile: the holder is soon done, and what was found
 * without a lock stays valid.
 */
#define spin_lock(lock, class)                                                                     \
	do {                                                                                       \
		while (unlikely(spin_test_and_set(&(lock)->taken)))                                \
			arch_spin_wait(&(lock)->taken);                                            \
		x86_count_lock(class);                                                             \
	} while (0)

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->taken, 0, __ATOMIC_RELEASE);
}

/* Returns when it seems to be free. */
void arch_spin_wait(const uint32_t *taken);

void arch_kernel_lock_wait(void);
void arch_kernel_lock_wake(void);

/*
 * Whether it had to wait: then other CPUs have changed what they like, and what was found without
 * the lock must be found again. If not, nobody has taken the lock, waited for this CPU
 * (arch_cpu_flush) and given it back since.
 */
static inline bool kernel_lock(void)
{
	bool taken = spin_test_and_set(&arch_kernel_lock_word);

	if (unlikely(taken))
		arch_kernel_lock_wait();
	x86_count_lock(LOCK_KERNEL);
	return taken;
}

static inline void kernel_unlock(void)
{
	bool last;

	x86_count_lock(LOCK_KERNEL);
	asm volatile("lock decl %0" : "+m"(arch_kernel_lock_word), "=@ccz"(last) : : "memory");
	if (unlikely(!last))
		arch_kernel_lock_wake();
}

/* Whether this CPU holds the kernel lock. */
static inline bool kernel_locked(void)
{
	return x86_lock_count(LOCK_KERNEL) & 1;
}

/* How often `cpu` has taken locks of a class. /proc/bantam_locks shows it: a line a CPU. */
uint64_t arch_lock_count(unsigned int cpu, enum lock_class class);
