/* When files were last accessed, and times of before 1970. */
#include "guest.h"

#include <sys/sendfile.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/uio.h>

#define AT "/tmp/accessed"

static const struct timespec old[2] = {{1000, 5}, {2000, 6}};

static char buffer[4096];

static void make_old(const char *path)
{
	utimensat(AT_FDCWD, path, old, AT_SYMLINK_NOFOLLOW);
}

static bool moved(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_atime > 2000 && st.st_mtime == 2000;
}

/* Whether doing that moves the time of a file whose last access is older than its last change. */
#define moves(path, what)                                                                          \
	({                                                                                         \
		make_old(path);                                                                    \
		(void)(what);                                                                      \
		moved(path);                                                                       \
	})

static ssize_t list(int fd)
{
	lseek(fd, 0, SEEK_SET);
	return syscall(SYS_getdents64, fd, buffer, sizeof(buffer));
}

static void ways(void)
{
	int fd = open(AT "/file", O_RDWR), quiet = open(AT "/file", O_RDONLY | O_NOATIME);
	int dir = open(AT "/dir", O_RDONLY), out = open("/dev/null", O_WRONLY), ends[2];
	struct iovec v = {buffer, 1};
	loff_t start = 0;
	char *map;

	pipe(ends);
	holds("read", moves(AT "/file", read(fd, buffer, 1)));
	holds("read at the end", moves(AT "/file", read(fd, buffer, 4096)));
	holds("pread", moves(AT "/file", pread(fd, buffer, 1, 0)));
	lseek(fd, 0, SEEK_SET);
	holds("readv", moves(AT "/file", readv(fd, &v, 1)));
	holds("preadv", moves(AT "/file", preadv(fd, &v, 1, 0)));
	holds("sendfile", moves(AT "/file", sendfile(out, fd, &start, 1)));
	start = 0;
	holds("splice", moves(AT "/file", splice(fd, &start, ends[1], NULL, 1, 0)));
	holds("mmap", moves(AT "/file", map = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0)));
	holds("a look at the mapping", !moves(AT "/file", *(volatile char *)map));
	munmap(map, 4096);
	holds("open", !moves(AT "/file", close(open(AT "/file", O_RDONLY))));
	holds("stat", !moves(AT "/file", access(AT "/file", R_OK)));
	holds("O_NOATIME", !moves(AT "/file", read(quiet, buffer, 1)));
	holds("O_NOATIME, pread", !moves(AT "/file", pread(quiet, buffer, 1, 0)));
	holds("O_NOATIME, mmap",
	      !moves(AT "/file", map = mmap(NULL, 4096, PROT_READ, MAP_SHARED, quiet, 0)));
	munmap(map, 4096);
	holds("getdents", moves(AT "/dir", list(dir)));
	holds("a name in it", !moves(AT "/dir", access(AT "/dir/file", F_OK)));
	holds("readlink", moves(AT "/link", readlink(AT "/link", buffer, 10)));
	holds("a way over it", moves(AT "/link", access(AT "/link", F_OK)));
	holds("lstat of it", !moves(AT "/link", 0));
	holds("a file made over it",
	      moves(AT "/link", close(open(AT "/link", O_CREAT | O_RDWR, 0600))));
	close(fd), close(quiet), close(dir), close(out), close(ends[0]), close(ends[1]);
}

static time_t accessed(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_atime : -1;
}

/* Whether reading moves a time of access that is `ahead` seconds later than all changes. */
static bool moves_late(int fd, long ahead)
{
	struct timespec at[2] = {{time(NULL) + ahead, 0}, {2000, 0}};

	futimens(fd, at);
	pread(fd, buffer, 1, 0);
	return accessed(AT "/file") != at[0].tv_sec;
}

static void turn_clock(long by)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += by;
	clock_settime(CLOCK_REALTIME, &now);
}

/* Whether reading moves the time, some ticks of the clock after what was before. */
static bool moves_now(int fd)
{
	const struct timespec ticks = {0, 20000000};
	struct stat before, after;

	nanosleep(&ticks, NULL);
	fstat(fd, &before);
	pread(fd, buffer, 1, 0);
	fstat(fd, &after);
	return before.st_atim.tv_sec != after.st_atim.tv_sec ||
	       before.st_atim.tv_nsec != after.st_atim.tv_nsec;
}

static void relatime(void)
{
	int fd = open(AT "/file", O_RDWR);

	holds("not when it is later", !moves_late(fd, 100));
	pwrite(fd, "x", 1, 0);
	holds("not after a change that is older", !moves_now(fd));
	make_old(AT "/file");
	holds("an old one", moves_now(fd));
	holds("once", !moves_now(fd));
	pwrite(fd, "x", 1, 0);
	holds("after a change", moves_now(fd));
	holds("once", !moves_now(fd));
	chmod(AT "/file", 0600);
	holds("after another mode", moves_now(fd));
	link(AT "/file", AT "/other");
	holds("after another name", moves_now(fd));
	unlink(AT "/other");
	holds("after one less", moves_now(fd));
	holds("once", !moves_now(fd));
	turn_clock(86401);
	holds("after a day", moves_now(fd));
	turn_clock(-86401);
	close(fd);
}

