#include "probe.h"

static int child(void)
{
	probe_require("setgid", sys(setgid, 1000));
	probe_require("setuid", sys(setuid, 1000));
	probe_check("getuid", 1000, sys(getuid));
	probe_check("open of root's own file", -EACCES, port_open(PROBE_FILE, O_RDONLY));
	probe_check("setuid to root", -EPERM, sys(setuid, 0));
	probe_check("signal to root's process", -EPERM, sys(kill, port_getppid(), 0));
	return 0;
}

void probe(void)
{
	long self = sys(getuid);

	probe_check("close", 0, port_close(probe_file("secret")));
	probe_check("this process is root's", 0, probe_require("getuid", self));
	probe_require("setuid", sys(setuid, 0));
	probe_require("setgid", sys(setgid, 0));
	probe_check("end of the child", 0, probe_child(child));
}

PROBE_CHECKS("an unprivileged user cannot open the files of another or become root again");
