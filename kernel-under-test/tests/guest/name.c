/* Making and removing names: directories, links, nodes, and listing them. */
#include "guest.h"

#include <dirent.h>

static void directories(void)
{
	struct stat st;

	same("mkdir", mkdir("/n/d", 0751), 0);
	same("mode", stat("/n/d", &st) ? -1 : (long)st.st_mode, S_IFDIR | 0751);
	same("links", st.st_nlink, 2);
	same("with a slash", mkdir("/n/e/", 0755), 0);
	same("links of the one above", stat("/n", &st) ? -1 : (long)st.st_nlink, 4);
	same("again", RAW(SYS_mkdir, "/n/d", 0755), -EEXIST);
	same("the root", RAW(SYS_mkdir, "/", 0755), -EEXIST);
	same("dot", RAW(SYS_mkdir, "/n/.", 0755), -EEXIST);
	same("dot dot", RAW(SYS_mkdir, "/n/..", 0755), -EEXIST);
	same("over a file", RAW(SYS_mkdir, "/n/f", 0755), -EEXIST);
	same("over a link to nothing", RAW(SYS_mkdir, "/n/dangling", 0755), -EEXIST);
	same("below a file", RAW(SYS_mkdir, "/n/f/x", 0755), -ENOTDIR);
	same("below nothing", RAW(SYS_mkdir, "/n/no/x", 0755), -ENOENT);
	same("without a name", RAW(SYS_mkdir, "", 0755), -ENOENT);
	same("rmdir of one that is not empty", RAW(SYS_rmdir, "/n"), -ENOTEMPTY);
	same("rmdir of a file", RAW(SYS_rmdir, "/n/f"), -ENOTDIR);
	same("rmdir of a link", RAW(SYS_rmdir, "/n/to_d"), -ENOTDIR);
	same("rmdir of a link, with a slash", RAW(SYS_rmdir, "/n/to_d/"), -ENOTDIR);
	same("rmdir of dot", RAW(SYS_rmdir, "/n/d/."), -EINVAL);
	same("rmdir of dot dot", RAW(SYS_rmdir, "/n/d/.."), -ENOTEMPTY);
	same("rmdir of the root", RAW(SYS_rmdir, "/"), -EBUSY);
	same("rmdir of nothing", RAW(SYS_rmdir, "/n/no"), -ENOENT);
	same("rmdir", rmdir("/n/e/"), 0);
}

static void unlinking(void)
{
	put_file("/n/g", "");
	same("a directory", RAW(SYS_unlink, "/n/d"), -EISDIR);
	same("the root", RAW(SYS_unlink, "/"), -EISDIR);
	same("dot", RAW(SYS_unlink, "/n/."), -EISDIR);
	same("nothing", RAW(SYS_unlink, "/n/no"), -ENOENT);
	same("nothing, with a slash", RAW(SYS_unlink, "/n/no/"), -ENOENT);
	same("a file, with a slash", RAW(SYS_unlink, "/n/g/"), -ENOTDIR);
	same("it is still there", access("/n/g", F_OK), 0);
	same("a directory, with a slash", RAW(SYS_unlink, "/n/d/"), -EISDIR);
	same("below a file", RAW(SYS_unlink, "/n/g/x"), -ENOTDIR);
	same("unlinkat, an unknown flag", RAW(SYS_unlinkat, AT_FDCWD, "/n/g", 1), -EINVAL);
	same("unlinkat", unlinkat(AT_FDCWD, "/n/g", 0), 0);
	same("it is gone", RAW(SYS_access, "/n/g", F_OK), -ENOENT);
	same("a link, not what it leads to", (symlink("f", "/n/s"), unlink("/n/s")), 0);
	same("that stays", access("/n/f", F_OK), 0);
}

