/* Newer forms of old calls: close_range, preadv2, openat2, semtimedop, names and advice. */
#include "guest.h"

#include <linux/openat2.h>
#include <sys/ipc.h>
#include <sys/personality.h>
#include <sys/sem.h>
#include <sys/uio.h>
#include <sys/utsname.h>

static void ranges(void)
{
	int fd = open("/", O_RDONLY), i;

	for (i = 100; i < 110; i++)
		dup2(fd, i);
	same("the wrong way round", RAW(SYS_close_range, 105, 104, 0), -EINVAL);
	same("an unknown flag", RAW(SYS_close_range, 100, 104, 8), -EINVAL);
	same("close on exec", RAW(SYS_close_range, 104, 105, 4), 0);
	same("is so", fcntl(104, F_GETFD), FD_CLOEXEC);
	same("not before", fcntl(103, F_GETFD), 0);
	same("close", RAW(SYS_close_range, 102, 103, 0), 0);
	same("gone", RAW(SYS_fcntl, 103, F_GETFD), -EBADF);
	same("not after", fcntl(106, F_GETFD), 0);
	same("of our own", RAW(SYS_close_range, 104, ~0u, 2), 0);
	same("all to the end", RAW(SYS_fcntl, 109, F_GETFD), -EBADF);
	holds("not before that", fcntl(101, F_GETFD) == 0 && fcntl(fd, F_GETFD) == 0);
	close(100), close(101), close(fd);
}

static void vectors(void)
{
	char a[4], b[8];
	struct iovec out[2] = {{"abcd", 4}, {"efgh", 4}}, in[2] = {{a, 4}, {b, 8}};
	int fd = open("/tmp/vector", O_RDWR | O_CREAT | O_TRUNC, 0600), ends[2], wo;

	pipe(ends);
	same("pwritev", RAW(SYS_pwritev, fd, out, 2, 3, 0), 8);
	same("the place stays", lseek(fd, 0, SEEK_CUR), 0);
	same("preadv", RAW(SYS_preadv, fd, in, 2, 5, 0), 6);
	same("the bytes", memcmp(a, "cdef", 4) || memcmp(b, "gh", 2), 0);
	same("past the end", RAW(SYS_preadv, fd, in, 2, 50, 0), 0);
	same("nothing", RAW(SYS_preadv, fd, in, 0, 0, 0), 0);
	same("before the start", RAW(SYS_preadv, fd, in, 2, -1L, -1L), -EINVAL);
	same("too many", RAW(SYS_preadv, fd, in, 1025, 0, 0), -EINVAL);
	same("a bad vector", RAW(SYS_preadv, fd, 8, 1, 0, 0), -EFAULT);
	same("of a pipe", RAW(SYS_preadv, ends[0], in, 1, 0, 0), -ESPIPE);
	same("of nothing", RAW(SYS_pwritev, 99, out, 1, 0, 0), -EBADF);
	wo = open("/tmp/vector", O_WRONLY);
	same("not to read", RAW(SYS_preadv, wo, in, 1, 0, 0), -EBADF);
	same("preadv2", RAW(SYS_preadv2, fd, in, 1, 3, 0, 0), 4);
	same("where the file is", RAW(SYS_preadv2, fd, in, 1, -1L, -1L, 0), 4);
	same("moved on", lseek(fd, 0, SEEK_CUR), 4);
	same("pwritev2", RAW(SYS_pwritev2, fd, out, 2, -1L, -1L, 0), 8);
	same("unknown flags", RAW(SYS_preadv2, fd, in, 1, 0, 0, 0x1000), -EOPNOTSUPP);
	close(wo), close(fd), close(ends[0]), close(ends[1]);
	unlink("/tmp/vector");
}

static void opening(void)
{
	struct {
		struct open_how how;
		uint64_t more;
	} o = {{.flags = O_RDWR | O_CREAT, .mode = 0600}, 0};
	int fd = (int)syscall(SYS_openat2, AT_FDCWD, "/tmp/how", &o, sizeof(o.how));

	holds("openat2", fd >= 0);
	close(fd);
	fd = (int)syscall(SYS_openat2, AT_FDCWD, "/tmp/how", &o, sizeof(o));
	holds("longer, and zero", fd >= 0);
	close(fd);
	o.more = 1;
	same("longer", RAW(SYS_openat2, AT_FDCWD, "/tmp/how", &o, sizeof(o)), -E2BIG);
	same("shorter", RAW(SYS_openat2, AT_FDCWD, "/tmp/how", &o, 16), -EINVAL);
	o.how.mode = 010000;
	same("a bad mode", RAW(SYS_openat2, AT_FDCWD, "/tmp/how", &o, 24), -EINVAL);
	o.how = (struct open_how){.flags = O_RDONLY, .mode = 0600};
	same("a mode for nothing", RAW(SYS_openat2, AT_FDCWD, "/tmp/how", &o, 24), -EINVAL);
	same("a mode for a file without a name",
	     RAW(SYS_openat2, AT_FDCWD, "/tmp",
		 &(struct open_how){.flags = O_TMPFILE | O_RDWR, .mode = 0600}, 24) < 0,
	     0);
	o.how = (struct open_how){.flags = 1ull << 40};
	same("an unknown flag", RAW(SYS_openat2, AT_FDCWD, "/tmp/how", &o, 24), -EINVAL);
	o.how = (struct open_how){.flags = O_PATH | O_APPEND};
	same("a path to append to", RAW(SYS_openat2, AT_FDCWD, "/tmp/how", &o, 24), -EINVAL);
	o.how = (struct open_how){.resolve = 1 << 20};
	same("an unknown way", RAW(SYS_openat2, AT_FDCWD, "/tmp/how", &o, 24), -EINVAL);
	o.how = (struct open_how){.flags = O_RDONLY};
	same("nothing there", RAW(SYS_openat2, AT_FDCWD, "/tmp/no", &o, 24), -ENOENT);
	unlink("/tmp/how");
}

