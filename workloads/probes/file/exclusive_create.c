#include "probe.h"

void probe(void)
{
	probe_check("close", 0, port_close(probe_file("x")));
	probe_check("open with O_EXCL", -EEXIST,
		    sys(open, PROBE_FILE, O_CREAT | O_EXCL | O_WRONLY, 0600));
}

PROBE_CHECKS("open with O_CREAT and O_EXCL fails if the file exists");
