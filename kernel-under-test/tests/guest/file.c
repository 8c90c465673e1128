/* Regular files and devices: reading, writing, seeking, truncating, opening. */
#include "guest.h"

#include <sys/uio.h>

#define F "/tmp/file"

static void bytes(void)
{
	char out[32] = {0};
	struct stat st;
	int fd = open(F, O_RDWR | O_CREAT | O_EXCL, 0640);

	same("write", write(fd, "0123456789", 10), 10);
	same("read at the end", read(fd, out, 10), 0);
	same("seek", lseek(fd, 3, SEEK_SET), 3);
	same("read", read(fd, out, 4), 4);
	holds("bytes", !memcmp(out, "3456", 4));
	same("where it is", lseek(fd, 0, SEEK_CUR), 7);
	same("back", lseek(fd, -2, SEEK_CUR), 5);
	same("from the end", lseek(fd, -1, SEEK_END), 9);
	same("before the start", RAW(SYS_lseek, fd, -11000l, SEEK_END), -EINVAL);
	same("a bad whence", RAW(SYS_lseek, fd, 0, 77), -EINVAL);
	same("far beyond", lseek(fd, 5000, SEEK_SET), 5000);
	same("write there", write(fd, "x", 1), 1);
	same("pread of the hole", pread(fd, out, 5, 100), 5);
	holds("a hole is zero", !memcmp(out, "\0\0\0\0\0", 5));
	same("pwrite", pwrite(fd, "AB", 2, 1), 2);
	same("its position stays", lseek(fd, 0, SEEK_CUR), 5001);
	same("pread", pread(fd, out, 4, 0), 4);
	holds("what pwrite wrote", !memcmp(out, "0AB3", 4));
	same("pread at a negative place", RAW(SYS_pread64, fd, out, 1, -1l), -EINVAL);
	same("stat", fstat(fd, &st), 0);
	same("size", st.st_size, 5001);
	same("mode", st.st_mode, S_IFREG | 0640);
	same("links", st.st_nlink, 1);
	same("block size", st.st_blksize, 4096);
	close(fd);
}

static void truncation(void)
{
	char out[8];
	struct stat st;
	int fd = open(F, O_RDWR), reader = open(F, O_RDONLY);

	same("cut", ftruncate(fd, 2), 0);
	same("grow", ftruncate(fd, 6), 0);
	same("size", fstat(fd, &st) ? -1 : (long)st.st_size, 6);
	same("read", pread(fd, out, 8, 0), 6);
	holds("what was cut off is zero", !memcmp(out, "0A\0\0\0\0", 6));
	same("to a negative size", RAW(SYS_ftruncate, fd, -1l), -EINVAL);
	same("one that is open for reading", RAW(SYS_ftruncate, reader, 0), -EINVAL);
	same("nothing open", RAW(SYS_ftruncate, 77, 0), -EBADF);
	close(fd);
	close(reader);
	fd = open(F, O_WRONLY | O_TRUNC);
	same("O_TRUNC", fstat(fd, &st) ? -1 : (long)st.st_size, 0);
	close(fd);
	put_file(F, "abc");
	fd = open(F, O_RDONLY | O_TRUNC);
	same("O_TRUNC for reading cuts too", fstat(fd, &st) ? -1 : (long)st.st_size, 0);
	close(fd);
}

static void appending(void)
{
	char out[8];
	int fd, other;

	put_file(F, "abc");
	fd = open(F, O_RDWR | O_APPEND);
	other = open(F, O_WRONLY);
	same("append", write(fd, "d", 1), 1);
	same("another writes at its start", write(other, "A", 1), 1);
	lseek(fd, 0, SEEK_SET);
	same("append again", write(fd, "e", 1), 1);
	same("pwrite appends too", pwrite(fd, "f", 1, 0), 1);
	same("read it all", pread(fd, out, 8, 0), 6);
	holds("in order", !memcmp(out, "Abcdef", 6));
	close(fd);
	close(other);
}

