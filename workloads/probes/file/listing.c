#include "probe.h"

#include "text.h"

#define FOLDER PROBE_FILE "-folder"

struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

void probe(void)
{
	static uint64_t buffer[128];
	int dots = 0, files = 0;
	long fd, len;

	sys(mkdir, FOLDER, 0700);
	for (char name[] = FOLDER "/a"; name[sizeof(name) - 2] <= 'c'; name[sizeof(name) - 2]++)
		probe_require("open to create", sys(open, name, O_CREAT | O_WRONLY, 0600));
	fd = probe_require("open of a folder", sys(open, FOLDER, O_RDONLY | O_DIRECTORY, 0));
	while ((len = probe_require("getdents64", sys(getdents64, fd, buffer, sizeof(buffer)))) >
	       0) {
		for (long at = 0; at < len;) {
			const struct entry *entry = (void *)((char *)buffer + at);

			if (entry->name[0] == '.')
				dots++;
			else
				files += entry->name[0] >= 'a' && entry->name[0] <= 'c' &&
					 !entry->name[1];
			at += entry->len;
		}
	}
	probe_check("dot and dot-dot", 2, dots);
	probe_check("files", 3, files);
	for (char name[] = FOLDER "/a"; name[sizeof(name) - 2] <= 'c'; name[sizeof(name) - 2]++)
		probe_check("unlink", 0, sys(unlink, name));
	probe_check("rmdir", 0, sys(rmdir, FOLDER));
}

PROBE_CHECKS("getdents64 lists each entry of a directory once, dot and dot-dot included");
