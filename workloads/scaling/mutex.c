#include "scaling.h"

/* 0 free, 1 taken, 2 taken and somebody may sleep. */
struct mutex {
	uint32_t state;
	uint32_t unused[15];
	uint64_t sum;
};

static void lock(uint32_t *state)
{
	uint32_t seen = 0;

	if (__atomic_compare_exchange_n(state, &seen, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	while (__atomic_exchange_n(state, 2, __ATOMIC_ACQUIRE) != 0)
		port_futex_wait(state, 2);
}

static void unlock(uint32_t *state)
{
	if (__atomic_exchange_n(state, 0, __ATOMIC_RELEASE) == 2)
		port_futex_wake(state, 1);
}

static void run(struct task *task, uint64_t n)
{
	struct mutex *mutex = scaling_shared();

	(void)task;
	while (n--) {
		lock(&mutex->state);
		for (unsigned int i = 0; i < 32; i++)
			*(volatile uint64_t *)&mutex->sum += 1;
		unlock(&mutex->state);
	}
}

SCALING_OP("one lock and unlock of a shared mutex around 32 additions");
BENCH_COVERS("will-it-scale pthread_mutex1; will-it-scale posix_semaphore1");

const struct scaling scaling = {
	.iterations = 1000,
	.run = run,
};
const struct bench bench = SCALING_BENCH;
