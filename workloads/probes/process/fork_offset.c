#include "probe.h"

static int fd;

static int child(void)
{
	return sys(lseek, fd, 3, SEEK_SET) != 3;
}

void probe(void)
{
	fd = probe_file("abcdef");
	probe_check("lseek in the child", 0, probe_child(child));
	probe_check("position in the parent", 3, sys(lseek, fd, 0, SEEK_CUR));
}

PROBE_CHECKS("parent and child share the offset of a file opened before fork");
