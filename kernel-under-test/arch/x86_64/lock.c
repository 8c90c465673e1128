/*
 * Waiting for the kernel lock: a while awake, then asleep until whoever gives it back says so. On
 * a host with fewer CPUs than the guest, that leaves them to the one that holds it.
 *
 * The word is 1 while the lock is taken, and 2 more for each CPU that sleeps. Taking sets bit 0;
 * giving back subtracts 1, and what is left says that somebody must be woken.
 */
#include "arch/smp.h"
#include "arch/spin.h"
#include "x86.h"

#define SPINS 100

/* Woken so often and too late each time: now it is this CPU's turn. */
#define PATIENCE 8
/* How long the others keep out of its way. */
#define POLITE_SPINS 100000

uint32_t arch_kernel_lock_word __attribute__((aligned(64)));

/* CPUs asleep that nobody has woken, one bit each, and who was woken last. */
static uint32_t sleepers;
static unsigned int last_woken;
/* The CPU whose turn it is, and 1; 0: nobody's. */
static unsigned int turn;

uint64_t arch_lock_count(unsigned int cpu, enum lock_class class)
{
	uint64_t n = READ_ONCE(x86_cpus[cpu].locks[class]);

	/* The kernel lock is counted at both ends. */
	return class == LOCK_KERNEL ? (n + 1) / 2 : n;
}

void arch_spin_wait(const uint32_t *taken)
{
	while (READ_ONCE(*taken))
		asm volatile("pause");
}

static bool take(void)
{
	return !(READ_ONCE(arch_kernel_lock_word) & 1) &&
	       !(__atomic_fetch_or(&arch_kernel_lock_word, 1, __ATOMIC_ACQUIRE) & 1);
}

static bool take_awake(void)
{
	for (int i = 0; i < SPINS; i++) {
		x86_serve();
		if (take())
			return true;
		asm volatile("pause");
	}
	return false;
}

void arch_kernel_lock_wait(void)
{
	uint32_t me = 1u << arch_cpu_id();
	int woken = 0;

	if (take_awake())
		return;
	__atomic_fetch_add(&arch_kernel_lock_word, 2, __ATOMIC_SEQ_CST);
	for (;;) {
		__atomic_fetch_or(&sleepers, me, __ATOMIC_SEQ_CST);
		/* Given back before that: nobody has seen us. Given back after: we are woken. */
		if (take())
			break;
		x86_sleep_for_request();
		if (take_awake())
			break;
		if (++woken == PATIENCE)
			__atomic_store_n(&turn, arch_cpu_id() + 1, __ATOMIC_SEQ_CST);
	}
	__atomic_fetch_and(&sleepers, ~me, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&arch_kernel_lock_word, 2, __ATOMIC_SEQ_CST);
	if (READ_ONCE(turn) == arch_cpu_id() + 1)
		WRITE_ONCE(turn, 0);
}

void arch_kernel_lock_wake(void)
{
	uint32_t left = __atomic_load_n(&sleepers, __ATOMIC_SEQ_CST), after;
	unsigned int cpu;

	if (left) {
		/* In turn: the next one after the last. */
		after = left & ~((2u << last_woken) - 1);
		cpu = (unsigned int)__builtin_ctz(after ? after : left);
		last_woken = cpu;
		if (__atomic_fetch_and(&sleepers, ~(1u << cpu), __ATOMIC_SEQ_CST) & 1u << cpu)
			x86_apic_send(x86_cpus[cpu].apic_id, X86_VECTOR_WAKE);
	}
	/* Or this CPU would be back and have it before the one that has waited long is awake. */
	for (int i = 0; READ_ONCE(turn) && i < POLITE_SPINS; i++) {
		x86_serve();
		asm volatile("pause");
	}
}
