#include "probe.h"

#define LINK PROBE_FILE "-link"

void probe(void)
{
	sys(unlink, LINK);
	probe_require("symlink", sys(symlink, LINK, LINK));
	probe_check("open", -ELOOP, port_open(LINK, O_RDONLY));
	probe_check("unlink", 0, sys(unlink, LINK));
}

PROBE_CHECKS("a loop of symbolic links fails with ELOOP");
