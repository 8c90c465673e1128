#include "probe.h"

#include "probe_machine.h"

void probe(void)
{
	static const uintptr_t tried[] = MACHINE_NOT_OURS;
	long zero = probe_require("open of /dev/zero", port_open("/dev/zero", O_RDONLY));
	int fds[2];

	probe_require("pipe", port_pipe(fds));
	for (size_t i = 0; i < sizeof(tried) / sizeof(tried[0]); i++) {
		probe_check("read to there", -EFAULT, sys(read, zero, tried[i], 4096));
		probe_check("write from there", -EFAULT, sys(write, fds[1], tried[i], 1));
		probe_check("a path that lies there", -EFAULT, sys(open, tried[i], O_RDONLY, 0));
	}
}

PROBE_CHECKS("system calls reject pointers into kernel memory");
