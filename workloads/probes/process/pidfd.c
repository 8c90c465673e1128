#include "probe.h"

#include <linux/poll.h>
#include <linux/signal.h>

static int child(void)
{
	probe_sleep_forever();
}

void probe(void)
{
	long pid = probe_fork(child);
	long fd = sys(pidfd_open, pid, 0);
	struct pollfd polled = { .fd = (int)fd, .events = POLLIN };

	if (fd < 0) {
		sys(kill, pid, SIGKILL);
		probe_join(pid);
		probe_require("pidfd_open", fd);
	}
	probe_check("poll while it runs", 0, sys(poll, &polled, 1, 0));
	probe_check("pidfd_send_signal", 0, sys(pidfd_send_signal, fd, SIGKILL, 0, 0));
	probe_check("poll once it ended", 1, sys(poll, &polled, 1, 1000));
	probe_check("end of the child", 128 + SIGKILL, probe_join(pid));
}

PROBE_CHECKS("a pidfd can be polled for the exit of a process and used to signal it");
