/*
 * The slow paths of serving locks: spin for a while, then halt until the releaser sends an
 * interrupt. On a host with fewer CPUs than the guest, halting lets the holder's CPU run.
 *
 * The word is 1 while locked, plus 2 for each halted waiter. Acquiring sets bit 0; releasing
 * subtracts 1, and a non-zero rest means that a waiter must be woken. No wakeup is lost:
 *
 *   waiter                                 holder
 *   word += 2                              word -= 1: not zero, so wake
 *   sleepers |= me                         read sleepers
 *   try once more, then halt               if a bit is set: clear it, send an interrupt
 *
 * With full barriers between the steps, either the holder sees the bit, or the waiter's last try
 * sees the lock free. An interrupt sent before the HLT stays pending and ends it at once.
 */
#include "arch/spin.h"

#include "lib/printf.h"
#include "x86.h"

#define SPINS 100

/* Wakeups in vain after which a waiter claims the next turn. */
#define WAKES_MAX 8
/* Iterations for which the others stand back then. */
#define STAND_BACK_SPINS 100000

struct serving_lock arch_kernel_lock __attribute__((aligned(64)));

uint64_t arch_lock_count(unsigned int cpu, enum lock_class class)
{
	uint64_t n = READ_ONCE(x86_cpus[cpu].locks[class]);

	/* Counted on acquire and on release. */
	return class == LOCK_KERNEL ? (n + 1) / 2 : n;
}

static bool take(struct serving_lock *l)
{
	return !(READ_ONCE(l->word) & 1) && !(__atomic_fetch_or(&l->word, 1, __ATOMIC_ACQUIRE) & 1);
}

static bool spin_for_lock(struct serving_lock *l)
{
	for (int i = 0; i < SPINS; i++) {
		x86_answer_requests();
		if (take(l))
			return true;
		asm volatile("pause");
	}
	return false;
}

void arch_serving_wait(struct serving_lock *l)
{
	uint32_t me = 1u << arch_cpu_id();
	int woken = 0;

	/* It would deadlock. */
	if (l == &arch_kernel_lock && kernel_locked())
		panic("the kernel lock is taken twice");
	if (spin_for_lock(l))
		return;
	__atomic_fetch_add(&l->word, 2, __ATOMIC_SEQ_CST);
	for (;;) {
		__atomic_fetch_or(&l->sleepers, me, __ATOMIC_SEQ_CST);
		/*
		 * Released before the bit was set: nobody wakes us, but the lock is free. After: we
		 * are woken.
		 */
		if (take(l))
			break;
		x86_halt_for_request();
		if (spin_for_lock(l))
			break;
		if (++woken == WAKES_MAX)
			__atomic_store_n(&l->turn, (uint8_t)(arch_cpu_id() + 1), __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_and(&l->sleepers, ~me, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&l->word, 2, __ATOMIC_SEQ_CST);
	if (READ_ONCE(l->turn) == arch_cpu_id() + 1)
		WRITE_ONCE(l->turn, 0);
}

void arch_serving_wake(struct serving_lock *l)
{
	uint32_t left = __atomic_load_n(&l->sleepers, __ATOMIC_SEQ_CST), after;
	unsigned int cpu;

	if (left) {
		/* Round robin, starting after the one woken last. */
		after = left & ~((2u << READ_ONCE(l->last_woken)) - 1);
		cpu = (unsigned int)__builtin_ctz(after ? after : left);
		WRITE_ONCE(l->last_woken, (uint8_t)cpu);
		if (__atomic_fetch_and(&l->sleepers, ~(1u << cpu), __ATOMIC_SEQ_CST) & 1u << cpu)
			x86_apic_send(x86_cpus[cpu].apic_id, X86_VECTOR_WAKE);
	}
	/* Otherwise this CPU would retake the lock before the one whose turn it is has woken up. */
	for (int i = 0; READ_ONCE(l->turn) && i < STAND_BACK_SPINS; i++) {
		x86_answer_requests();
		asm volatile("pause");
	}
}
