/*
 * Does to /dev/vda what programs do to file systems, checks what comes back, and leaves a tree for
 * the host to look at. Arguments: `seed=N`, `keep` (write nothing: only look at what `tree` left).
 */
#include "disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>

#define AT "/mnt/"

static char buffer[1 << 16];

static void fill(char *to, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (char)(random_below(&seed, 251) + 1);
}

static void make_file(const char *path, size_t size, uint64_t seed)
{
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0640);

	check(fd >= 0, "make %s", path);
	for (size_t at = 0; at < size;) {
		size_t n = size - at < sizeof(buffer) ? size - at : sizeof(buffer);

		fill(buffer, n, seed + at);
		check(write(fd, buffer, n) == (ssize_t)n, "write %s", path);
		at += n;
	}
	check(close(fd) == 0, "close");
}

static bool file_is(const char *path, size_t size, uint64_t seed)
{
	static char got[sizeof(buffer)];
	int fd = open(path, O_RDONLY);
	bool same = fd >= 0;

	for (size_t at = 0; at < size && same;) {
		size_t n = size - at < sizeof(buffer) ? size - at : sizeof(buffer);

		fill(buffer, n, seed + at);
		same = read(fd, got, n) == (ssize_t)n && memcmp(got, buffer, n) == 0;
		at += n;
	}
	same = same && read(fd, got, 1) == 0;
	close(fd);
	return same;
}

/* Sizes around every border: blocks of each kind, direct and in one, two and three tables. */
static const size_t sizes[] = {0,     1,     59,    1023,   1024,   4096,    12288,
			       12289, 49152, 50000, 274432, 300001, 1 << 20, 5 << 20};

static void plain_files(void)
{
	char path[64];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(path, sizeof(path), AT "plain%zu", sizes[i]);
		make_file(path, sizes[i], i);
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(path, sizeof(path), AT "plain%zu", sizes[i]);
		check(file_is(path, sizes[i], i), "%s has what was written", path);
	}
}

static void names(void)
{
	char text[256], long_target[1000];
	struct stat a, b;
	int fd;

	memset(long_target, 'x', sizeof(long_target));
	long_target[sizeof(long_target) - 1] = '\0';
	check(mkdir(AT "names", 0750) == 0, "mkdir");
	check(mkdir(AT "names", 0750) == -1 && errno == EEXIST, "mkdir again");
	check(symlink("short", AT "names/fast") == 0, "fast symlink");
	check(symlink(long_target, AT "names/slow") == 0, "slow symlink");
	check(readlink(AT "names/fast", text, sizeof(text)) == 5 && !memcmp(text, "short", 5),
	      "readlink");
	check(readlink(AT "names/slow", buffer, sizeof(buffer)) == 999, "readlink of a slow one");
	make_file(AT "names/short", 100, 3);
	check(file_is(AT "names/fast", 100, 3), "through the link");
	check(link(AT "names/short", AT "names/hard") == 0, "link");
	check(stat(AT "names/short", &a) == 0 && stat(AT "names/hard", &b) == 0 &&
		      a.st_ino == b.st_ino && a.st_nlink == 2,
	      "two names of one file");
	check(link(AT "names/short", "/here") == -1 && errno == EXDEV, "link across");
	check(rename(AT "names/short", "/here") == -1 && errno == EXDEV, "rename across");
	check(rename(AT "names/short", AT "names/hard") == 0 && access(AT "names/short", F_OK) == 0,
	      "rename between two names of one file does nothing");
	check(unlink(AT "names/short") == 0 && file_is(AT "names/hard", 100, 3), "unlink one name");
	check(mknod(AT "names/device", S_IFCHR | 0600, makedev(1, 5)) == 0, "mknod");
	check(mkfifo(AT "names/fifo", 0600) == 0, "mkfifo");
	fd = open(AT "names/device", O_RDONLY);
	check(fd >= 0 && read(fd, text, 3) == 3 && text[2] == 0, "a device on the disk works");
	close(fd);
	check(chmod(AT "names/hard", 04711) == 0 && chown(AT "names/hard", 70000, 7) == 0, "chmod");
	check(utimes(AT "names/hard", (struct timeval[]){{1000000000, 0}, {1100000000, 0}}) == 0,
	      "utimes");
	check(rmdir(AT "names") == -1 && errno == ENOTEMPTY, "rmdir of one with entries");
	check(unlink(AT "names") == -1 && errno == EISDIR, "unlink of a directory");
}

