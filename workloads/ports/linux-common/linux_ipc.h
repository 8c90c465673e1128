#pragma once

/* Pipes, events, semaphores and futexes of port.h. */

#include <linux/futex.h>

/* As <linux/ipc.h> has them, which asks for a C library's types. */
#define LINUX_IPC_PRIVATE 0
#define LINUX_IPC_CREAT 01000
#define LINUX_IPC_RMID 0

#define LINUX_S_IFIFO 0010000

struct linux_sembuf {
	unsigned short num;
	short op, flags;
};

static inline long port_pipe(int fds[2])
{
	return sys(pipe, fds);
}

static inline long port_mkfifo(const char *path)
{
	return sys(mknod, path, LINUX_S_IFIFO | 0600, 0);
}

static inline long port_eventfd(void)
{
	return sys(eventfd2, 0, 0);
}

static inline long port_futex_wait(uint32_t *word, uint32_t value)
{
	return sys(futex, word, FUTEX_WAIT, value, 0, 0, 0);
}

static inline long port_futex_wake(uint32_t *word, int count)
{
	return sys(futex, word, FUTEX_WAKE, count, 0, 0, 0);
}

static inline long port_sem_create(int count)
{
	return sys(semget, LINUX_IPC_PRIVATE, count, LINUX_IPC_CREAT | 0600);
}

static inline long port_sem_add(long set, int index, int change)
{
	struct linux_sembuf op = { .num = (unsigned short)index, .op = (short)change };

	return sys(semop, set, &op, 1);
}

static inline long port_sem_transfer(long set, int take, int give)
{
	struct linux_sembuf ops[] = {
		{ .num = (unsigned short)take, .op = -1 },
		{ .num = (unsigned short)give, .op = 1 },
	};

	return sys(semop, set, ops, 2);
}

static inline long port_sem_remove(long set)
{
	return sys(semctl, set, 0, LINUX_IPC_RMID, 0);
}
