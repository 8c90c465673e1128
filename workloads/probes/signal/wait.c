#include "probe.h"

#include <linux/time.h>

#include "action.h"

void probe(void)
{
	uint64_t mask = action_bit(SIGUSR1);
	struct timespec time = { .tv_nsec = 1000000 };
	long ret;

	probe_require("sigprocmask", sys(rt_sigprocmask, SIG_BLOCK, &mask, 0, 8));
	ret = sys(rt_sigtimedwait, &mask, 0, &time, 8);
	if (ret == -ENOSYS)
		probe_absent("rt_sigtimedwait", ret);
	probe_check("wait for nothing", -EAGAIN, ret);
	probe_require("kill", sys(kill, port_getpid(), SIGUSR1));
	probe_check("wait for a pending signal", SIGUSR1, sys(rt_sigtimedwait, &mask, 0, &time, 8));
}

PROBE_CHECKS("sigtimedwait takes a pending signal, or times out");
