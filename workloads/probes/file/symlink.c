#include "probe.h"

#include "text.h"

#define LINK PROBE_FILE "-link"

void probe(void)
{
	char text[64] = { 0 };
	struct port_stat st;

	probe_check("close", 0, port_close(probe_file("xyz")));
	sys(unlink, LINK);
	probe_require("symlink", sys(symlink, PROBE_FILE, LINK));
	probe_check("stat through the link", 0, port_stat(LINK, &st));
	probe_check("size through the link", 3, st.linux_stat.st_size);
	probe_check("readlink", (int64_t)text_len(PROBE_FILE),
		    sys(readlink, LINK, text, sizeof(text)));
	probe_check("where it goes", 1, text_equal(text, PROBE_FILE));
	probe_check("open without following", -ELOOP, sys(open, LINK, O_RDONLY | O_NOFOLLOW, 0));
	probe_check("unlink", 0, sys(unlink, LINK));
}

PROBE_CHECKS("a symbolic link is followed, and readlink returns its target");
