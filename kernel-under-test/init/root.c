/* Setting up the root file system and /dev. */
#include "init/root.h"

#include "arch/mmu.h"
#include "fs/block.h"
#include "fs/cpio.h"
#include "fs/device.h"
#include "fs/ext2/ext2.h"
#include "fs/mount.h"
#include "fs/path.h"
#include "fs/tmpfs/tmpfs.h"
#include "init/options.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/page.h"

#define DEVICES "/dev/"

struct inode *root_make_devtmpfs(void)
{
	struct inode *root = tmpfs_create_volume();

	if (root && device_populate(root) < 0) {
		inode_put(root);
		return NULL;
	}
	return root;
}

static struct inode *unpack_initrd(const struct boot_info *boot)
{
	struct inode *root = tmpfs_create();
	int err;

	if (!root)
		panic("init: no memory for the root");
	if (boot->initrd.end > boot->initrd.start) {
		err = cpio_unpack(root, phys_to_virt(boot->initrd.start),
				  boot->initrd.end - boot->initrd.start);
		if (err)
			panic("init: the initrd can't be unpacked (error %d): it must be an "
			      "uncompressed cpio archive in newc form",
			      -err);
		page_release_region(boot->initrd);
	}
	return root;
}

static struct inode *mount_disk(const char *path, bool read_only)
{
	size_t skip = strncmp(path, DEVICES, strlen(DEVICES)) == 0 ? strlen(DEVICES) : 0;
	struct block_device *device = block_find_name(path + skip);
	struct inode *root;
	int err;

	if (!device)
		panic("init: root=%s: there is no such disk", path);
	err = ext2_mount(device, read_only || device->read_only, &root);
	if (err)
		panic("init: root=%s can't be mounted (error %d): it must be a sound ext2", path,
		      -err);
	return root;
}

/* With a disk as root, /dev is in memory, as its contents depend on the machine. */
static int fill_devices(struct inode *root, bool on_disk)
{
	struct path_base base = {.root = root, .from = root};
	struct inode *dev;
	int err = path_find(&base, "/dev", true, &dev);

	if (err == -ENOENT)
		err = root->ops->create(root, "dev", 3, S_IFDIR | 0755, 0, &dev);
	if (err)
		return err;
	err = on_disk ? mount_at(dev, "devtmpfs", NULL, 0) : device_populate(dev);
	inode_put(dev);
	return err;
}

struct inode *root_make(const struct boot_info *boot)
{
	const char *disk = option_text(boot->cmdline, "root");
	struct inode *root =
		disk ? mount_disk(disk, option_is(boot->cmdline, "ro")) : unpack_initrd(boot);
	int err = fill_devices(root, disk);

	if (err)
		panic("init: /dev can't be filled (error %d)", -err);
	return root;
}
