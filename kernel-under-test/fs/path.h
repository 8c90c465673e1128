/* Path resolution. */
#pragma once

#include "fs/inode.h"
#include "lib/types.h"

/* Most symbolic links followed in one resolution. */
#define SYMLINKS_MAX 40

/* Where a walk starts: the root directory, and the start of relative paths. Holds no references. */
struct path_base {
	struct inode *root;
	struct inode *from;
	unsigned int resolve; /* RESOLVE_* */
};

/* Restrictions on a walk, numbered as in openat2(). */
#define RESOLVE_NO_XDEV	      1	 /* -EXDEV: crosses a mountpoint */
#define RESOLVE_NO_MAGICLINKS 2	 /* -ELOOP: follows a magic link (inode_ops.follow) */
#define RESOLVE_NO_SYMLINKS   4	 /* -ELOOP: follows any symbolic link */
#define RESOLVE_BENEATH	      8	 /* -EXDEV: leaves the starting directory, or starts with `/` */
#define RESOLVE_IN_ROOT	      16 /* `/` is the starting directory; magic links give -EXDEV */

struct path_last {
	struct inode *dir; /* with a reference */
	const char *name;  /* within the path given; not NUL-terminated at `len` */
	size_t len;
	bool slash; /* a slash followed: it must be a directory */
};

/* For `struct path_last last SCOPED(path_last_put) = {0}`. */
static inline void path_last_put_scoped(const struct path_last *last)
{
	if (last->dir)
		inode_put(last->dir);
}

/*
 * The inode of `path`, with a reference. `follow`: also if the last component is a symbolic link. 0
 * or -errno.
 */
int path_find(const struct path_base *base, const char *path, bool follow, struct inode **out);

/*
 * The directory of the last component, and that component, which is not looked up. A path that ends
 * in `.` or `..`, or is the root, gives -EEXIST, with last->len the length of that component or 0
 * for the root. On any error last->dir is NULL.
 */
int path_find_parent(const struct path_base *base, const char *path, struct path_last *last);

/*
 * The path from `root` of any inode that its file system can name. Returns the length with the NUL,
 * or -errno as path_of_dir().
 */
long path_of_inode(struct inode *root, struct inode *inode, char *out, size_t size);

/*
 * The path of a directory from `root`. Returns the length with the NUL; -ERANGE; -ENOENT: deleted,
 * or not below `root`.
 */
long path_of_dir(struct inode *root, struct inode *dir, char *out, size_t size);
