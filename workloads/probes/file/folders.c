#include "probe.h"

#define FOLDER PROBE_FILE "-folder"

void probe(void)
{
	sys(rmdir, FOLDER);
	probe_require("mkdir", sys(mkdir, FOLDER, 0700));
	probe_check("mkdir again", -EEXIST, sys(mkdir, FOLDER, 0700));
	probe_require("open to create", sys(open, FOLDER "/x", O_CREAT | O_WRONLY, 0600));
	probe_check("rmdir while it holds a file", -ENOTEMPTY, sys(rmdir, FOLDER));
	probe_check("unlink", 0, sys(unlink, FOLDER "/x"));
	probe_check("rmdir", 0, sys(rmdir, FOLDER));
	probe_check("open in it", -ENOENT, sys(open, FOLDER "/x", O_CREAT | O_WRONLY, 0600));
}

PROBE_CHECKS("mkdir creates a directory, and rmdir removes it only when empty");
