#include "probe.h"

#include <linux/uio.h>

void probe(void)
{
	int fd = probe_file("");
	char a[2] = { 0 }, b[3] = { 0 };
	struct iovec out[2] = { { "ab", 2 }, { "cde", 3 } }, in[2] = { { a, 2 }, { b, 3 } };

	probe_check("writev", 5, probe_require("writev", sys(writev, fd, out, 2)));
	probe_check("lseek", 0, sys(lseek, fd, 0, SEEK_SET));
	probe_check("readv", 5, probe_require("readv", sys(readv, fd, in, 2)));
	probe_check("start of the first", 'a', a[0]);
	probe_check("end of the first", 'b', a[1]);
	probe_check("start of the second", 'c', b[0]);
	probe_check("end of the second", 'e', b[2]);
}

PROBE_CHECKS("readv scatters and writev gathers");
