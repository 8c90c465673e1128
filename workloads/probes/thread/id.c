#include "probe.h"

#include "thread.h"

static volatile long tid, pid;

static void work(void *arg)
{
	(void)arg;
	tid = sys(gettid);
	pid = port_getpid();
}

void probe(void)
{
	probe_check("id of the first thread", port_getpid(), probe_require("gettid", sys(gettid)));
	thread_join(thread_start(work, NULL));
	probe_check("process id in the thread", port_getpid(), pid);
	probe_check("the thread has another id", 1, tid != 0 && tid != pid);
}

PROBE_CHECKS("each thread has its own thread id and the process id of all");
