/* The table of registered devices. */
#include "fs/device.h"

#include "lib/errno.h"
#include "lib/printf.h"

#define DEVICES_MAX 32
#define MAJORS_MAX  4

static struct {
	const char *name;
	uint64_t device;
	uint32_t mode;
	const struct file_ops *ops;
} devices[DEVICES_MAX];
static size_t device_count;

static struct {
	uint32_t major;
	const struct file_ops *ops;
} majors[MAJORS_MAX];
static size_t major_count;

void device_register(const char *name, uint64_t device, uint32_t mode, const struct file_ops *ops)
{
	if (device_count == DEVICES_MAX)
		panic("fs: no room for device %s", name);
	devices[device_count].name = name;
	devices[device_count].device = device;
	devices[device_count].mode = mode & S_IFMT ? mode : S_IFCHR | mode;
	devices[device_count].ops = ops;
	device_count++;
}

void device_register_major(uint32_t major, const struct file_ops *ops)
{
	if (major_count == MAJORS_MAX)
		panic("fs: no room for devices of major number %u", major);
	majors[major_count].major = major;
	majors[major_count++].ops = ops;
}

const struct file_ops *device_find(uint32_t type, uint64_t device)
{
	for (size_t i = 0; i < device_count; i++)
		if (devices[i].device == device && (devices[i].mode & S_IFMT) == type)
			return devices[i].ops;
	for (size_t i = 0; i < major_count && type == S_IFCHR; i++)
		if (majors[i].major == DEVICE_MAJOR(device))
			return majors[i].ops;
	return NULL;
}

int device_populate(struct inode *dir)
{
	for (size_t i = 0; i < device_count; i++) {
		struct inode *node;
		int err = dir->ops->create(dir, devices[i].name, strlen(devices[i].name),
					   devices[i].mode, devices[i].device, &node);

		if (err == 0)
			inode_put(node);
		else if (err != -EEXIST)
			return err;
	}
	return 0;
}
