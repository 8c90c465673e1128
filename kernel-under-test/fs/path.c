/* Path resolution, and paths of inodes. */
#include "fs/path.h"

#include "fs/credentials.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/string.h"

struct walk {
	const struct path_base *base;
	struct inode *at;
	unsigned int links;
};

static void move_to(struct walk *w, struct inode *next)
{
	inode_put(w->at);
	w->at = next;
}

static int walk_path(struct walk *w, const char *path, bool follow);

static int check_magic_link(const struct walk *w, const struct inode *there)
{
	unsigned int resolve = w->base->resolve;

	if (resolve & RESOLVE_NO_MAGICLINKS)
		return -ELOOP;
	if ((resolve & RESOLVE_NO_XDEV) && there->volume != w->at->volume)
		return -EXDEV;
	return resolve & (RESOLVE_BENEATH | RESOLVE_IN_ROOT) ? -EXDEV : 0;
}

/* For a path that starts with `/`. */
static int start_at_root(struct walk *w)
{
	struct inode *root = w->base->root;

	if (unlikely(w->base->resolve) &&
	    ((w->base->resolve & RESOLVE_BENEATH) ||
	     ((w->base->resolve & RESOLVE_NO_XDEV) && root->volume != w->at->volume)))
		return -EXDEV;
	move_to(w, inode_get(root));
	return 0;
}

/* Replaces w->at, a symbolic link in `dir`, by what it leads to. */
static int follow_link(struct walk *w, struct inode *dir)
{
	struct inode *link = w->at, *there = NULL;
	int err;

	if (++w->links > SYMLINKS_MAX || unlikely(w->base->resolve & RESOLVE_NO_SYMLINKS) ||
	    inode_forbids(link, VOLUME_NOSYMFOLLOW))
		return -ELOOP;
	if (link->ops->follow) {
		err = link->ops->follow(link, &there);
		if (!err && there && unlikely(w->base->resolve)) {
			err = check_magic_link(w, there);
			if (err)
				inode_put(there);
		}
		if (!err && there)
			move_to(w, there);
		if (err || there)
			return err;
	}
	inode_accessed(link);
	w->at = inode_get(dir);
	err = walk_path(w, link->ops->target(link), true);
	inode_put(link);
	return err;
}

/* Resolves one component: w->at, a directory, becomes what `name` is in it. */
static int step(struct walk *w, const char *name, size_t len, bool follow)
{
	struct inode *dir = w->at, *next;
	int err;

	if (!inode_is(dir, S_IFDIR))
		return -ENOTDIR;
	err = inode_permission(dir, MAY_EXEC);
	if (err)
		return err;
	if (len == 1 && name[0] == '.')
		return 0;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		if (unlikely(w->base->resolve) &&
		    ((dir == w->base->root && (w->base->resolve & RESOLVE_BENEATH)) ||
		     (dir->mountpoint && (w->base->resolve & RESOLVE_NO_XDEV))))
			return -EXDEV;
		while (dir != w->base->root && dir->mountpoint) {
			move_to(w, inode_get(dir->mountpoint));
			dir = w->at;
		}
		if (dir != w->base->root)
			move_to(w, dir->ops->parent(dir));
		return 0;
	}
	if (len > NAME_LEN_MAX)
		return -ENAMETOOLONG;
	err = dir->ops->lookup(dir, name, len, &next);
	if (err)
		return err;
	if (likely(!inode_is(next, S_IFLNK) || !follow)) {
		move_to(w, next);
		while (unlikely(w->at->mounted)) {
			if (w->base->resolve & RESOLVE_NO_XDEV)
				return -EXDEV;
			move_to(w, inode_get(w->at->mounted));
		}
		return 0;
	}
	w->at = next;
	err = follow_link(w, dir);
	inode_put(dir);
	return err;
}

static int walk_path(struct walk *w, const char *path, bool follow)
{
	int err;

	if (*path == '/') {
		err = start_at_root(w);
		if (err)
			return err;
	}
	for (;;) {
		const char *name;

		while (*path == '/')
			path++;
		if (!*path)
			return 0;
		name = path;
		while (*path && *path != '/')
			path++;
		/* A trailing slash asks for a directory, so the last component is followed. */
		err = step(w, name, (size_t)(path - name), follow || *path == '/');
		if (err)
			return err;
		if (*path == '/' && !inode_is(w->at, S_IFDIR))
			return -ENOTDIR;
	}
}

int path_find(const struct path_base *base, const char *path, bool follow, struct inode **out)
{
	struct walk w = {base, inode_get(base->from), 0};
	int err = *path ? walk_path(&w, path, follow) : -ENOENT;

	if (err)
		inode_put(w.at);
	else
		*out = w.at;
	return err;
}

