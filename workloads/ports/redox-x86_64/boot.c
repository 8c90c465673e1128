#include "port.h"

#include "redox_call.h"
#include "redox_state.h"

struct redox_state redox;

/* Where the kernel says which descriptors lead to its own files: below the end of user memory. */
#define METADATA 0x7fffffffc000

struct root {
	uint8_t id;
	uint64_t fd;
};

enum { ROOT_DEBUG = 1, ROOT_EVENT = 2, ROOT_PIPE = 4, ROOT_SYS = 8, ROOT_PROC = 9 };

static void roots_find(struct redox_roots *roots)
{
	uint64_t count = *(const uint64_t *)METADATA;
	const struct root *root = (const struct root *)(METADATA + sizeof(count));

	for (; count--; root++) {
		long fd = (long)root->fd;

		switch (root->id) {
		case ROOT_DEBUG:
			roots->debug = fd;
			break;
		case ROOT_EVENT:
			roots->event = fd;
			break;
		case ROOT_PIPE:
			roots->pipe = fd;
			break;
		case ROOT_SYS:
			roots->sys = fd;
			break;
		case ROOT_PROC:
			roots->proc = fd;
			break;
		}
	}
}

long port_boot(void)
{
	long ret = 0;

	roots_find(&redox.roots);
	for (int fd = 0; fd <= 2 && ret >= 0; fd++)
		ret = redox_open(redox.roots.debug, "", 0, redox_slot_take());
	return ret;
}

_Noreturn void port_shutdown(void)
{
	static const char path[] = "kstop", verb[] = "reset";
	long fd = redox_slot_take();

	if (fd >= 0 && redox_open(redox.roots.sys, path, sizeof(path) - 1, fd) >= 0) {
		redox_write(fd, verb, sizeof(verb) - 1);
		/* A write to a file that acts may only act when it is closed. */
		redox_close(fd);
	}
	for (;;)
		port_sleep_ns(1000000000);
}
