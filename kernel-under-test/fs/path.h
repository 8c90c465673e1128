/* From a path to an inode. */
#pragma once

#include "fs/inode.h"
#include "lib/types.h"

/* Symbolic links followed on one way, at most. */
#define SYMLINKS_MAX 40

/* Where a walk starts: what `/` means, and where a relative path begins. No reference is taken. */
struct path_base {
	struct inode *root;
	struct inode *from;
	unsigned int resolve; /* RESOLVE_* */
};

/* What a walk may not do, numbered as openat2() has it. */
#define RESOLVE_NO_XDEV	      1	 /* -EXDEV: over a mountpoint */
#define RESOLVE_NO_MAGICLINKS 2	 /* -ELOOP: a link that leads to a thing (inode_ops.follow) */
#define RESOLVE_NO_SYMLINKS   4	 /* -ELOOP: any link */
#define RESOLVE_BENEATH	      8	 /* -EXDEV: out of the root, or by its name */
#define RESOLVE_IN_ROOT	      16 /* The root is where it starts: links to things are -EXDEV */

struct path_last {
	struct inode *dir; /* with a reference */
	const char *name;  /* inside the path given, or ended by a zero of its own */
	size_t len;
	bool slash; /* the path went on with a slash: only a directory will do */
};

/* `struct path_last last SCOPED(path_last_put) = {0}`. */
static inline void path_last_put_scoped(const struct path_last *last)
{
	if (last->dir)
		inode_put(last->dir);
}

/* The inode of `path`, with a reference. `follow`: a symbolic link at its end is followed. */
int path_find(const struct path_base *base, const char *path, bool follow, struct inode **out);

/*
 * The directory that the last name of `path` is in, and that name. The name may or may not be
 * there, and is not followed. Paths that end in `.` or `..`, or are the root, give -EEXIST; then
 * last->len is the length of that name, 0 for the root. After any error last->dir is NULL.
 */
int path_find_parent(const struct path_base *base, const char *path, struct path_last *last);

/*
 * The path from `root` of any inode whose file system knows its name: its length with the zero, or
 * -errno as path_of_dir().
 */
long path_of_inode(struct inode *root, struct inode *inode, char *out, size_t size);

/* The path of a directory from `root`, ended by a zero: its length with it, or -ERANGE, -ENOENT. */
long path_of_dir(struct inode *root, struct inode *dir, char *out, size_t size);
