/* mount, umount, statfs, sync. */
#include "fs/mount.h"
#include "fs/block.h"
#include "fs/block_file.h"
#include "ipc/pipe.h"
#include "lib/string.h"
#include "net/socket.h"
#include "syscall/user.h"

#define FILESYSTEM_NAME_MAX 32
#define TMPFS_MAGIC	    0x01021994

#define ST_VALID    32
#define ST_RELATIME 4096

#define ST_NOSYMFOLLOW 8192

#define MS_RDONLY   1
#define MS_REMOUNT  32
#define MS_MOVE	    8192
#define MS_RELATIME (1 << 21)
/* Bind mounts and propagation are refused: better an error than a wrong success. */
#define MS_UNSUPPORTED (4096 | 1 << 17 | 1 << 18 | 1 << 19 | 1 << 20)

#define MNT_FORCE	1
#define MNT_DETACH	2
#define MNT_EXPIRE	4
#define UMOUNT_NOFOLLOW 8
#define UMOUNT_FLAGS	(MNT_FORCE | MNT_DETACH | MNT_EXPIRE | UMOUNT_NOFOLLOW)

/* The block device that a path leads to. */
static int find_device(uint64_t path, struct block_device **out)
{
	struct inode *node SCOPED(inode_put) = NULL;
	int err = path ? user_inode(AT_FDCWD, path, 0, &node) : -ENOENT;

	if (err)
		return err;
	if (!inode_is(node, S_IFBLK))
		return -ENOTBLK;
	*out = block_find(node->device);
	return *out ? 0 : -ENXIO;
}

/* Flags for mount_at(). Without an access time flag a remount keeps the old one. */
static unsigned int mount_flags(uint64_t flags, const struct volume *before)
{
	if (flags & VOLUME_STRICTATIME)
		flags &= ~(uint64_t)VOLUME_NOATIME;
	if (before && !(flags & (VOLUME_ATIME | MS_RELATIME)))
		flags |= before->flags & VOLUME_ATIME;
	return flags & (MS_RDONLY | VOLUME_FLAGS);
}

long sys_mount(uint64_t source, uint64_t target, uint64_t type, uint64_t flags, uint64_t data)
{
	struct block_device *device = NULL;
	char name[FILESYSTEM_NAME_MAX];
	struct inode *dir, *root;
	long err;

	(void)data;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	if (flags & MS_UNSUPPORTED)
		return -EINVAL;
	if (!(flags & (MS_REMOUNT | MS_MOVE))) {
		err = copy_string_from_user(name, type, sizeof(name));
		if (err < 0)
			return err == -ENAMETOOLONG ? -ENODEV : err;
	}
	err = user_inode(AT_FDCWD, target, 0, &dir);
	if (err)
		return err;
	/* In-memory file systems ignore the source. */
	if (flags & MS_REMOUNT) {
		err = mount_remount(dir, mount_flags(flags, dir->volume));
	} else if (flags & MS_MOVE) {
		err = user_inode(AT_FDCWD, source, 0, &root);
		if (!err) {
			err = mount_move(root, dir);
			inode_put(root);
		}
	} else {
		err = filesystem_needs_device(name) ? find_device(source, &device) : 0;
		if (!err)
			err = mount_at(dir, name, device, mount_flags(flags, NULL));
	}
	inode_put(dir);
	return err;
}

long sys_umount2(uint64_t target, uint64_t flags)
{
	struct inode *root;
	long err;

	if ((flags & ~(uint64_t)UMOUNT_FLAGS) ||
	    ((flags & MNT_EXPIRE) && (flags & (MNT_FORCE | MNT_DETACH))))
		return -EINVAL;
	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = user_inode(AT_FDCWD, target, flags & UMOUNT_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0,
			 &root);
	if (err)
		return err;
	err = mount_remove(root, flags & MNT_DETACH);
	if (err)
		inode_put(root);
	return err;
}

struct user_statfs {
	int64_t type, block_size;
	uint64_t blocks, free, available, files, files_free;
	int32_t id[2];
	int64_t name_max, fragment_size, flags, spare[4];
};

#define ANON_INODE_MAGIC 0x09041934
#define PIPEFS_MAGIC	 0x50495045
#define SOCKFS_MAGIC	 0x534f434b

