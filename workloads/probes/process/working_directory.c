#include "probe.h"

#include "text.h"

static int child(void)
{
	char path[64] = { 0 };

	sys(getcwd, path, sizeof(path));
	return !text_equal(path, "/tmp");
}

void probe(void)
{
	struct port_stat st;

	probe_check("close", 0, port_close(probe_file("x")));
	probe_require("chdir", sys(chdir, "/tmp"));
	probe_check("stat of a relative path", 0, port_stat(&PROBE_FILE[5], &st));
	probe_check("stat from above", 0, port_stat("../tmp/../" PROBE_FILE, &st));
	probe_check("working directory of a child", 0, probe_child(child));
}

PROBE_CHECKS("relative paths start at the working directory, which a child inherits");
