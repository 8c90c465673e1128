/*
 * Waiting for the kernel lock and those like it: a while awake, then asleep until whoever gives it
 * back says so. On a host with fewer CPUs than the guest, that leaves them to the one that holds
 * it.
 *
 * The word is 1 while the lock is taken, and 2 more for each CPU that sleeps. Taking sets bit 0;
 * giving back subtracts 1, and what is left says that somebody must be woken.
 */
#include "arch/spin.h"

#include "lib/printf.h"
#include "x86.h"

#define SPINS 100

/* Woken so often and too late each time: now it is this CPU's turn. */
#define PATIENCE 8
/* How long the others keep out of its way. */
#define POLITE_SPINS 100000

struct serving_lock arch_kernel_lock __attribute__((aligned(64)));

uint64_t arch_lock_count(unsigned int cpu, enum lock_class class)
{
	uint64_t n = READ_ONCE(x86_cpus[cpu].locks[class]);

	/* The kernel lock is counted at both ends. */
	return class == LOCK_KERNEL ? (n + 1) / 2 : n;
}

static bool take(struct serving_lock *l)
{
	return !(READ_ONCE(l->word) & 1) && !(__atomic_fetch_or(&l->word, 1, __ATOMIC_ACQUIRE) & 1);
}

static bool take_awake(struct serving_lock *l)
{
	for (int i = 0; i < SPINS; i++) {
		x86_serve();
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

	/* It would be for ever. */
	if (l == &arch_kernel_lock && kernel_locked())
		panic("the kernel lock is taken twice");
	if (take_awake(l))
		return;
	__atomic_fetch_add(&l->word, 2, __ATOMIC_SEQ_CST);
	for (;;) {
		__atomic_fetch_or(&l->sleepers, me, __ATOMIC_SEQ_CST);
		/* Given back before that: nobody has seen us. Given back after: we are woken. */
		if (take(l))
			break;
		x86_sleep_for_request();
		if (take_awake(l))
			break;
		if (++woken == PATIENCE)
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
		/* In turn: the next one after the last. */
		after = left & ~((2u << READ_ONCE(l->last_woken)) - 1);
		cpu = (unsigned int)__builtin_ctz(after ? after : left);
		WRITE_ONCE(l->last_woken, (uint8_t)cpu);
		if (__atomic_fetch_and(&l->sleepers, ~(1u << cpu), __ATOMIC_SEQ_CST) & 1u << cpu)
			x86_apic_send(x86_cpus[cpu].apic_id, X86_VECTOR_WAKE);
	}
	/* Or this CPU would be back and have it before the one that has waited long is awake. */
	for (int i = 0; READ_ONCE(l->turn) && i < POLITE_SPINS; i++) {
		x86_serve();
		asm volatile("pause");
	}
}
