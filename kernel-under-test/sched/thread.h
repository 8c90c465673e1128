/* A thread: what runs. What it works on (memory, files) belongs to its process. */
#pragma once

#include "arch/cpu.h"
#include "arch/thread.h"
#include "lib/list.h"
#include "lib/types.h"
#include "mm/space.h"

struct process;

/* Reasons to take a look before going back to user mode. */
#define WORK_RESCHED BIT(0)
#define WORK_SIGNAL  BIT(1)
/* The registers were replaced: the way back must load every one of them. */
#define WORK_RESTORE BIT(2)

enum thread_state {
	THREAD_RUNNING, /* on the CPU, or queued for it */
	THREAD_BLOCKED,
	THREAD_DEAD,
};

struct thread {
	uint32_t work; /* entry.S reads it */
	enum thread_state state;
	/* A signal may end this wait. */
	bool interruptible;
	int tid;
	struct process *process;
	struct space *space; /* NULL: kernel only */
	struct list run;     /* in the run queue */
	struct arch_thread arch;
};

_Static_assert(offsetof(struct thread, work) == THREAD_WORK, "entry.S");

static inline struct thread *thread_current(void)
{
	return arch_current();
}

/*
 * A new thread with a kernel stack, blocked; it returns to user mode with the registers that the
 * caller puts in place. NULL without memory.
 */
struct thread *thread_create(void);
/* Of a thread that is dead, and not the one that runs. */
void thread_free(struct thread *t);
