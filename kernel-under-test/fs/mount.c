#include "fs/mount.h"

#include "fs/peek.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"

#define FILESYSTEMS_MAX 8
#define MOUNTS_MAX	64

static struct {
	const char *name;
	struct inode *(*create)(void);
	int (*mount)(struct block_device *device, bool read_only, struct inode **root);
} filesystems[FILESYSTEMS_MAX];
static size_t filesystem_count;

/* Each with a reference on both. */
static struct {
	const char *filesystem;
	struct inode *root, *mountpoint;
} mounts[MOUNTS_MAX];
static size_t mount_count;

uint32_t mount_changes;
struct wait_queue mount_watchers = {LIST_INIT(mount_watchers.waiters)};

static void changed(void)
{
	mount_changes++;
	wait_wake_all(&mount_watchers);
}

/* Roots with a reference, of what was taken away while it was in use. */
static struct inode *detached[MOUNTS_MAX];
static size_t detached_count;

static void enter(const char *name)
{
	if (filesystem_count == FILESYSTEMS_MAX)
		panic("fs: no room for file system %s", name);
	filesystems[filesystem_count++].name = name;
}

void filesystem_register(const char *name, struct inode *(*create)(void))
{
	enter(name);
	filesystems[filesystem_count - 1].create = create;
}

void filesystem_register_disk(const char *name, int (*mount)(struct block_device *device,
							     bool read_only, struct inode **root))
{
	enter(name);
	filesystems[filesystem_count - 1].mount = mount;
}

bool filesystem_get(size_t i, const char **name, bool *disk)
{
	if (i >= filesystem_count)
		return false;
	*name = filesystems[i].name;
	*disk = filesystems[i].mount;
	return true;
}

bool filesystem_needs_device(const char *name)
{
	for (size_t i = 0; i < filesystem_count; i++)
		if (filesystems[i].mount && strcmp(filesystems[i].name, name) == 0)
			return true;
	return false;
}

static int mount_set(struct volume *v, unsigned int flags)
{
	v->flags = flags & VOLUME_FLAGS;
	timer_day++;
	return v->ops->set_read_only(v, flags & MOUNT_READ_ONLY);
}

static int make(size_t i, struct block_device *source, unsigned int flags, struct inode **root)
{
	int err = source ? 0 : -ENOTBLK;

	if (filesystems[i].mount) {
		if (!err)
			err = filesystems[i].mount(source, flags & MOUNT_READ_ONLY, root);
		if (!err)
			(*root)->volume->flags = flags & VOLUME_FLAGS;
		return err;
	}
	*root = filesystems[i].create();
	if (!*root)
		return -ENOMEM;
	return (*root)->volume ? mount_set((*root)->volume, flags) : 0;
}

/*
 * Whether `dir` is `root`, lies below it, or on it: with `root` mounted there, ways up or down
 * would never end. Those that are there do.
 */
static bool is_circle(struct inode *root, struct inode *dir)
{
	struct inode *at = inode_get(dir), *above;
	bool found;

	while (at != root) {
		above = at->mountpoint ? inode_get(at->mountpoint) : at->ops->parent(at);
		inode_put(at);
		if (above == at)
			break;
		at = above;
	}
	found = at == root;
	inode_put(at);
	/* What is there once, and mounted twice, has one way up and two down. */
	for (struct inode *on = root->mounted; on && !found; on = on->mounted)
		found = on == dir;
	return found;
}

static void cover(size_t i, struct inode *dir)
{
	mounts[i].mountpoint = inode_get(dir);
	mounts[i].root->mountpoint = dir;
	__atomic_store_n(&dir->mounted, mounts[i].root, __ATOMIC_RELEASE);
}

/* Nobody can get in any more. Takes over a reference. */
static void end(struct inode *root)
{
	if (root->volume)
		root->volume->ops->unmount(root->volume, root);
	else
		inode_put(root);
}

int mount_at(struct inode *dir, const char *filesystem, struct block_device *source,
	     unsigned int flags)
{
	struct inode *root;
	size_t i = 0;
	int err;

	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	while (i < filesystem_count && strcmp(filesystems[i].name, filesystem) != 0)
		i++;
	if (i == filesystem_count)
		return -ENODEV;
	err = dir->mounted ? -EBUSY : make(i, source, flags, &root);
	if (err)
		return err;
	/* While the disk was read someone else may have come. */
	if (dir->mounted || mount_count == MOUNTS_MAX || is_circle(root, dir)) {
		end(root);
		return -EBUSY;
	}
	mounts[mount_count].root = root;
	mounts[mount_count].filesystem = filesystems[i].name;
	cover(mount_count++, dir);
	changed();
	return 0;
}

static size_t find(const struct inode *root)
{
	size_t i = 0;

	while (i < mount_count && mounts[i].root != root)
		i++;
	return i;
}

int mount_remount(struct inode *root, unsigned int flags)
{
	if (find(root) == mount_count)
		return -EINVAL;
	return root->volume ? mount_set(root->volume, flags) : 0;
}

/* Whether anyone works in there; `refs` on the root are known of. */
static bool in_use(struct inode *root, uint32_t refs)
{
	struct volume *v = root->volume;

	return root->object.refs > refs || (v && v->ops->is_busy(v)) ||
	       (root->ops->in_use && root->ops->in_use(root));
}

static void uncover(size_t i)
{
	WRITE_ONCE(mounts[i].mountpoint->mounted, NULL);
	mounts[i].root->mountpoint = NULL;
	inode_put(mounts[i].mountpoint);
}

/* Those that were taken away while in use, and are not any more, end. */
static void end_detached(void)
{
	for (size_t i = 0; i < detached_count;) {
		struct inode *root = detached[i];
		bool used;

		/* Who still walks in there has come out then, with a reference or without. */
		peek_block(true);
		used = in_use(root, 1);
		peek_unblock();
		if (used) {
			i++;
			continue;
		}
		detached[i] = detached[--detached_count];
		end(root);
	}
}

int mount_remove(struct inode *root, bool detach)
{
	size_t i = find(root);
	bool busy;

	if (i == mount_count)
		return -EINVAL;
	peek_block(true);
	/* The caller has one more. */
	busy = root->mounted || in_use(root, 2);
	if (busy && (!detach || root->mounted || detached_count == MOUNTS_MAX)) {
		peek_unblock();
		return -EBUSY;
	}
	uncover(i);
	peek_unblock();
	mounts[i] = mounts[--mount_count];
	changed();
	inode_put(root);
	if (busy)
		detached[detached_count++] = root;
	else
		end(root);
	end_detached();
	return 0;
}

int mount_move(struct inode *root, struct inode *dir)
{
	size_t i = find(root);

	if (i == mount_count)
		return -EINVAL;
	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	if (is_circle(root, dir))
		return -ELOOP;
	if (dir->mounted)
		return -EBUSY;
	peek_block(false);
	uncover(i);
	cover(i, dir);
	changed();
	peek_unblock();
	return 0;
}

struct volume *mount_volume(uint64_t number)
{
	for (size_t i = 0; i < mount_count; i++)
		if (mounts[i].root->volume && mounts[i].root->volume->number == number)
			return mounts[i].root->volume;
	return NULL;
}

bool mount_get(size_t i, const char **filesystem, struct inode **mountpoint)
{
	if (i >= mount_count)
		return false;
	*filesystem = mounts[i].filesystem;
	*mountpoint = mounts[i].mountpoint;
	return true;
}
