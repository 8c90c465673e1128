#include "port.h"

#include <stdbool.h>

#include <linux/reboot.h>
#include <linux/stat.h>

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

	sys(mkdir, "/dev", 0755);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++) {
		const struct device *dev = &devices[i];
		long ret;

		if (path_exists(dev->path))
			continue;
		ret = sys(mknod, dev->path, S_IFCHR | 0666, dev->major << 8 | dev->minor);
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
		sys(mount, "devtmpfs", "/dev", "devtmpfs", 0, 0);
	return console_open();
}

static void reboot(long command)
{
	sys(reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command);
}

_Noreturn void port_shutdown(void)
{
	port_drain(PORT_CONSOLE);
	/* Run by hand, as a program among others: the machine is not ours to take down. */
	if (port_getpid() != 1)
		port_exit(0);
	sys(sync);
	reboot(LINUX_REBOOT_CMD_RESTART);
	reboot(LINUX_REBOOT_CMD_POWER_OFF);
	for (;;)
		port_sleep_ns(1000000000);
}
