#include "probe.h"

#include "text.h"

void probe(void)
{
	int fd = probe_file("eleven byte");
	char text[32] = { 0 };

	probe_check("lseek", 0, sys(lseek, fd, 0, SEEK_SET));
	probe_check("read of more than there is", 11, sys(read, fd, text, sizeof(text)));
	probe_check("text is as written", 1, text_equal(text, "eleven byte"));
	probe_check("read at the end", 0, sys(read, fd, text, sizeof(text)));
	probe_check("read into the kernel's memory", -EFAULT, sys(pread64, fd, -4096l, 4, 0));
	probe_check("write of a bad descriptor", -EBADF, sys(write, 999, text, 1));
}

PROBE_CHECKS("written data is read back, and read returns 0 at the end of the file");
