/* What programs that check disks share: a line a failure, `done` at the end if there was none. */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

static unsigned int failures;

static inline void check_(bool ok, const char *file, int line, const char *fmt, ...)
{
	int error = errno;
	va_list args;

	if (ok)
		return;
	failures++;
	printf("not ok %s:%d: ", file, line);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf(" (%s)\n", strerror(error));
}

#define check(cond, ...) check_(cond, __FILE__, __LINE__, __VA_ARGS__)

static inline void disk_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

_Noreturn static inline void disk_end(void)
{
	puts(failures ? "failed" : "done");
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

/* splitmix64 */
static inline uint64_t random_below(uint64_t *seed, uint64_t n)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % n;
}
