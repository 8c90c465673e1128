#include "probe.h"

void probe(void)
{
	long null = probe_require("open of /dev/null", port_open("/dev/null", O_RDWR));
	long zero = probe_require("open of /dev/zero", port_open("/dev/zero", O_RDONLY));
	char text[8] = "abcdefg";

	probe_check("write to /dev/null", 8, sys(write, null, text, 8));
	probe_check("read of /dev/null", 0, sys(read, null, text, 8));
	probe_check("read of /dev/zero", 8, sys(read, zero, text, 8));
	probe_check("bytes of /dev/zero", 0, text[0] | text[7]);
}

PROBE_CHECKS("/dev/null discards writes, and /dev/zero reads as zeros");
