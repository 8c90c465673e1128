/* Separate from the kernel's headers, whose constants clash with the host's. */
#include "linux_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static char folder[64];
static int root = -1;

static int open_in_root(const char *path, uint64_t flags)
{
	struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	long fd;

	/* EAGAIN: something was renamed on the host meanwhile. */
	do {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
	} while (fd < 0 && errno == EAGAIN);
	return fd < 0 ? -errno : (int)fd;
}

bool linux_tree_make(void)
{
	const char *tmp = getenv("TMPDIR");
	int fd;

	snprintf(folder, sizeof(folder), "%s/bantam-path-XXXXXX",
		 tmp && strlen(tmp) < 30 ? tmp : "/tmp");
	if (!mkdtemp(folder))
		return false;
	root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = root < 0 ? -1 : open_in_root("/", O_PATH);
	if (fd < 0) {
		rmdir(folder);
		return false;
	}
	close(fd);
	return true;
}

static int remove_one(const char *path, const struct stat *, int, struct FTW *)
{
	return remove(path);
}

void linux_tree_drop(void)
{
	close(root);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/*
 * The directory of a new name, and that name. Resolved below the root like everything else: a link
 * to `/` must never lead to the host's root.
 */
static int parent_of(const char *path, const char **name)
{
	char dir[128];
	const char *slash = strrchr(path, '/');

	*name = slash + 1;
	snprintf(dir, sizeof(dir), "%.*s/.", (int)(slash - path), path);
	return open_in_root(dir, O_PATH | O_DIRECTORY);
}

static int done(int dir, int r)
{
	int err = r < 0 ? -errno : 0;

	close(dir);
	return err;
}

int linux_dir(const char *path)
{
	const char *name;
	int dir = parent_of(path, &name);

	return dir < 0 ? dir : done(dir, mkdirat(dir, name, 0755));
}

int linux_file(const char *path)
{
	const char *name;
	int dir = parent_of(path, &name);

	return dir < 0 ? dir : done(dir, mknodat(dir, name, S_IFREG | 0644, 0));
}

int linux_link(const char *path, const char *target)
{
	const char *name;
	int dir = parent_of(path, &name);

	return dir < 0 ? dir : done(dir, symlinkat(target, dir, name));
}

int linux_find(const char *path, bool follow, uint64_t *ino)
{
	int fd = open_in_root(path, O_PATH | (follow ? 0 : O_NOFOLLOW));
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	close(fd);
	*ino = st.st_ino;
	return 0;
}
