/* Paths: links, dots, slashes, and where they lead. */
#include "guest.h"

static ino_t inode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? 0 : st.st_ino;
}

static void walking(void)
{
	struct stat st;

	holds("dots and slashes", inode_of("/p/d") && inode_of("/p/d") == inode_of("//p/./d/../d//"));
	holds("above the root is the root", inode_of("/") == inode_of("/../.."));
	holds("a link", inode_of("/p/to_d") == inode_of("/p/d"));
	holds("a link in the middle", inode_of("/p/to_d/f") == inode_of("/p/d/f"));
	holds("a relative link up", inode_of("/p/d/up") == inode_of("/p"));
	same("lstat", lstat("/p/to_d", &st) ? -1 : (long)st.st_mode, S_IFLNK | 0777);
	same("size of a link", st.st_size, 4);
	same("lstat with a slash follows", lstat("/p/to_d/", &st) ? -1 : (long)(st.st_mode & S_IFMT),
	     S_IFDIR);
	same("through a file", RAW(SYS_stat, "/p/f/x", &st), -ENOTDIR);
	same("a file with a slash", RAW(SYS_stat, "/p/f/", &st), -ENOTDIR);
	same("a file with a dot", RAW(SYS_stat, "/p/f/.", &st), -ENOTDIR);
	same("a link to a file with a slash", RAW(SYS_stat, "/p/to_f/", &st), -ENOTDIR);
	same("a link to nothing", RAW(SYS_stat, "/p/dangling", &st), -ENOENT);
	same("lstat of a link to nothing", lstat("/p/dangling", &st), 0);
	same("a loop", RAW(SYS_stat, "/p/loop", &st), -ELOOP);
	same("through a loop", RAW(SYS_stat, "/p/loop/x", &st), -ELOOP);
	same("O_NOFOLLOW", RAW(SYS_open, "/p/to_f", O_RDONLY | O_NOFOLLOW), -ELOOP);
	same("O_NOFOLLOW and O_DIRECTORY", RAW(SYS_open, "/p/to_d", O_RDONLY | O_NOFOLLOW | O_DIRECTORY),
	     -ENOTDIR);
	same("O_EXCL on a link to nothing", RAW(SYS_open, "/p/dangling", O_CREAT | O_EXCL | O_RDWR, 0600),
	     -EEXIST);
	same("a link to nothing is created", RAW(SYS_close, open("/p/dangling", O_CREAT | O_RDWR, 0600)),
	     0);
	same("where it leads", access("/p/nowhere", F_OK), 0);
}

static void long_names(void)
{
	char name[300], path[5000];

	memset(name, 'n', sizeof(name));
	name[255] = '\0';
	snprintf(path, sizeof(path), "/p/%s", name);
	same("255 bytes", RAW(SYS_mkdir, path, 0755), 0);
	same("they are found", access(path, F_OK), 0);
	rmdir(path);
	name[255] = 'n';
	name[256] = '\0';
	snprintf(path, sizeof(path), "/p/%s", name);
	same("256 bytes", RAW(SYS_mkdir, path, 0755), -ENAMETOOLONG);
	same("256 bytes, looked for", RAW(SYS_access, path, F_OK), -ENAMETOOLONG);
	memset(path, '/', 4095);
	path[4095] = '\0';
	same("a path of 4095", RAW(SYS_access, path, F_OK), 0);
	path[4095] = '/';
	path[4096] = '\0';
	same("a path of 4096", RAW(SYS_access, path, F_OK), -ENAMETOOLONG);
}

static void chain(void)
{
	char path[32], target[32];
	struct stat st;

	put_file("/p/l0", "");
	for (int i = 1; i <= 41; i++) {
		snprintf(path, sizeof(path), "/p/l%d", i);
		snprintf(target, sizeof(target), "l%d", i - 1);
		(void)!symlink(target, path);
	}
	same("40 links in a row", RAW(SYS_stat, "/p/l40", &st), 0);
	same("41 links in a row", RAW(SYS_stat, "/p/l41", &st), -ELOOP);
	for (int i = 0; i <= 41; i++) {
		snprintf(path, sizeof(path), "/p/l%d", i);
		unlink(path);
	}
}

