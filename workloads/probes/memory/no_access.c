#include "probe.h"

#include <linux/mman.h>

#include "fault.h"

static volatile char *area;

static int read_area(void)
{
	return *area;
}

void probe(void)
{
	int fds[2];

	area = (volatile char *)probe_require("mmap", sys(mmap, 0, PORT_PAGE_SIZE, PROT_NONE,
							  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	probe_check("read by the program", 128 + SIGSEGV, probe_child(read_area));
	probe_require("pipe", port_pipe(fds));
	probe_check("read by a system call", -EFAULT, sys(write, fds[1], area, 1));
}

PROBE_CHECKS("memory mapped with PROT_NONE is inaccessible to the program and to system calls");