static void unnamed(void)
{
	int fd = open(AT "names", O_TMPFILE | O_RDWR, 0640);

	check(fd >= 0 && write(fd, "hidden", 6) == 6, "a file without a name");
	check(linkat(fd, "", AT_FDCWD, AT "names/seen", AT_EMPTY_PATH) == 0, "gets one");
	check(close(fd) == 0 && access(AT "names/seen", R_OK) == 0, "and stays");
	fd = open(AT "names", O_TMPFILE | O_RDWR, 0640);
	check(fd >= 0 && write(fd, buffer, sizeof(buffer)) == sizeof(buffer), "another");
	check(close(fd) == 0, "goes");
}

static bool is_called(int fd, const char *path)
{
	char link[32], now[256];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, now, sizeof(now));
	return n == (ssize_t)strlen(path) && memcmp(now, path, (size_t)n) == 0;
}

static void renames(void)
{
	struct stat st;
	int fd;

	check(mkdir(AT "r", 0755) == 0 && mkdir(AT "r/a", 0755) == 0 &&
		      mkdir(AT "r/b", 0755) == 0 && mkdir(AT "r/a/deep", 0755) == 0,
	      "directories");
	make_file(AT "r/a/deep/f", 5000, 9);
	fd = open(AT "r/a/deep/f", O_RDONLY);
	check(is_called(fd, AT "r/a/deep/f"), "an open file has its name");
	check(rename(AT "r/a/deep", AT "r/b/moved") == 0, "rename to another directory");
	check(file_is(AT "r/b/moved/../moved/f", 5000, 9), "and what is above it is new");
	check(is_called(fd, AT "r/b/moved/f"), "an open file goes with its directory");
	check(rename(AT "r/b/moved/f", AT "r/g") == 0 && is_called(fd, AT "r/g"), "and alone");
	check(rename(AT "r/g", AT "r/b/moved/f") == 0 && is_called(fd, AT "r/b/moved/f"), "back");
	close(fd);
	check(stat(AT "r/a", &st) == 0 && st.st_nlink == 2, "one directory fewer");
	check(stat(AT "r/b", &st) == 0 && st.st_nlink == 3, "one more");
	check(rename(AT "r/b", AT "r/b/moved/x") == -1 && errno == EINVAL, "into itself");
	check(rename(AT "r/b/moved", AT "r/a") == 0, "over an empty directory");
	check(rename(AT "r/b", AT "r/a") == -1 && errno == ENOTEMPTY, "over one that is not");
	make_file(AT "r/new", 10, 1);
	make_file(AT "r/old", 20000, 2);
	check(rename(AT "r/new", AT "r/old") == 0 && file_is(AT "r/old", 10, 1), "over a file");
	check(rename(AT "r/old", AT "r/b") == -1 && errno == EISDIR, "a file over a directory");
	check(rename(AT "r/b", AT "r/old") == -1 && errno == ENOTDIR, "a directory over a file");
}

static int count_entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* Many names, long and short, of which every other goes and comes again. */
static void many(int count)
{
	char path[300];

	check(mkdir(AT "many", 0755) == 0, "mkdir many");
	for (int pass = 0; pass < 2; pass++) {
		for (int i = pass; i < count; i += 1 + pass) {
			snprintf(path, sizeof(path), AT "many/%0*d", 1 + i * 7 % 250, i);
			make_file(path, (size_t)(i % 3) * 700, (uint64_t)i);
		}
		for (int i = 1; i < count && !pass; i += 2) {
			snprintf(path, sizeof(path), AT "many/%0*d", 1 + i * 7 % 250, i);
			check(unlink(path) == 0, "unlink %d", i);
		}
	}
	check(count_entries(AT "many") == count + 2, "all are there");
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), AT "many/%0*d", 1 + i * 7 % 250, i);
		check(file_is(path, (size_t)(i % 3) * 700, (uint64_t)i), "file %d", i);
	}
}