static long put_statfs(const struct inode *inode, uint64_t out)
{
	struct volume_stat v;
	uint32_t flags = 0;
	struct user_statfs st = {.name_max = NAME_LEN_MAX, .flags = ST_VALID};

	_Static_assert(sizeof(st) == 120, "x86_64 ABI");
	if (inode && inode->volume) {
		inode->volume->ops->stat(inode->volume, &v);
		st.id[0] = (int32_t)inode->volume->number;
		flags = inode->volume->flags;
		st.flags |= (flags & ~(uint32_t)(VOLUME_NOSYMFOLLOW | VOLUME_STRICTATIME)) |
			    (inode->volume->read_only ? MS_RDONLY : 0) |
			    (flags & VOLUME_NOSYMFOLLOW ? ST_NOSYMFOLLOW : 0);
	} else {
		volume_stat_memory(TMPFS_MAGIC, &v);
	}
	st.flags |= flags & (VOLUME_NOATIME | VOLUME_STRICTATIME) ? 0 : ST_RELATIME;
	st.type = (int64_t)v.type;
	st.block_size = st.fragment_size = (int64_t)v.block_size;
	st.blocks = v.blocks, st.free = v.free, st.available = v.available;
	st.files = v.files, st.files_free = v.files_free;
	return copy_to_user(out, &st, sizeof(st));
}

long sys_statfs(uint64_t path, uint64_t out)
{
	struct inode *inode SCOPED(inode_put) = NULL;

	return user_inode(AT_FDCWD, path, 0, &inode) ?: put_statfs(inode, out);
}

long sys_fstatfs(uint64_t fd, uint64_t out)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);

	struct user_statfs st = {.name_max = NAME_LEN_MAX, .flags = ST_VALID};

	if (!f)
		return -EBADF;
	if (f->inode)
		return put_statfs(f->inode, out);
	st.block_size = st.fragment_size = PAGE_SIZE;
	st.type = socket_of(f) ? SOCKFS_MAGIC : pipe_is(f) ? PIPEFS_MAGIC : ANON_INODE_MAGIC;
	return copy_to_user(out, &st, sizeof(st));
}

/* `device`: as st_dev reports it. */
long sys_ustat(uint64_t device, uint64_t out)
{
	struct volume *v = mount_volume((uint32_t)device);
	struct volume_stat stat;
	struct {
		int32_t free, pad;
		uint64_t files_free;
		char name[6], pack[6], pad2[4];
	} st = {0};

	_Static_assert(sizeof(st) == 32, "x86_64 ABI");
	if (v)
		v->ops->stat(v, &stat);
	else if (device == DEVICE(0, 1))
		volume_stat_memory(TMPFS_MAGIC, &stat);
	else
		return -EINVAL;
	st.free = (int32_t)MIN(stat.free, (uint64_t)INT32_MAX);
	st.files_free = stat.files_free;
	return copy_to_user(out, &st, sizeof(st));
}

#define SYSFS_INDEX 1
#define SYSFS_NAME  2
#define SYSFS_COUNT 3

/* File system names by index, and indices by name. */
long sys_sysfs(uint64_t option, uint64_t arg, uint64_t out)
{
	char wanted[FILESYSTEM_NAME_MAX];
	const char *name;
	long i, err;
	bool disk;

	switch ((int)option) {
	case SYSFS_INDEX:
		err = copy_string_from_user(wanted, arg, sizeof(wanted));
		if (err < 0)
			return err == -ENAMETOOLONG ? -EINVAL : err;
		for (i = 0; filesystem_get((size_t)i, &name, &disk); i++)
			if (!strcmp(name, wanted))
				return i;
		return -EINVAL;
	case SYSFS_NAME:
		if (!filesystem_get((uint32_t)arg, &name, &disk))
			return -EINVAL;
		return copy_to_user(out, name, strlen(name) + 1);
	case SYSFS_COUNT:
		for (i = 0; filesystem_get((size_t)i, &name, &disk);)
			i++;
		return i;
	default:
		return -EINVAL;
	}
}

long sys_sync(void)
{
	volume_sync_all();
	return 0;
}

static int sync_file(struct file *f)
{
	if (f->flags & O_PATH)
		return -EBADF;
	if (!f->inode || inode_is(f->inode, S_IFCHR) || inode_is(f->inode, S_IFIFO) ||
	    inode_is(f->inode, S_IFSOCK))
		return -EINVAL;
	if (inode_is(f->inode, S_IFBLK))
		return block_file_sync(f);
	return f->inode->volume ? f->inode->volume->ops->sync_inode(f->inode) : 0;
}

long sys_fsync(uint64_t fd)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);

	return f ? sync_file(f) : -EBADF;
}

long sys_syncfs(uint64_t fd)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);

	if (!f)
		return -EBADF;
	return f->inode && f->inode->volume ? f->inode->volume->ops->sync(f->inode->volume) : 0;
}