static void opening(void)
{
	char out[8];
	int fd;

	same("missing", RAW(SYS_open, "/tmp/missing", O_RDONLY), -ENOENT);
	same("O_EXCL", RAW(SYS_open, F, O_RDWR | O_CREAT | O_EXCL, 0644), -EEXIST);
	same("O_DIRECTORY", RAW(SYS_open, F, O_RDONLY | O_DIRECTORY), -ENOTDIR);
	same("a directory for writing", RAW(SYS_open, "/tmp", O_WRONLY), -EISDIR);
	same("a directory with O_CREAT", RAW(SYS_open, "/tmp", O_RDONLY | O_CREAT, 0644), -EISDIR);
	same("a file as a directory", RAW(SYS_open, F "/", O_RDONLY), -ENOTDIR);
	same("a new file as a directory", RAW(SYS_open, "/tmp/new/", O_RDWR | O_CREAT, 0644), -EISDIR);
	same("below a file", RAW(SYS_open, F "/x", O_RDWR | O_CREAT, 0644), -ENOTDIR);
	same("below nothing", RAW(SYS_open, "/tmp/no/x", O_RDWR | O_CREAT, 0644), -ENOENT);
	same("an empty path", RAW(SYS_open, "", O_RDONLY), -ENOENT);
	same("a bad path", RAW(SYS_open, (char *)8, O_RDONLY), -EFAULT);
	same("a kernel path", RAW(SYS_open, (char *)0xffffffff81000000, O_RDONLY), -EFAULT);
	fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	same("openat", (close(openat(fd, "file", O_RDONLY)), errno = 0), 0);
	same("reading a directory", RAW(SYS_read, fd, out, 8), -EISDIR);
	same("writing a directory", RAW(SYS_write, fd, out, 8), -EBADF);
	same("openat below a file descriptor that is none", RAW(SYS_openat, 77, "x", O_RDONLY), -EBADF);
	close(fd);
	fd = open(F, O_RDONLY);
	same("openat below a file", RAW(SYS_openat, fd, "x", O_RDONLY), -ENOTDIR);
	same("an absolute path needs no directory", (close(openat(77, F, O_RDONLY)), errno = 0), 0);
	same("writing what is open for reading", RAW(SYS_write, fd, "x", 1), -EBADF);
	close(fd);
	fd = open(F, O_WRONLY);
	same("reading what is open for writing", RAW(SYS_read, fd, out, 1), -EBADF);
	close(fd);
}

static void bad_buffers(void)
{
	char *two = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char out[16] = {0};
	struct stat st;
	int fd = open(F, O_RDWR | O_TRUNC);

	munmap(two + 4096, 4096);
	memset(two, 'y', 4096);
	same("null", RAW(SYS_write, fd, NULL, 4), -EFAULT);
	same("kernel memory", RAW(SYS_write, fd, (void *)0xffffffff81000000, 4), -EFAULT);
	same("across the end of user memory", RAW(SYS_write, fd, (void *)0x7fffffffeff0, 4096), -EFAULT);
	same("an absurd length", RAW(SYS_write, fd, out, SIZE_MAX), -EFAULT);
	same("half of it", write(fd, two + 4096 - 10, 20), 10);
	same("size", fstat(fd, &st) ? -1 : (long)st.st_size, 10);
	same("nothing beyond the end", ftruncate(fd, 20) ? -1 : pread(fd, out, 16, 10), 10);
	holds("but zeros", !memcmp(out, "\0\0\0\0\0\0\0\0\0\0", 10));
	same("read into half", pread(fd, two + 4096 - 4, 20, 0), 4);
	same("read into none", RAW(SYS_read, fd, two + 4096, 20), -EFAULT);
	same("nothing to move, bad pointer", RAW(SYS_write, fd, (void *)8, 0), 0);
	same("stat to nowhere", RAW(SYS_fstat, fd, (void *)8), -EFAULT);
	munmap(two, 4096);
	close(fd);
}

static void devices(void)
{
	char out[64];
	struct stat st;
	int fd = open("/dev/zero", O_RDWR), sum = 0;

	memset(out, 'z', sizeof(out));
	same("/dev/zero", read(fd, out, 64), 64);
	for (int i = 0; i < 64; i++)
		sum |= out[i];
	same("zeros", sum, 0);
	same("writing it", write(fd, out, 64), 64);
	same("into a bad buffer", RAW(SYS_read, fd, (void *)0xffffffff81000000, 8), -EFAULT);
	same("stat", fstat(fd, &st) ? -1 : (long)st.st_mode & S_IFMT, S_IFCHR);
	same("its number", st.st_rdev, 0x105);
	same("truncating it", RAW(SYS_ftruncate, fd, 0), -EINVAL);
	same("an ioctl it does not know", RAW(SYS_ioctl, fd, 0x5401, out), -ENOTTY);
	close(fd);
	fd = open("/dev/null", O_RDWR);
	same("/dev/null", read(fd, out, 64), 0);
	same("takes all", write(fd, out, 64), 64);
	close(fd);
	fd = open("/dev/full", O_RDWR);
	same("/dev/full", RAW(SYS_write, fd, out, 1), -ENOSPC);
	same("reads zeros", read(fd, out, 64), 64);
	close(fd);
	fd = open("/dev/urandom", O_RDONLY);
	same("/dev/urandom", read(fd, out, 64), 64);
	close(fd);
	mknod("/tmp/none", S_IFCHR | 0600, 0xfe01);
	same("a device without driver", RAW(SYS_open, "/tmp/none", O_RDONLY), -ENXIO);
	unlink("/tmp/none");
	same("the console is a terminal", isatty(1), 1);
}

static void unlinked(void)
{
	char out[4];
	struct stat st;
	int fd;

	put_file(F, "abcd");
	fd = open(F, O_RDWR);
	same("unlink", unlink(F), 0);
	same("it is gone", RAW(SYS_open, F, O_RDONLY), -ENOENT);
	same("and still there", pread(fd, out, 4, 0), 4);
	same("without a name", fstat(fd, &st) ? -1 : (long)st.st_nlink, 0);
	close(fd);
}

static void run(void)
{
	bytes();
	truncation();
	appending();
	opening();
	bad_buffers();
	devices();
	unlinked();
}

const struct suite file_suite = {"file", run};
