#include "port.h"

#include <stdbool.h>

#define S_IFCHR 0020000

struct device {
	const char *path;
	unsigned int major, minor;
};

/* Numbers from Linux's Documentation/admin-guide/devices.txt. */
static const struct device devices[] = {
	{ "/dev/console", 5, 1 },
	{ "/dev/null", 1, 3 },
	{ "/dev/zero", 1, 5 },
};

static bool path_exists(const char *path)
{
	struct port_stat st;

	return port_stat(path, &st) == 0;
}

static long devices_make(void)
{
	long failed = 0;

	linux_call2(LINUX_MKDIR, (long)"/dev", 0755);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		const struct device *dev = &devices[i];
		long ret;

		if (path_exists(dev->path))
			continue;
		ret = linux_call3(LINUX_MKNOD, (long)dev->path, S_IFCHR | 0666,
				  (long)(dev->major << 8 | dev->minor));
		if (ret < 0)
			failed = ret;
	}
	return failed;
}

static long console_open(void)
{
	struct port_stat st;
	long fd;

	if (port_fstat(0, &st) == 0 && port_fstat(1, &st) == 0 && port_fstat(2, &st) == 0)
		return 0;
	fd = port_open("/dev/console", PORT_O_RDWR);
	while (fd >= 0 && fd < 2)
		fd = port_dup((int)fd);
	if (fd > 2)
		port_close((int)fd);
	return fd < 0 ? fd : 0;
}

long port_boot(void)
{
	/* Nodes of our own keep the file system the same on every kernel; a mount is the resort. */
	if (devices_make() < 0)
		linux_call6(LINUX_MOUNT, (long)"devtmpfs", (long)"/dev", (long)"devtmpfs", 0, 0, 0);
	return console_open();
}

static void reboot(long command)
{
	linux_call3(LINUX_REBOOT, 0xfee1dead, 672274793, command);
}

_Noreturn void port_shutdown(void)
{
	port_drain(PORT_CONSOLE);
	linux_call0(LINUX_SYNC);
	reboot(0x1234567);  /* RB_AUTOBOOT */
	reboot(0x4321fedc); /* RB_POWER_OFF */
	for (;;)
		port_sleep_ns(1000000000);
}
