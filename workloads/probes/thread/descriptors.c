#include "probe.h"

#include "thread.h"

static volatile long fd;

static void work(void *arg)
{
	(void)arg;
	fd = port_open("/dev/zero", PORT_O_RDONLY);
}

void probe(void)
{
	char byte = 1;

	thread_join(thread_start(work, NULL));
	probe_require("open in the thread", fd);
	probe_check("read in the first thread", 1, port_read((int)fd, &byte, 1));
	probe_check("byte read", 0, byte);
}

PROBE_CHECKS("threads share one descriptor table");
