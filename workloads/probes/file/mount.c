#include "probe.h"

#define FOLDER PROBE_FILE "-folder"

void probe(void)
{
	struct port_stat st;

	sys(mkdir, FOLDER, 0700);
	probe_require("open to create", sys(open, FOLDER "/below", O_CREAT | O_WRONLY, 0600));
	probe_require("mount of a tmpfs", sys(mount, "none", FOLDER, "tmpfs", 0, 0));
	probe_check("stat of what is covered", -ENOENT, port_stat(FOLDER "/below", &st));
	probe_check("umount", 0, sys(umount2, FOLDER, 0));
	probe_check("stat once it is back", 0, port_stat(FOLDER "/below", &st));
}

PROBE_CHECKS("a file system can be mounted on a directory and unmounted");
