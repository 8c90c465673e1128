/* What fs asks of the layers to its right. */
#include "fs/file.h"
#include "sched/mutex.h"

#include <stdio.h>
#include <stdlib.h>

/* Given by ipc: nothing watches files here. */
void file_unwatch(struct file *f)
{
	(void)f;
}

/* Given by sched. There is one thread here: to wait would be for ever, and nobody is waiting. */
int wait_sleep(struct wait_queue *q, bool interruptible)
{
	(void)q;
	(void)interruptible;
	fputs("a test waits for something that nobody will do\n", stderr);
	abort();
}

void wait_wake_all(struct wait_queue *q)
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
