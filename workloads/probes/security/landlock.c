#include "probe.h"

#include <linux/landlock.h>
#include <linux/prctl.h>

static int child(void)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ACCESS_FS_READ_FILE };
	long rules = sys(landlock_create_ruleset, &attr, sizeof(attr), 0);

	probe_check("landlock_create_ruleset", 1, rules >= 0);
	probe_check("prctl", 0, sys(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	probe_check("landlock_restrict_self", 0, sys(landlock_restrict_self, rules, 0));
	probe_check("open", -EACCES, port_open(PROBE_FILE, O_RDONLY));
	return 0;
}

void probe(void)
{
	probe_check("close", 0, port_close(probe_file("x")));
	if (sys(landlock_create_ruleset, 0, 0, LANDLOCK_CREATE_RULESET_VERSION) < 0)
		probe_absent("landlock_create_ruleset",
			     sys(landlock_create_ruleset, 0, 0, LANDLOCK_CREATE_RULESET_VERSION));
	probe_check("end of the child", 0, probe_child(child));
}

PROBE_CHECKS("Landlock lets a process give up access to most of the file system");
