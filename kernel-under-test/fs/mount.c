#include "fs/mount.h"

#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define FILESYSTEMS_MAX 8
#define MOUNTS_MAX	64

static struct {
	const char *name;
	struct inode *(*create)(void);
} filesystems[FILESYSTEMS_MAX];
static size_t filesystem_count;

/* Each with a reference on both. */
static struct {
	const char *filesystem;
	struct inode *root, *mountpoint;
} mounts[MOUNTS_MAX];
static size_t mount_count;

void filesystem_register(const char *name, struct inode *(*create)(void))
{
	if (filesystem_count == FILESYSTEMS_MAX)
		panic("fs: no room for file system %s", name);
	filesystems[filesystem_count].name = name;
	filesystems[filesystem_count].create = create;
	filesystem_count++;
}

int mount_at(struct inode *dir, const char *filesystem)
{
	size_t i = 0;

	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	while (i < filesystem_count && strcmp(filesystems[i].name, filesystem) != 0)
		i++;
	if (i == filesystem_count)
		return -ENODEV;
	if (dir->mounted || mount_count == MOUNTS_MAX)
		return -EBUSY;
	mounts[mount_count].root = filesystems[i].create();
	if (!mounts[mount_count].root)
		return -ENOMEM;
	mounts[mount_count].filesystem = filesystems[i].name;
	mounts[mount_count].mountpoint = inode_get(dir);
	dir->mounted = mounts[mount_count].root;
	dir->mounted->mountpoint = dir;
	mount_count++;
	return 0;
}

int mount_remove(struct inode *root)
{
	size_t i = 0;

	while (i < mount_count && mounts[i].root != root)
		i++;
	if (i == mount_count)
		return -EINVAL;
	/* The caller has one more: beyond that someone works in there. */
	if (root->object.refs > 2 || root->mounted)
		return -EBUSY;
	mounts[i].mountpoint->mounted = NULL;
	root->mountpoint = NULL;
	inode_put(mounts[i].mountpoint);
	inode_put(root);
	mounts[i] = mounts[--mount_count];
	return 0;
}

bool mount_get(size_t i, const char **filesystem, struct inode **mountpoint)
{
	if (i >= mount_count)
		return false;
	*filesystem = mounts[i].filesystem;
	*mountpoint = mounts[i].mountpoint;
	return true;
}
