#include "probe.h"

#include <linux/capability.h>

static struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
static struct __user_cap_data_struct data[2];

static int child(void)
{
	data[0].effective &= ~(1u << CAP_SYS_CHROOT);
	data[0].permitted &= ~(1u << CAP_SYS_CHROOT);
	probe_check("capset", 0, sys(capset, &header, data));
	probe_check("chroot", -EPERM, sys(chroot, "/"));
	return 0;
}

void probe(void)
{
	probe_require("capget", sys(capget, &header, data));
	probe_check("root has it", 1, (data[0].effective >> CAP_SYS_CHROOT) & 1);
	probe_check("end of the child", 0, probe_child(child));
}

PROBE_CHECKS("root without a capability cannot do what it permits");
