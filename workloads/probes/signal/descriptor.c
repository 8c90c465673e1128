#include "probe.h"

#include <linux/signalfd.h>

#include "action.h"

void probe(void)
{
	uint64_t mask = action_bit(SIGUSR1);
	struct signalfd_siginfo info = { 0 };
	long fd;

	probe_require("sigprocmask", sys(rt_sigprocmask, SIG_BLOCK, &mask, 0, 8));
	fd = probe_require("signalfd4", sys(signalfd4, -1, &mask, 8, 0));
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	probe_check("read", sizeof(info), sys(read, fd, &info, sizeof(info)));
	probe_check("signal read", SIGUSR1, info.ssi_signo);
}

PROBE_CHECKS("signals can be read from a signalfd");
