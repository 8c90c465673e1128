/*
 * An /init that tells the addresses of the kernel's functions, for kernels whose image has no
 * symbol table: lines of /proc/kallsyms go out through QEMU's debug port. Linux on x86-64 only.
 */
#include <stddef.h>
#include <stdint.h>

#define DEBUG_PORT 0xe9
#define SYS_READ 0
#define SYS_OPEN 2
#define SYS_MKDIR 83
#define SYS_MOUNT 165
#define SYS_REBOOT 169
#define SYS_IOPL 172

static long call(long number, long a, long b, long c, long d, long e)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

static void out(const char *text, size_t len)
{
	__asm__ volatile("rep outsb" : "+S"(text), "+c"(len) : "d"(DEBUG_PORT) : "memory");
}

/* "ffffffff81000000 T name": only functions are wanted, and they are a third of all. */
static void out_function(const char *line, size_t len)
{
	if (len > 18 && (line[17] == 't' || line[17] == 'T' || line[17] == 'w' || line[17] == 'W'))
		out(line, len);
}

static void tell(long fd)
{
	static char text[1 << 16];
	size_t kept = 0;
	long got;

	while ((got = call(SYS_READ, fd, (long)(text + kept), (long)(sizeof(text) - kept), 0, 0)) >
	       0) {
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

	call(SYS_MKDIR, (long)"/proc", 0755, 0, 0, 0);
	call(SYS_MOUNT, (long)"proc", (long)"/proc", (long)"proc", 0, 0);
	fd = call(SYS_OPEN, (long)"/proc/kallsyms", 0, 0, 0, 0);
	if (fd >= 0 && call(SYS_IOPL, 3, 0, 0, 0, 0) == 0)
		tell(fd);
	for (;;)
		call(SYS_REBOOT, 0xfee1dead, 672274793, 0x1234567, 0, 0);
}
