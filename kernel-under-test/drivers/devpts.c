#include "drivers/devpts.h"

#include "fs/mount.h"
#include "fs/tmpfs/tmpfs.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define PTMX	     DEVICE(5, 2)
#define DEVPTS_MAGIC 0x1cd1

/* Its names are kept as tmpfs keeps them, but only the kernel makes and removes them. */
static struct inode *root;
static struct volume volume;
static const struct inode_ops *names;
static struct inode_ops devpts_ops;

static int refuse_create(struct inode *dir, const char *name, size_t len, uint32_t mode,
			 uint64_t device, struct inode **out)
{
	(void)dir, (void)name, (void)len, (void)device, (void)out;
	return (mode & S_IFMT) == S_IFREG ? -EACCES : -EPERM;
}

static int refuse_symlink(struct inode *dir, const char *name, size_t len, const char *target)
{
	(void)dir, (void)name, (void)len, (void)target;
	return -EPERM;
}

static int refuse_link(struct inode *dir, const char *name, size_t len, struct inode *target)
{
	(void)dir, (void)name, (void)len, (void)target;
	return -EPERM;
}

static int refuse_unlink(struct inode *dir, const char *name, size_t len, bool directory)
{
	(void)dir, (void)name, (void)len, (void)directory;
	return -EPERM;
}

static int refuse_rename(struct inode *from, const char *name, size_t len, struct inode *to,
			 const char *new_name, size_t new_len, unsigned int flags)
{
	(void)from, (void)name, (void)len, (void)to, (void)new_name, (void)new_len, (void)flags;
	return -EPERM;
}

static struct object_ops object_ops;

/* Mounted nowhere, it still has the names. */
static void stay(struct object *o)
{
	(void)o;
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
	/* Without rights, as on Linux: /dev/ptmx is what one opens. */
	if (names->create(root, "ptmx", 4, S_IFCHR, PTMX, &ptmx) < 0)
		panic("devpts: no memory");
	inode_put(ptmx);
	filesystem_register("devpts", create);
}
