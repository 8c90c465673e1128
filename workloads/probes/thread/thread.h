#pragma once

#include "probe.h"

#define THREADS_MAX 4

struct thread {
	uint32_t alive;
	unsigned char stack[16384] __attribute__((aligned(16)));
};

static struct thread threads_made[THREADS_MAX];
static unsigned int threads_count;

/* Starts one of up to THREADS_MAX threads. */
static inline struct thread *thread_start(void (*fn)(void *arg), void *arg)
{
	struct thread *thread = &threads_made[threads_count++];

	probe_require(
		"clone of a thread",
		port_thread_create(fn, arg, thread->stack + sizeof(thread->stack), &thread->alive));
	return thread;
}

static inline void thread_join(struct thread *thread)
{
	uint32_t alive;

	while ((alive = __atomic_load_n(&thread->alive, __ATOMIC_ACQUIRE))) {
		if (port_futex_wait(&thread->alive, alive) == -ENOSYS)
			probe_sleep_ms(1);
	}
}
