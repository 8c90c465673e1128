/*
 * Locks between CPUs.
 *
 * The kernel lock is what kernel code holds unless it says otherwise: every system call that
 * syscall/entries.c does not list, every fault and every interrupt. The CPU holds it, not the
 * thread: it stays held over a switch of threads, and is given back on the way to user mode and
 * in the idle loop. So what runs between two sleeps is atomic against all else that holds it.
 *
 * Interrupts are off in the kernel, so a lock is never taken by a handler that interrupted its
 * holder. A spinlock's holder does not sleep, does not take the kernel lock, and touches user
 * memory only with arch/uaccess.h's nofault functions. Order: the kernel lock, then spinlocks in
 * the order of enum lock_class.
 *
 * Who waits for a lock still does what other CPUs need of it (trap_flush): whoever holds the lock
 * may wait for just that.
 */
#pragma once

#include "asm/cpu.h"
#include "lib/types.h"

/* What locks are counted by. CPU_LOCKS has room for 8. */
enum lock_class {
	LOCK_KERNEL,
	LOCK_CLASSES,
};

extern uint32_t arch_kernel_lock_word;

void arch_kernel_lock_wait(void);
void arch_kernel_lock_wake(void);

static inline void kernel_lock(void)
{
	bool taken;

	asm volatile("lock btsl $0, %0" : "+m"(arch_kernel_lock_word), "=@ccc"(taken) : : "memory");
	if (unlikely(taken))
		arch_kernel_lock_wait();
	x86_count_lock(LOCK_KERNEL);
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

/* How often `cpu` has taken locks of a class. */
uint64_t arch_lock_count(unsigned int cpu, enum lock_class class);
