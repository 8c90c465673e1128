#include "probe.h"

void probe(void)
{
	probe_check("close", 0, port_close(probe_file("x")));
	probe_check("open of a missing file", -ENOENT, port_open("/tmp/not-there", O_RDONLY));
	probe_check("open in a missing folder", -ENOENT, port_open("/not/there", O_RDONLY));
	probe_check("open below a file", -ENOTDIR, port_open(PROBE_FILE "/x", O_RDONLY));
	probe_check("open of an empty path", -ENOENT, port_open("", O_RDONLY));
	probe_check("open of a folder to write", -EISDIR, port_open("/tmp", O_WRONLY));
}

PROBE_CHECKS("open fails with ENOENT for a missing file and with ENOTDIR below a regular one");
