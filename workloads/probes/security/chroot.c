#include "probe.h"

static int child(void)
{
	struct port_stat st;

	probe_require("chroot", sys(chroot, "/tmp"));
	probe_check("chdir", 0, sys(chdir, "/"));
	probe_check("a file under its new name", 0, port_stat(&PROBE_FILE[4], &st));
	probe_check("what lies outside", -ENOENT, port_stat("/../../../../dev/null", &st));
	return 0;
}

void probe(void)
{
	probe_check("close", 0, port_close(probe_file("x")));
	if (sys(chroot, "/") == -ENOSYS)
		probe_absent("chroot", ENOSYS);
	probe_check("end of the child", 0, probe_child(child));
}

PROBE_CHECKS("chroot confines path lookup to a directory, dot-dot included");