static void links(void)
{
	struct stat a, b;
	char out[16];

	same("link", link("/n/f", "/n/hard"), 0);
	stat("/n/f", &a);
	stat("/n/hard", &b);
	holds("one file, two names", a.st_ino == b.st_ino && a.st_nlink == 2);
	same("over a name", RAW(SYS_link, "/n/f", "/n/hard"), -EEXIST);
	same("of a directory", RAW(SYS_link, "/n/d", "/n/x"), -EPERM);
	same("of nothing", RAW(SYS_link, "/n/no", "/n/x"), -ENOENT);
	same("with a slash", RAW(SYS_link, "/n/f", "/n/x/"), -ENOENT);
	same("of a file with a slash", RAW(SYS_link, "/n/f/", "/n/x"), -ENOTDIR);
	same("below a file", RAW(SYS_link, "/n/f", "/n/f/x"), -ENOTDIR);
	same("linkat, an unknown flag", RAW(SYS_linkat, AT_FDCWD, "/n/f", AT_FDCWD, "/n/x", 1), -EINVAL);
	same("of a link itself", link("/n/to_d", "/n/to_d2"), 0);
	same("it is one", lstat("/n/to_d2", &a) ? -1 : (long)(a.st_mode & S_IFMT), S_IFLNK);
	unlink("/n/to_d2");
	unlink("/n/hard");

	same("symlink over a name", RAW(SYS_symlink, "x", "/n/f"), -EEXIST);
	same("symlink with a slash", RAW(SYS_symlink, "x", "/n/x/"), -ENOENT);
	same("symlink to nothing at all", RAW(SYS_symlink, "", "/n/x"), -ENOENT);
	same("symlink to a bad pointer", RAW(SYS_symlink, (char *)8, "/n/x"), -EFAULT);
	same("readlink", readlink("/n/to_d", out, sizeof(out)), 1);
	same("its text", out[0], 'd');
	same("cut", readlink("/n/dangling", out, 3), 3);
	same("readlink of a file", RAW(SYS_readlink, "/n/f", out, 16), -EINVAL);
	same("readlink of nothing", RAW(SYS_readlink, "/n/no", out, 16), -ENOENT);
	same("readlink into nothing", RAW(SYS_readlink, "/n/to_d", out, 0), -EINVAL);
	same("readlink into nowhere", RAW(SYS_readlink, "/n/to_d", (char *)8, 16), -EFAULT);
}

static void nodes(void)
{
	struct stat st;

	same("mknod of a file", mknod("/n/node", S_IFREG | 0600, 0), 0);
	same("mode", stat("/n/node", &st) ? -1 : (long)st.st_mode, S_IFREG | 0600);
	same("again", RAW(SYS_mknod, "/n/node", S_IFREG | 0600, 0), -EEXIST);
	same("with a slash, over a name", RAW(SYS_mknod, "/n/node/", S_IFREG | 0600, 0), -EEXIST);
	same("with a slash", RAW(SYS_mknod, "/n/x/", S_IFREG | 0600, 0), -ENOENT);
	same("a directory is none", RAW(SYS_mknod, "/n/x", S_IFDIR | 0600, 0), -EPERM);
	same("nor what has no such type", RAW(SYS_mknod, "/n/x", S_IFMT | 0600, 0), -EINVAL);
	unlink("/n/node");
	umask(077);
	put_file("/n/masked", "");
	umask(022);
	same("umask", stat("/n/masked", &st) ? -1 : (long)(st.st_mode & 0777), 0600);
	unlink("/n/masked");
}

/* Reads the directory in pieces of `size` bytes; how many names, or -errno. */
static long list_in(size_t size)
{
	char buffer[4096];
	int fd = open("/n/list", O_RDONLY | O_DIRECTORY);
	long n, names = 0;

	while ((n = RAW(SYS_getdents64, fd, buffer, size)) > 0)
		for (long at = 0; at < n; names++)
			at += *(unsigned short *)(buffer + at + 16);
	close(fd);
	return n < 0 ? n : names;
}

static void listing(void)
{
	char path[32], out[64];
	struct dirent *e;
	long seen = 0, dots = 0;
	DIR *dir;
	int fd;

	mkdir("/n/list", 0755);
	for (int i = 0; i < 100; i++) {
		snprintf(path, sizeof(path), "/n/list/name%d", i);
		put_file(path, "");
	}
	same("all names, at once", list_in(4096), 102);
	same("all names, in little pieces", list_in(40), 102);
	same("a piece too little", list_in(20), -EINVAL);
	dir = opendir("/n/list");
	while ((e = readdir(dir))) {
		/* Removing what was read must not hide what comes. */
		snprintf(path, sizeof(path), "/n/list/%.16s", e->d_name);
		if (e->d_name[0] == '.')
			dots += e->d_type == DT_DIR;
		else
			seen += e->d_type == DT_REG && unlink(path) == 0;
	}
	closedir(dir);
	same("dots", dots, 2);
	same("each once, though it goes", seen, 100);
	same("then it is empty", rmdir("/n/list"), 0);
	fd = open("/n/f", O_RDONLY);
	same("listing a file", RAW(SYS_getdents64, fd, out, sizeof(out)), -ENOTDIR);
	same("listing nothing", RAW(SYS_getdents64, 77, out, sizeof(out)), -EBADF);
	close(fd);
	fd = open("/n", O_RDONLY);
	same("listing to nowhere", RAW(SYS_getdents64, fd, (void *)8, 4096), -EFAULT);
	close(fd);
}

static void run(void)
{
	mkdir("/n", 0755);
	put_file("/n/f", "");
	(void)!symlink("d", "/n/to_d");
	(void)!symlink("nowhere", "/n/dangling");
	directories();
	unlinking();
	links();
	nodes();
	listing();
}

const struct suite name_suite = {"name", run};