static void sparse(bool triple)
{
	static const off_t places[] = {0, 100000, 5 << 20, 70 << 20, 300 << 20, 900l << 20};
	off_t far = 5l << 30;
	struct stat st;
	char got[8];
	int fd = open(AT "sparse", O_CREAT | O_RDWR, 0600);

	for (int i = 0; i < 6; i++)
		check(pwrite(fd, "island", 6, places[i]) == 6, "island %d", i);
	if (triple)
		check(pwrite(fd, "island", 6, far) == 6, "an island far out");
	check(fstat(fd, &st) == 0 && st.st_blocks * 512 < 1 << 18, "holes take no room");
	for (int i = 0; i < 6; i++)
		check(pread(fd, got, 8, places[i]) >= 6 && !memcmp(got, "island", 6), "read %d", i);
	check(pread(fd, got, 8, 200 << 20) == 8 && !memcmp(got, "\0\0\0\0\0\0\0", 8), "a hole");
	check(ftruncate(fd, (70 << 20) + 3) == 0 && ftruncate(fd, 80 << 20) == 0, "truncate");
	check(pread(fd, got, 8, 70 << 20) == 8 && !memcmp(got, "isl\0\0\0\0\0", 8),
	      "what was cut does not come again");
	close(fd);
}

/* Truncated, appended to and moved about, as a program that keeps a log does. */
static void logs(void)
{
	uint64_t seed = 5;
	size_t size = 0;
	int fd = open(AT "log", O_CREAT | O_RDWR | O_APPEND, 0600);
	struct stat st;

	for (int i = 0; i < 300; i++) {
		size_t n = random_below(&seed, 3000);

		fill(buffer, n, 1);
		check(write(fd, buffer, n) == (ssize_t)n, "append");
		size += n;
		if (i % 50 == 49) {
			size = random_below(&seed, size);
			check(ftruncate(fd, (off_t)size) == 0, "truncate");
		}
		if (i % 60 == 59)
			check(fsync(fd) == 0, "fsync");
	}
	check(fstat(fd, &st) == 0 && st.st_size == (off_t)size, "its size");
	check(rename(AT "log", AT "log.old") == 0, "rename while open");
	check(unlink(AT "log.old") == 0, "unlink while open");
	check(pread(fd, buffer, 100, 0) == 100, "it lives on");
	check(write(fd, buffer, 100) == 100, "and can be written");
	close(fd);
}

