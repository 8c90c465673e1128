#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	struct port_fd_set set = { 0 };
	__kernel_fd_set got;
	struct __kernel_old_timeval time = { .tv_usec = 2000 };
	uint64_t before = 0, after = 0;
	int fds[2];

	probe_require("pipe", port_pipe(fds));
	port_select_add(&set, fds[0]);
	got = set.fds;
	probe_require("clock", port_time_ns(&before));
	probe_check("an empty pipe, waiting", 0,
		    probe_require("select", sys(select, set.below, &got, 0, 0, &time)));
	probe_require("clock", port_time_ns(&after));
	probe_check("it waited 2 ms", 1, after - before >= 2000000);
	probe_check("it waited less than a second", 1, after - before < 1000000000);
	probe_check("no bit is left of an empty pipe", 0, (int64_t)got.fds_bits[0]);
	probe_check("write", 1, sys(write, fds[1], "x", 1));
	got = set.fds;
	probe_check("a filled pipe", 1, sys(select, set.below, &got, 0, 0, 0));
	probe_check("its bit is set", (int64_t)set.fds.fds_bits[0], (int64_t)got.fds_bits[0]);
	set = (struct port_fd_set){ 0 };
	port_select_add(&set, fds[1]);
	got = set.fds;
	probe_check("room in a pipe", 1, sys(select, set.below, 0, &got, 0, 0));
	probe_check("the writer's bit", (int64_t)set.fds.fds_bits[0], (int64_t)got.fds_bits[0]);
}

PROBE_CHECKS("select reports readable and writable descriptors, and times out");
