#include "probe.h"

#include <linux/memfd.h>

void probe(void)
{
	long fd = probe_require("memfd_create", sys(memfd_create, "probe", MFD_ALLOW_SEALING));

	probe_check("write", 4, sys(write, fd, "text", 4));
	probe_check("seal against writing", 0, sys(fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE));
	probe_check("write once sealed", -EPERM, sys(write, fd, "text", 4));
}

PROBE_CHECKS("memfd_create makes an anonymous file, which can be sealed");
