/* devpts: tmpfs with names created and removed by the kernel only. */
#include "drivers/devpts.h"

#include "fs/mount.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/printf.h"

#define PTMX	     DEVICE(5, 2)
#define DEVPTS_MAGIC 0x1cd1

static struct inode *root;
static struct volume volume;
static const struct inode_ops *names;
static struct inode_ops devpts_ops;

static int refuse_create(struct inode *, const char *, size_t, uint32_t mode, uint64_t,
			 struct inode **)
{
	return (mode & S_IFMT) == S_IFREG ? -EACCES : -EPERM;
}

static int refuse_symlink(struct inode *, const char *, size_t, const char *)
{
	return -EPERM;
}

static int refuse_link(struct inode *, const char *, size_t, struct inode *)
{
	return -EPERM;
}

static int refuse_unlink(struct inode *dir, const char *name, size_t len, bool)
{
	struct inode *found;
	int err = names->lookup(dir, name, len, &found);

	if (err)
		return err;
	inode_put(found);
	return -EPERM;
}

static int refuse_rename(struct inode *dir, const char *name, size_t len, struct inode *,
			 const char *, size_t, unsigned int)
{
	return refuse_unlink(dir, name, len, false);
}

static struct object_ops object_ops;

/* The root outlives unmounting, along with its names. */
static void stay(struct object *)
{
}

static struct inode *create(void)
{
	return inode_get(root);
}

int devpts_add(unsigned int number, struct inode **out)
{
	char name[12];
	size_t len = (size_t)format(name, sizeof(name), "%u", number);

	return names->create(root, name, len, S_IFCHR | 0600, DEVICE(DEVPTS_MAJOR, number), out);
}

void devpts_remove(unsigned int number)
{
	char name[12];
	size_t len = (size_t)format(name, sizeof(name), "%u", number);

	names->unlink(root, name, len, false);
}

void devpts_init(void)
{
	struct inode *ptmx;

	root = tmpfs_create();
	if (!root)
		panic("devpts: no memory");
	volume_init_memory(&volume, DEVPTS_MAGIC);
	root->volume = &volume;
	names = root->ops;
	devpts_ops = *names;
	devpts_ops.create = refuse_create;
	devpts_ops.symlink = refuse_symlink;
	devpts_ops.link = refuse_link;
	devpts_ops.unlink = refuse_unlink;
	devpts_ops.rename = refuse_rename;
	root->ops = &devpts_ops;
	object_ops = *root->object.ops;
	object_ops.release = stay;
	root->object.ops = &object_ops;
	inode_put(root);
	/* Mode 0, as on Linux: programs open /dev/ptmx. */
	if (names->create(root, "ptmx", 4, S_IFCHR, PTMX, &ptmx) < 0)
		panic("devpts: no memory");
	inode_put(ptmx);
	filesystem_register("devpts", create);
}
