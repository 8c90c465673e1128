#include "probe.h"

#include <linux/stat.h>

void probe(void)
{
	struct port_stat st;

	sys(umask, 022);
	sys(unlink, PROBE_FILE);
	probe_require("open to create", sys(open, PROBE_FILE, O_CREAT | O_WRONLY, 0666));
	probe_check("stat", 0, port_stat(PROBE_FILE, &st));
	probe_check("mode, less the umask", S_IFREG | 0644, st.linux_stat.st_mode);
	probe_check("size", 0, st.linux_stat.st_size);
}

PROBE_CHECKS("open with O_CREAT creates a file with the given mode");
