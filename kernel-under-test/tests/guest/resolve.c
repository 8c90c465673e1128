/* Ways that openat2() may forbid, holes in files, how long a file may become, pipes fed in pieces.
 */
#include "guest.h"

#include <linux/openat2.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/uio.h>

#define AT "/tmp/resolve"

static int top;

/* The error, or 0. */
static long way(const char *path, uint64_t resolve)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = resolve};
	long fd = RAW(SYS_openat2, top, path, &how, sizeof(how));

	if (fd < 0)
		return fd;
	close((int)fd);
	return 0;
}

static void ways(void)
{
	mkdir(AT, 0755), mkdir(AT "/dir", 0755), mkdir(AT "/proc", 0755);
	mount("none", AT "/proc", "proc", 0, "");
	put_file(AT "/file", "text");
	put_file("/tmp/outside", "text");
	symlink("file", AT "/link"), symlink("/file", AT "/absolute"), symlink("..", AT "/up");
	top = open(AT, O_PATH | O_DIRECTORY);
	same("both", way("file", RESOLVE_BENEATH | RESOLVE_IN_ROOT), -EINVAL);
	same("a link", way("link", RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV), 0);
	same("no links", way("link", RESOLVE_NO_SYMLINKS), -ELOOP);
	same("none on the way", way("up/outside", RESOLVE_NO_SYMLINKS), -ELOOP);
	same("into a mount", way("proc", RESOLVE_NO_XDEV), -EXDEV);
	same("past it", way("dir/../file", RESOLVE_NO_XDEV), 0);
	same("a thing", way("proc/self/exe", RESOLVE_NO_MAGICLINKS), -ELOOP);
	same("a name there", way("proc/self/maps", RESOLVE_NO_MAGICLINKS), 0);
	same("beneath", way("dir/../link", RESOLVE_BENEATH), 0);
	same("above", way("../outside", RESOLVE_BENEATH), -EXDEV);
	same("above and back", way("../resolve/file", RESOLVE_BENEATH), -EXDEV);
	same("above by a link", way("up", RESOLVE_BENEATH), -EXDEV);
	same("from the root", way("/tmp/outside", RESOLVE_BENEATH), -EXDEV);
	same("a thing beneath", way("proc/self/exe", RESOLVE_BENEATH), -EXDEV);
	same("the root is here", way("/file", RESOLVE_IN_ROOT), 0);
	same("for links too", way("absolute", RESOLVE_IN_ROOT), 0);
	same("not elsewhere", way("absolute", 0), -ENOENT);
	same("nothing is above", way("../../file", RESOLVE_IN_ROOT), 0);
	same("nor by a link", way("up/outside", RESOLVE_IN_ROOT), -ENOENT);
	umount(AT "/proc");
	close(top);
	unlink(AT "/file"), unlink(AT "/link"), unlink(AT "/absolute"), unlink(AT "/up");
	unlink("/tmp/outside"), rmdir(AT "/dir"), rmdir(AT "/proc"), rmdir(AT);
}

static void holes(void)
{
	int fd = open("/tmp/holes", O_RDWR | O_CREAT | O_TRUNC, 0600);

	pwrite(fd, "x", 1, 3 * 4096 + 5);
	ftruncate(fd, 300 * 4096 + 7);
	pwrite(fd, "y", 1, 200 * 4096);
	same("data", lseek(fd, 0, SEEK_DATA), 3 * 4096);
	same("inside data", lseek(fd, 3 * 4096 + 100, SEEK_DATA), 3 * 4096 + 100);
	same("a hole", lseek(fd, 10, SEEK_HOLE), 10);
	same("behind data", lseek(fd, 3 * 4096 + 9, SEEK_HOLE), 4 * 4096);
	same("far data", lseek(fd, 4 * 4096, SEEK_DATA), 200 * 4096);
	same("is where it is", lseek(fd, 0, SEEK_CUR), 200 * 4096);
	same("no more data", RAW(SYS_lseek, fd, 201 * 4096, SEEK_DATA), -ENXIO);
	same("past the end", RAW(SYS_lseek, fd, 301 * 4096, SEEK_HOLE), -ENXIO);
	same("before the start", RAW(SYS_lseek, fd, -1L, SEEK_DATA), -ENXIO);
	ftruncate(fd, 200 * 4096 + 1);
	same("the end is a hole", lseek(fd, 200 * 4096, SEEK_HOLE), 200 * 4096 + 1);
	close(fd);
	unlink("/tmp/holes");
}

static void limited(void)
{
	struct rlimit limit = {1000, 5000};
	int fd = open("/tmp/limited", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char text[600];

	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &limit);
	memset(text, 'x', sizeof(text));
	child_needs(write(fd, text, sizeof(text)) == 600);
	child_needs(write(fd, text, sizeof(text)) == 400);
	child_needs(RAW(SYS_write, fd, text, 1) == -EFBIG);
	child_needs(RAW(SYS_pwrite64, fd, text, 1, 1000) == -EFBIG);
	child_needs(RAW(SYS_ftruncate, fd, 1001) == -EFBIG);
	child_needs(RAW(SYS_truncate, "/tmp/limited", 1001) == -EFBIG);
	child_needs(RAW(SYS_fallocate, fd, 0, 0, 1001) == -EFBIG);
	child_needs(ftruncate(fd, 1000) == 0 && pwrite(fd, text, 1, 0) == 1);
	signal(SIGXFSZ, SIG_DFL);
	write(fd, text, 1);
}

static void pieces(void)
{
	static _Alignas(4096) char much[3 * 65536];
	struct iovec v = {much, sizeof(much)};
	int ends[2], event = eventfd(0, 0), dir = open("/tmp", O_RDONLY);

	pipe(ends);
	same("as much as there is room", RAW(SYS_vmsplice, ends[1], &v, 1, 0), 65536);
	same("none left", RAW(SYS_vmsplice, ends[1], &v, 1, 2), -EAGAIN);
	same("out again", RAW(SYS_vmsplice, ends[0], &v, 1, 0), 65536);
	same("no event goes in", RAW(SYS_splice, event, 0, ends[1], 0, 8, 0), -EINVAL);
	same("nor a directory", RAW(SYS_splice, dir, 0, ends[1], 0, 8, 0), -EINVAL);
	same("nor out", RAW(SYS_splice, ends[0], 0, event, 0, 8, 0), -EINVAL);
	same("an empty name", RAW(SYS_readlinkat, AT_FDCWD, "", much, 8), -ENOENT);
	close(ends[0]), close(ends[1]), close(event), close(dir);
}

static void run(void)
{
	ways();
	holes();
	same("past the limit", status_of(limited), SIGXFSZ);
	unlink("/tmp/limited");
	pieces();
}

const struct suite resolve_suite = {"resolve", run};
