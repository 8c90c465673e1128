#include "probe.h"

#include <linux/stat.h>

void probe(void)
{
	struct port_stat st;
	struct statx stx = { 0 };

	probe_check("close", 0, port_close(probe_file("12345")));
	probe_require("statx", sys(statx, AT_FDCWD, PROBE_FILE, 0, STATX_BASIC_STATS, &stx));
	probe_check("stat", 0, port_stat(PROBE_FILE, &st));
	probe_check("size", 5, (int64_t)stx.stx_size);
	probe_check("inode", (int64_t)st.linux_stat.st_ino, (int64_t)stx.stx_ino);
	probe_check("mode", st.linux_stat.st_mode, stx.stx_mode);
}

PROBE_CHECKS("statx agrees with stat");
