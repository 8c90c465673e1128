/* Registered file systems and the mount table. */
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

/* Each holds a reference on both inodes. */
static struct {
	const char *filesystem;
	struct inode *root, *mountpoint;
} mounts[MOUNTS_MAX];
static size_t mount_count;

uint32_t mount_changes;
struct wait_queue mount_watchers = {LIST_INIT(mount_watchers.waiters)};

static void mounts_changed(void)
{
	mount_changes++;
	wait_wake_all(&mount_watchers);
}

/* Roots, with a reference, of lazily unmounted file systems that are still in use. */
static struct inode *detached[MOUNTS_MAX];
static size_t detached_count;

static void register_name(const char *name)
{
	if (filesystem_count == FILESYSTEMS_MAX)
		panic("fs: no room for file system %s", name);
	filesystems[filesystem_count++].name = name;
}

void filesystem_register(const char *name, struct inode *(*create)(void))
{
	register_name(name);
	filesystems[filesystem_count - 1].create = create;
}

void filesystem_register_disk(const char *name, int (*mount)(struct block_device *device,
							     bool read_only, struct inode **root))
{
	register_name(name);
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

static int create_root(size_t i, struct block_device *source, unsigned int flags,
		       struct inode **root)
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
 * Whether `dir` is `root`, lies below it, or is mounted on it: mounting `root` there would make a
 * cycle. Existing mounts have none, so these loops end.
 */
static bool would_loop(struct inode *root, struct inode *dir)
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
	/*
	 * Stacked mounts are found downwards: a mount has one mountpoint above, but may be covered
	 * itself.
	 */
	for (struct inode *on = root->mounted; on && !found; on = on->mounted)
		found = on == dir;
	return found;
}

static void set_mountpoint(size_t i, struct inode *dir)
{
	mounts[i].mountpoint = inode_get(dir);
	mounts[i].root->mountpoint = dir;
	__atomic_store_n(&dir->mounted, mounts[i].root, __ATOMIC_RELEASE);
}

/* The root is unreachable: unmounts its volume. Takes over a reference. */
static void release_root(struct inode *root)
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
	err = dir->mounted ? -EBUSY : create_root(i, source, flags, &root);
	if (err)
		return err;
	/* Reading the disk may have slept, and another mount come first. */
	if (dir->mounted || mount_count == MOUNTS_MAX || would_loop(root, dir)) {
		release_root(root);
		return -EBUSY;
	}
	mounts[mount_count].root = root;
	mounts[mount_count].filesystem = filesystems[i].name;
	set_mountpoint(mount_count++, dir);
	mounts_changed();
	return 0;
}

static size_t find_mount(const struct inode *root)
{
	size_t i = 0;

	while (i < mount_count && mounts[i].root != root)
		i++;
	return i;
}

int mount_remount(struct inode *root, unsigned int flags)
{
	if (find_mount(root) == mount_count)
		return -EINVAL;
	return root->volume ? mount_set(root->volume, flags) : 0;
}

/* Whether the file system is in use; `refs` references on the root are accounted for. */
static bool in_use(struct inode *root, uint32_t refs)
{
	struct volume *v = root->volume;

	return root->object.refs > refs || (v && v->ops->is_busy(v)) ||
	       (root->ops->in_use && root->ops->in_use(root));
}

static void clear_mountpoint(size_t i)
{
	WRITE_ONCE(mounts[i].mountpoint->mounted, NULL);
	mounts[i].root->mountpoint = NULL;
	inode_put(mounts[i].mountpoint);
}

/* Releases the lazily unmounted file systems that are no longer in use. */
static void release_detached(void)
{
	for (size_t i = 0; i < detached_count;) {
		struct inode *root = detached[i];
		bool used;

		/* After this no peek is inside: every user left has a reference. */
		peek_block(true);
		used = in_use(root, 1);
		peek_unblock();
		if (used) {
			i++;
			continue;
		}
		detached[i] = detached[--detached_count];
		release_root(root);
	}
}

int mount_remove(struct inode *root, bool detach)
{
	size_t i = find_mount(root);
	bool busy;

	if (i == mount_count)
		return -EINVAL;
	peek_block(true);
	/* One reference is the mount's, one the caller's. */
	busy = root->mounted || in_use(root, 2);
	if (busy && (!detach || root->mounted || detached_count == MOUNTS_MAX)) {
		peek_unblock();
		return -EBUSY;
	}
	clear_mountpoint(i);
	peek_unblock();
	mounts[i] = mounts[--mount_count];
	mounts_changed();
	inode_put(root);
	if (busy)
		detached[detached_count++] = root;
	else
		release_root(root);
	release_detached();
	return 0;
}

int mount_move(struct inode *root, struct inode *dir)
{
	size_t i = find_mount(root);

	if (i == mount_count)
		return -EINVAL;
	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	if (would_loop(root, dir))
		return -ELOOP;
	if (dir->mounted)
		return -EBUSY;
	peek_block(false);
	clear_mountpoint(i);
	set_mountpoint(i, dir);
	mounts_changed();
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
