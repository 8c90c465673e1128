#include "probe.h"

#include <linux/signal.h>

#include "thread.h"

static volatile long handled_by, tid;

static void handle(int signal)
{
	(void)signal;
	handled_by = sys(gettid);
}

static void work(void *arg)
{
	(void)arg;
	tid = sys(gettid);
	while (!handled_by)
		probe_sleep_ms(1);
}

void probe(void)
{
	struct thread *thread;

	probe_require("sigaction", port_signal(SIGUSR1, handle));
	thread = thread_start(work, NULL);
	while (!tid)
		probe_sleep_ms(1);
	probe_require("tgkill", sys(tgkill, port_getpid(), tid, SIGUSR1));
	thread_join(thread);
	probe_check("thread that ran the handler", tid, handled_by);
}

PROBE_CHECKS("tgkill delivers a signal to one thread of a process");
