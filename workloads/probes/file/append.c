#include "probe.h"

static int child(void)
{
	long fd = sys(open, PROBE_FILE, O_WRONLY | O_APPEND);

	for (int i = 0; i < 100; i++) {
		if (sys(write, fd, "child;", 6) != 6)
			return 1;
		sys(sched_yield);
	}
	return 0;
}

void probe(void)
{
	char text[6];
	long fd, pid;
	int counts[2] = { 0 };

	probe_check("close", 0, port_close(probe_file("")));
	fd = probe_require("open with O_APPEND", sys(open, PROBE_FILE, O_RDWR | O_APPEND));
	pid = probe_fork(child);
	for (int i = 0; i < 100; i++) {
		probe_check("write", 6, sys(write, fd, "older;", 6));
		sys(sched_yield);
	}
	probe_check("end of the child", 0, probe_join(pid));
	for (int i = 0; i < 200; i++) {
		probe_check("pread", 6, sys(pread64, fd, text, 6, i * 6));
		probe_check("end of a write", ';', text[5]);
		counts[text[0] == 'c']++;
	}
	probe_check("writes of the parent", 100, counts[0]);
	probe_check("writes of the child", 100, counts[1]);
	probe_check("read at the end", 0, sys(pread64, fd, text, 6, 1200));
}

PROBE_CHECKS("with O_APPEND each write goes to the current end of the file, even with several "
	     "writers");