static void unnamed(void)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0640);
	struct stat st;
	char text[8];

	holds("a file without a name", fd >= 0);
	same("its mode", fstat(fd, &st) ? -1 : (long)st.st_mode, S_IFREG | 0640);
	same("no links", st.st_nlink, 0);
	same("written", write(fd, "hidden", 6), 6);
	same("gets a name", RAW(SYS_linkat, fd, "", AT_FDCWD, "/tmp/seen", AT_EMPTY_PATH), 0);
	same("one link", fstat(fd, &st) ? -1 : (long)st.st_nlink, 1);
	close(fd);
	fd = open("/tmp/seen", O_RDONLY);
	same("is there", read(fd, text, sizeof(text)), 6);
	close(fd);
	fd = open("/tmp", O_TMPFILE | O_EXCL | O_RDWR, 0640);
	same("not to be named", RAW(SYS_linkat, fd, "", AT_FDCWD, "/tmp/not", AT_EMPTY_PATH),
	     -ENOENT);
	close(fd);
	put_file("/tmp/not", "");
	fd = open("/tmp/not", O_RDONLY);
	unlink("/tmp/not");
	same("nor what lost its name", RAW(SYS_linkat, fd, "", AT_FDCWD, "/tmp/not", AT_EMPTY_PATH),
	     -ENOENT);
	close(fd);
	same("in a file", RAW(SYS_open, "/tmp/seen", O_TMPFILE | O_RDWR, 0600), -ENOTDIR);
	same("nowhere", RAW(SYS_open, "/tmp/none", O_TMPFILE | O_RDWR, 0600), -ENOENT);
	same("not to write", RAW(SYS_open, "/tmp", O_TMPFILE | O_RDONLY, 0600), -EINVAL);
	same("and created", RAW(SYS_open, "/tmp", O_TMPFILE | O_CREAT | O_RDWR, 0600), -EINVAL);
	same("half the flag", RAW(SYS_open, "/tmp", 020000000 | O_RDWR, 0600), -EINVAL);
	unlink("/tmp/seen");
}

static void semaphores(void)
{
	struct timespec soon = {0, 10000000}, bad = {0, 1000000000};
	struct sembuf take = {0, -1, 0}, give = {0, 1, 0};
	int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);

	same("in time", RAW(SYS_semtimedop, id, &give, 1, &soon), 0);
	same("taken", RAW(SYS_semtimedop, id, &take, 1, NULL), 0);
	same("too late", RAW(SYS_semtimedop, id, &take, 1, &soon), -EAGAIN);
	same("no time", RAW(SYS_semtimedop, id, &take, 1, &bad), -EINVAL);
	same("nothing to do", RAW(SYS_semtimedop, id, &take, 0, NULL), -EINVAL);
	semctl(id, 0, IPC_RMID);
}

static void names(void)
{
	struct utsname u;

	same("sethostname", RAW(SYS_sethostname, "corner", 6), 0);
	same("setdomainname", RAW(SYS_setdomainname, "ring", 4), 0);
	same("uname", uname(&u) || strcmp(u.nodename, "corner") || strcmp(u.domainname, "ring"), 0);
	same("too long", RAW(SYS_sethostname, "x", 65), -EINVAL);
	same("less than nothing", RAW(SYS_sethostname, "x", -1), -EINVAL);
	same("a bad name", RAW(SYS_sethostname, 8, 3), -EFAULT);
	same("personality", RAW(SYS_personality, 0xffffffff), PER_LINUX);
	same("Linux's", RAW(SYS_personality, PER_LINUX), PER_LINUX);
}

static void advice(void)
{
	char *m = mmap(NULL, 3 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char there;

	same("sequential", madvise(m, 4096, MADV_SEQUENTIAL), 0);
	same("none such", RAW(SYS_madvise, m, 4096, 5), -EINVAL);
	same("for no bytes", RAW(SYS_madvise, m, 0, 7), -EINVAL);
	same("remove what has no file", RAW(SYS_madvise, m, 4096, MADV_REMOVE), -EINVAL);
	same("populate", RAW(SYS_madvise, m, 4096, 23), 0);
	same("brings in", mincore(m, 4096, &there) ? -1 : there & 1, 1);
	munmap(m + 4096, 4096);
	same("with a hole", RAW(SYS_madvise, m, 3 * 4096, MADV_WILLNEED), -ENOMEM);
	munmap(m, 3 * 4096);
}

static void run(void)
{
	ranges();
	vectors();
	opening();
	unnamed();
	semaphores();
	names();
	advice();
}

const struct suite newer_suite = {"newer", run};
