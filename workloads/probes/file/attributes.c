#include "probe.h"

#include "text.h"

void probe(void)
{
	int fd = probe_file("x");
	char text[8] = { 0 };

	probe_require("fsetxattr", sys(fsetxattr, fd, "trusted.probe", "value", 5, 0));
	probe_check("fgetxattr", 5, sys(fgetxattr, fd, "trusted.probe", text, sizeof(text)));
	probe_check("the attribute", 1, text_equal(text, "value"));
}

PROBE_CHECKS("a file can carry extended attributes");