static bool is_dots(const char *name, size_t len)
{
	return name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.'));
}

int path_find_parent(const struct path_base *base, const char *path, struct path_last *last)
{
	struct walk w = {base, inode_get(base->from), 0};
	const char *name = path, *end;
	int err = 0;

	if (!*path) {
		err = -ENOENT;
		goto fail;
	}
	if (*path == '/') {
		err = start_at_root(&w);
		if (err)
			goto fail;
	}
	for (;;) {
		while (*name == '/')
			name++;
		for (end = name; *end && *end != '/';)
			end++;
		path = end;
		while (*path == '/')
			path++;
		if (!*path)
			break;
		err = step(&w, name, (size_t)(end - name), true);
		if (err)
			goto fail;
		name = path;
	}
	*last = (struct path_last){w.at, name, (size_t)(end - name), *end == '/'};
	if (!inode_is(w.at, S_IFDIR))
		err = -ENOTDIR;
	else if (!last->len || is_dots(name, last->len))
		err = -EEXIST;
	else if (last->len > NAME_LEN_MAX)
		err = -ENAMETOOLONG;
fail:
	if (err) {
		last->dir = NULL;
		inode_put(w.at);
	}
	return err;
}

/* Searches a directory for an inode's name, which is copied to the end of out[room]. */
struct name_search {
	uint64_t ino;
	char *out;
	size_t room;
	size_t len;
};

static bool match_name(void *ctx, const char *name, size_t len, uint64_t ino, uint32_t, uint64_t)
{
	struct name_search *s = ctx;

	if (ino != s->ino || is_dots(name, len))
		return true;
	s->len = len;
	if (len < s->room)
		memcpy(s->out + s->room - len, name, len);
	return false;
}

/* Asks the file system for the name of `inode`: its directory, with a reference, or NULL. */
static struct inode *known_name(struct inode *inode, struct name_search *s)
{
	char name[NAME_LEN_MAX];
	struct inode *dir;

	s->len = inode->ops->name ? inode->ops->name(inode, &dir, name) : 0;
	if (s->len && s->len < s->room)
		memcpy(s->out + s->room - s->len, name, s->len);
	return s->len ? dir : NULL;
}

long path_of_dir(struct inode *root, struct inode *dir, char *out, size_t size)
{
	size_t at = size;
	long len;

	if (!size)
		return -ERANGE;
	out[--at] = '\0';
	inode_get(dir);
	while (dir != root) {
		struct inode *parent;

		while (dir != root && dir->mountpoint) {
			parent = inode_get(dir->mountpoint);
			inode_put(dir);
			dir = parent;
		}
		if (dir == root)
			break;
		parent = dir->ops->parent(dir);
		/* At the top without having passed `root`: not reachable from it. */
		if (parent == dir) {
			inode_put(parent);
			inode_put(dir);
			return -ENOENT;
		}

		struct name_search s = {dir->ino, out, at, 0};
		struct inode *known = known_name(dir, &s);

		if (known)
			inode_put(known);
		else
			parent->ops->readdir(parent, 0, match_name, &s);
		inode_put(dir);
		dir = parent;
		if (!s.len || s.len >= at) {
			inode_put(dir);
			return s.len ? -ERANGE : -ENOENT;
		}
		at -= s.len + 1;
		out[at] = '/';
	}
	inode_put(dir);
	if (out[at] == '\0') {
		if (!at)
			return -ERANGE;
		out[--at] = '/';
	}
	len = (long)(size - at);
	memmove(out, out + at, (size_t)len);
	return len;
}

long path_of_inode(struct inode *root, struct inode *inode, char *out, size_t size)
{
	struct name_search s = {.out = out, .room = size};
	char name[NAME_LEN_MAX + 1];
	struct inode *dir;
	long n;

	if (inode_is(inode, S_IFDIR))
		return path_of_dir(root, inode, out, size);
	dir = known_name(inode, &s);
	if (!dir)
		return -ENOENT;
	if (s.len >= size) {
		inode_put(dir);
		return -ERANGE;
	}
	memcpy(name, out + size - s.len, s.len);
	n = path_of_dir(root, dir, out, size - s.len - 1);
	inode_put(dir);
	if (n < 0)
		return n;
	/* The path of the root already ends in a slash. */
	if (n > 2)
		out[n - 1] = '/';
	else
		n = 1;
	memcpy(out + n, name, s.len);
	out[n + (long)s.len] = '\0';
	return n + (long)s.len + 1;
}
