/*
 * An /init that tells the addresses of the kernel's functions, for kernels whose image has no
 * symbol table: lines of /proc/kallsyms go out where machine.h says. Linux only.
 */
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* "ffffffff81000000 T name": only functions are wanted, and they are a third of all. */
static void out_function(const char *line, size_t len)
{
	if (len > 18 && (line[17] == 't' || line[17] == 'T' || line[17] == 'w' || line[17] == 'W'))
		machine_out(line, len);
}

static void tell(long fd)
{
	static char text[1 << 16];
	size_t kept = 0;
	long got;

	while ((got = machine_call(SYS_READ, fd, (long)(text + kept), (long)(sizeof(text) - kept), 0,
				   0)) > 0) {
		size_t start = 0, len = kept + (size_t)got;

		for (size_t i = kept; i < len; i++) {
			if (text[i] != '\n')
				continue;
			out_function(text + start, i + 1 - start);
			start = i + 1;
		}
		kept = len - start;
		for (size_t i = 0; i < kept; i++)
			text[i] = text[start + i];
		if (kept == sizeof(text))
			return;
	}
}

void _start(void)
{
	long fd;

	machine_mkdir("/proc");
	machine_call(SYS_MOUNT, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
	fd = machine_open("/proc/kallsyms");
	if (fd >= 0 && machine_ready())
		tell(fd);
	for (;;)
		machine_call(SYS_REBOOT, 0xfee1dead, 672274793, 0x1234567, 0, 0);
}