/* What /proc/mounts says of it, as statfs() would. */
static long shown(void)
{
	char line[256];
	FILE *f = fopen("/proc/mounts", "r");
	long flags = 0;

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, AT " "))
			flags = (strstr(line, ",noatime") ? ST_NOATIME : 0) |
				(strstr(line, ",nodiratime") ? ST_NODIRATIME : 0) |
				(strstr(line, ",relatime") ? ST_RELATIME : 0);
	fclose(f);
	return flags;
}

/* Flags that mount(2) takes, those that statfs tells, and what moves a file's, and a directory's.
 */
static void with(const char *name, unsigned long flags, long told, bool twice, bool file, bool dir)
{
	const long all = ST_NOATIME | ST_NODIRATIME | ST_RELATIME;
	int fd = open(AT "/file", O_RDWR), at;
	struct statfs fs;

	same(name, mount("none", AT, "tmpfs", MS_REMOUNT | flags, ""), 0);
	same("statfs", statfs(AT, &fs) ? -1 : fs.f_flags & all, told);
	same("/proc/mounts", shown(), told);
	at = open(AT "/dir", O_RDONLY);
	holds("of a file", moves(AT "/file", pread(fd, buffer, 1, 0)) == file);
	holds("of a directory", moves(AT "/dir", list(at)) == dir);
	holds("a second time", moves_late(fd, 100) == twice);
	close(fd), close(at);
}

static void mounted(void)
{
	int fd;

	with("noatime", MS_NOATIME, ST_NOATIME, false, false, false);
	with("nothing said", 0, ST_NOATIME, false, false, false);
	with("relatime", MS_RELATIME, ST_RELATIME, false, true, true);
	with("nodiratime", MS_NODIRATIME, ST_NODIRATIME | ST_RELATIME, false, true, false);
	with("strictatime", MS_STRICTATIME, 0, true, true, true);
	with("both", MS_STRICTATIME | MS_NOATIME, 0, true, true, true);
	with("at last", MS_RELATIME, ST_RELATIME, false, true, true);
	make_old(AT "/file");
	mount("none", AT, "tmpfs", MS_REMOUNT | MS_RDONLY, "");
	fd = open(AT "/file", O_RDONLY);
	pread(fd, buffer, 1, 0);
	close(fd);
	same("read-only", accessed(AT "/file"), 1000);
	mount("none", AT, "tmpfs", MS_REMOUNT, "");
}

/* What is written through a shared mapping is a change, when that begins. */
static void mapped(void)
{
	int fd = open(AT "/file", O_RDWR);
	char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *private = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	struct stat st;

	ftruncate(fd, 4096);
	make_old(AT "/file");
	private[0] = 'p';
	holds("a copy written", fstat(fd, &st) == 0 && st.st_mtime == 2000);
	shared[0] = 's';
	holds("written", fstat(fd, &st) == 0 && st.st_mtime > 2000);
	munmap(shared, 4096), munmap(private, 4096);
	close(fd);
}

static void before_1970(void)
{
	struct timespec early[2] = {{-5, 999999999}, {-4000000000, 1}};
	struct stat st;
	struct statx x;

	same("set", utimensat(AT_FDCWD, AT "/file", early, 0), 0);
	holds("stat", stat(AT "/file", &st) == 0 && st.st_atim.tv_sec == -5 &&
			      st.st_atim.tv_nsec == 999999999 && st.st_mtim.tv_sec == -4000000000 &&
			      st.st_mtim.tv_nsec == 1);
	holds("statx", statx(AT_FDCWD, AT "/file", 0, STATX_BASIC_STATS, &x) == 0 &&
			       x.stx_atime.tv_sec == -5 && x.stx_mtime.tv_sec == -4000000000);
	early[0] = (struct timespec){1l << 36, 0};
	utimensat(AT_FDCWD, AT "/file", early, 0);
	holds("far ahead", accessed(AT "/file") == 1l << 36);
}

static void run(void)
{
	mkdir(AT, 0755);
	mount("none", AT, "tmpfs", 0, "");
	put_file(AT "/file", "text");
	mkdir(AT "/dir", 0755);
	put_file(AT "/dir/file", "text");
	symlink("file", AT "/link");
	ways();
	relatime();
	mounted();
	mapped();
	before_1970();
	same("unmount", RAW(SYS_umount2, AT, 0), 0);
	rmdir(AT);
}

const struct suite accessed_suite = {"accessed", run, .needs_proc = true};
