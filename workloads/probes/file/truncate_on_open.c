#include "probe.h"

void probe(void)
{
	struct port_stat st;

	probe_check("close", 0, port_close(probe_file("some text")));
	probe_require("open with O_TRUNC", sys(open, PROBE_FILE, O_TRUNC | O_WRONLY, 0));
	probe_check("stat", 0, port_stat(PROBE_FILE, &st));
	probe_check("size", 0, st.linux_stat.st_size);
}

PROBE_CHECKS("open with O_TRUNC empties a file");
