#include "probe.h"

#include <linux/utsname.h>

#include "text.h"

void probe(void)
{
	struct new_utsname name;

	probe_require("uname", sys(uname, &name));
	probe_check("a name of the system", 1, name.sysname[0] != 0);
	probe_check("a release", 1, name.release[0] != 0);
	probe_check("the machine is " PORT_ARCH, 1, text_equal(name.machine, PORT_ARCH));
}

PROBE_CHECKS("uname returns the names of the system and the machine");
