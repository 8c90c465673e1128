/* What fs needs from the layers above it. */
#include "fs/credentials.h"
#include "fs/file.h"
#include "fs/notify.h"
#include "sched/mutex.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t timer_day = 1;

#define ARCH_SET_GS 0x1001

/* The only thread, found as the kernel finds it. */
__attribute__((constructor)) static void be_root(void)
{
	static struct thread self;
	static struct {
		void *cpu;
		struct thread *current;
	} cpu = {&cpu, &self};

	self.cred = &credentials_root;
	if (syscall(SYS_arch_prctl, ARCH_SET_GS, &cpu) < 0)
		abort();
}

/* Implemented by ipc: nothing watches files here. */
/* Implemented by ipc, as that is. */
void notify_event(struct inode *, uint32_t, uint32_t, const char *, size_t)
{
}

void notify_event_parents(struct inode *, uint32_t)
{
}

void notify_deleted(struct inode *, uint32_t)
{
}

/* Implemented by proc: no limits. */
uint64_t file_size_limit(void)
{
	return UINT64_MAX;
}

void file_limit_exceeded(void)
{
}

void file_epoll_release(struct file *)
{
}

/* Implemented by sched. There is one thread here: to wait would be for ever, and nobody is waiting.
 */
int wait_sleep(struct wait_queue *, bool)
{
	fputs("a test waits for something that nobody will do\n", stderr);
	abort();
}

int wait_sleep_until(struct wait_queue *q, bool interruptible, uint64_t)
{
	return wait_sleep(q, interruptible);
}

void notify_signal(struct file *, int)
{
}

void wait_do_wake_all(struct wait_queue *q)
{
	if (!wait_empty(q))
		abort();
}

void mutex_lock(struct mutex *m)
{
	m->depth++;
}

void mutex_unlock(struct mutex *m)
{
	if (!m->depth--)
		abort();
}

void file_async_release(struct file *)
{
}

void object_unmap(struct object *, uint64_t, uint64_t, bool)
{
}

bool file_is_running(const struct inode *)
{
	return false;
}

void sched_synchronize_cpus(bool)
{
}
