#include "probe.h"

#include <linux/time.h>

void probe(void)
{
	int fd = probe_file("x");
	struct timespec times[2] = { { 1000, 5 }, { 2000, 7 } };
	struct port_stat st;

	probe_require("utimensat", sys(utimensat, AT_FDCWD, PROBE_FILE, times, 0));
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("time of access", 1000, (int64_t)st.linux_stat.st_atime);
	probe_check("time of change", 2000, (int64_t)st.linux_stat.st_mtime);
	probe_check("nanoseconds of it", 7, (int64_t)st.linux_stat.st_mtime_nsec);
	probe_check("write", 1, sys(write, fd, "y", 1));
	probe_check("fstat", 0, port_fstat(fd, &st));
	probe_check("a write moves the time of change", 1, st.linux_stat.st_mtime > 2000);
}

PROBE_CHECKS("a write updates the modification time, and utimensat sets it");