static void mapped(void)
{
	size_t size = 3 * 4096 + 100;
	int fd = open(AT "mapped", O_CREAT | O_RDWR, 0600);
	char *m, *p;

	check(ftruncate(fd, (off_t)size) == 0, "a file of one hole");
	m = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(m != MAP_FAILED, "mmap");
	m[0] = 'a';
	m[4096] = 'b';
	m[size - 1] = 'z';
	check(pread(fd, buffer, 1, 4096) == 1 && buffer[0] == 'b', "read sees what was mapped");
	check(fsync(fd) == 0, "fsync");
	m[1] = 'c'; /* after it was written once */
	check(pwrite(fd, "w", 1, 8192) == 1 && m[8192] == 'w', "the mapping sees what was written");
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	p[0] = 'p';
	check(m[0] == 'a', "a private mapping is private");
	munmap(p, size);
	munmap(m, size);
	close(fd);
	/* From and to pages that are not in memory: the kernel itself must wait for the disk. */
	fd = open(AT "plain300001", O_RDONLY);
	p = mmap(NULL, 300001, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	fd = open(AT "copied", O_CREAT | O_RDWR, 0600);
	check(write(fd, p, 300001) == 300001, "write from a mapping");
	check(file_is(AT "copied", 300001, 11), "the copy");
	m = mmap(NULL, 300001, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	fd = open(AT "plain300001", O_RDONLY);
	memset(m, 0, 5000);
	check(read(fd, m, 300001) == 300001, "read to a mapping");
	check(file_is(AT "copied", 300001, 11), "the copy again");
	munmap(m, 300001);
	munmap(p, 300001);
	close(fd);
}

static void full(void)
{
	struct statfs before, after;
	size_t total = 0;
	ssize_t n;
	int fd = open(AT "full", O_CREAT | O_WRONLY, 0600);

	sync();
	statfs("/mnt", &before);
	fill(buffer, sizeof(buffer), 77);
	while ((n = write(fd, buffer, sizeof(buffer))) > 0)
		total += (size_t)n;
	check(n == -1 && errno == ENOSPC, "the disk is full");
	check(total + (total >> 6) + (1 << 20) > before.f_bfree * (size_t)before.f_bsize,
	      "nearly all of it was used: %zu", total);
	check(mkdir(AT "nowhere", 0755) == -1 || rmdir(AT "nowhere") == 0, "no room for more");
	statfs("/mnt", &after);
	check(after.f_bfree < 64, "statfs says so: %lu", (unsigned long)after.f_bfree);
	close(fd);
	check(unlink(AT "full") == 0, "unlink");
	statfs("/mnt", &after);
	check(after.f_bfree == before.f_bfree, "all came back: %lu of %lu",
	      (unsigned long)after.f_bfree, (unsigned long)before.f_bfree);
}

static void together(void)
{
	int status, bad = 0;

	for (int who = 0; who < 4; who++)
		if (fork() == 0) {
			char path[64], other[64];

			for (int i = 0; i < 60; i++) {
				snprintf(path, sizeof(path), AT "t%d.%d", who, i % 7);
				snprintf(other, sizeof(other), AT "u%d.%d", who, i % 5);
				make_file(path, (size_t)(i * 977 % 40000), (uint64_t)i);
				check(file_is(path, (size_t)(i * 977 % 40000), (uint64_t)i),
				      "mine");
				check(rename(path, other) == 0, "rename");
			}
			_exit(failures ? 1 : 0);
		}
	while (wait(&status) > 0)
		bad |= status;
	check(bad == 0, "four at once");
}

static void set_times(void)
{
	const struct timeval early[2] = {{-5, 0}, {-10, 0}};

	check(utimes(AT "plain59", early) == 0 && utimes(AT "plain1", early) == 0, "before 1970");
	check(file_is(AT "plain1", 1, 1), "and one was read");
}

static void times_are_kept(void)
{
	struct stat st;

	check(stat(AT "plain59", &st) == 0 && st.st_atime == -5 && st.st_mtime == -10, "times");
	check(stat(AT "plain1", &st) == 0 && st.st_atime > 1000000000 && st.st_mtime == -10,
	      "the time it was read");
}

int main(int argc, char **argv)
{
	bool triple = argc > 1 && !strcmp(argv[1], "triple");

	disk_begin();
	mkdir("/mnt", 0755);
	check(mkdir("/proc", 0755) == 0 && mount("proc", "/proc", "proc", 0, NULL) == 0, "proc");
	check(mount("/dev/none", "/mnt", "ext2", 0, NULL) == -1 && errno == ENOENT,
	      "no such device");
	check(mount("/init", "/mnt", "ext2", 0, NULL) == -1 && errno == ENOTBLK,
	      "a file for a disk");
	check(mount("/dev/vda", "/mnt", "ext2", 0, NULL) == 0, "mount");
	check(mount("/dev/vda", "/mnt", "ext2", 0, NULL) == -1 && errno == EBUSY, "mount twice");
	plain_files();
	names();
	unnamed();
	renames();
	many(400);
	sparse(triple);
	logs();
	mapped();
	set_times();
	check(umount("/mnt") == 0, "unmount");
	check(mount("/dev/vda", "/mnt", "ext2", MS_RDONLY, NULL) == 0, "mount read-only");
	times_are_kept();
	check(file_is(AT "plain300001", 300001, 11), "still there");
	check(open(AT "plain1", O_WRONLY) == -1 && errno == EROFS, "open to write");
	check(unlink(AT "plain1") == -1 && errno == EROFS, "unlink read-only");
	check(mount(NULL, "/mnt", NULL, MS_REMOUNT, NULL) == 0, "remount");
	mapped();
	together();
	full();
	check(chdir("/mnt") == 0 && umount("/mnt") == -1 && errno == EBUSY, "busy");
	check(chdir("/") == 0 && umount("/mnt") == 0, "unmount at the end");
	disk_end();
}