static void working_directory(void)
{
	char out[64];

	same("chdir", chdir("/p/to_d"), 0);
	holds("getcwd gives the real name", getcwd(out, sizeof(out)) && !strcmp(out, "/p/d"));
	same("its length, with the zero", RAW(SYS_getcwd, out, sizeof(out)), 5);
	same("into too little", RAW(SYS_getcwd, out, 4), -ERANGE);
	same("into nothing", RAW(SYS_getcwd, out, 0), -ERANGE);
	same("into nowhere", RAW(SYS_getcwd, (char *)8, 64), -EFAULT);
	holds("a relative path", inode_of("f") == inode_of("/p/d/f"));
	holds("up and down", inode_of("../d/./f") == inode_of("/p/d/f"));
	same("chdir up", chdir(".."), 0);
	holds("there", getcwd(out, sizeof(out)) && !strcmp(out, "/p"));
	same("chdir to a file", RAW(SYS_chdir, "f"), -ENOTDIR);
	same("chdir to nothing", RAW(SYS_chdir, "no"), -ENOENT);
	same("chdir to the root", chdir("/"), 0);
	holds("the root has a name", getcwd(out, sizeof(out)) && !strcmp(out, "/"));
	mkdir("/p/gone", 0755);
	same("chdir", chdir("/p/gone"), 0);
	same("removing it", rmdir("/p/gone"), 0);
	same("then it has no name", RAW(SYS_getcwd, out, sizeof(out)), -ENOENT);
	same("nothing can be put there", RAW(SYS_open, "x", O_CREAT | O_RDWR, 0600), -ENOENT);
	same("but it is there", RAW(SYS_access, ".", F_OK), 0);
	same("and out again", chdir("/"), 0);
}

static void rights(void)
{
	struct stat st;

	same("access", access("/p/f", R_OK | W_OK), 0);
	same("nobody may run it", RAW(SYS_access, "/p/f", X_OK), -EACCES);
	same("a directory may be searched", access("/p/d", X_OK), 0);
	same("a bad mode", RAW(SYS_access, "/p/f", 8), -EINVAL);
	same("an empty path", RAW(SYS_stat, "", &st), -ENOENT);
	same("a bad path", RAW(SYS_stat, (char *)8, &st), -EFAULT);
	same("to nowhere", RAW(SYS_stat, "/p/f", (void *)8), -EFAULT);
	same("fstatat, an unknown flag", RAW(SYS_newfstatat, AT_FDCWD, "/p", &st, 0x8000), -EINVAL);
	same("an empty path that may be", RAW(SYS_newfstatat, AT_FDCWD, "", &st, AT_EMPTY_PATH), 0);
}

/* Who works in a directory that was removed can leave it, and put nothing into it. */
static void removed(void)
{
	char list[256];
	struct stat st;
	int dir;

	mkdir("/p/gone", 0755), mkdir("/p/gone/deep", 0755);
	chdir("/p/gone/deep");
	dir = open(".", O_RDONLY | O_DIRECTORY);
	rmdir("/p/gone/deep"), rmdir("/p/gone");
	same("create", RAW(SYS_open, "f", O_CREAT | O_WRONLY, 0600), -ENOENT);
	same("make a directory", RAW(SYS_mkdir, "d", 0755), -ENOENT);
	same("make a link", RAW(SYS_symlink, "x", "l"), -ENOENT);
	same("move there", RAW(SYS_rename, "/p/f", "f"), -ENOENT);
	same("list", RAW(SYS_getdents64, dir, list, sizeof(list)), -ENOENT);
	same("its name", RAW(SYS_getcwd, list, sizeof(list)), -ENOENT);
	same("itself", stat(".", &st) ? -1 : (long)st.st_nlink, 0);
	same("above it", stat("..", &st) ? -1 : (long)st.st_nlink, 0);
	same("create above it", RAW(SYS_mkdir, "../d", 0755), -ENOENT);
	holds("further up", inode_of("../..") == inode_of("/p"));
	same("by its descriptor", RAW(SYS_faccessat, dir, "../../d/f", R_OK), 0);
	same("leave it", chdir("../.."), 0);
	same("where that leads", getcwd(list, sizeof(list)) ? strcmp(list, "/p") : -1, 0);
	close(dir);
	chdir("/");
}

static void run(void)
{
	mkdir("/p", 0755);
	mkdir("/p/d", 0755);
	put_file("/p/f", "");
	put_file("/p/d/f", "");
	(void)!symlink("/p/d", "/p/to_d");
	(void)!symlink("f", "/p/to_f");
	(void)!symlink("..", "/p/d/up");
	(void)!symlink("loop", "/p/loop");
	(void)!symlink("nowhere", "/p/dangling");
	walking();
	long_names();
	chain();
	working_directory();
	rights();
	removed();
}

const struct suite path_suite = {"path", run};
