/* What has come to Linux beside the old calls: memfd, seals, splice, pidfd, xattr and others. */
#include "guest.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/xattr.h>

static void seals(void)
{
	int fd = memfd_create("x", MFD_ALLOW_SEALING), plain = memfd_create("y", 0);
	struct stat st;
	void *p;

	same("another flag", RAW(SYS_memfd_create, "x", 0x100), -EINVAL);
	same("its mode", fstat(fd, &st) ? -1 : (long)st.st_mode, S_IFREG | 0777);
	same("no links", st.st_nlink, 0);
	same("write", write(fd, "hello", 5), 5);
	same("no seals", fcntl(fd, F_GET_SEALS), 0);
	same("sealed by itself", fcntl(plain, F_GET_SEALS), F_SEAL_SEAL);
	same("no more", RAW(SYS_fcntl, plain, F_ADD_SEALS, F_SEAL_GROW), -EPERM);
	same("an unknown seal", RAW(SYS_fcntl, fd, F_ADD_SEALS, 0x100), -EINVAL);
	same("grow", fcntl(fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	same("can't", RAW(SYS_ftruncate, fd, 100), -EPERM);
	same("nor by writing", RAW(SYS_pwrite64, fd, "x", 1, 5), -EPERM);
	same("but inside", pwrite(fd, "x", 1, 4), 1);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	same("write while mapped", RAW(SYS_fcntl, fd, F_ADD_SEALS, F_SEAL_WRITE), -EBUSY);
	munmap(p, 4096);
	same("write", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK), 0);
	same("can't write", RAW(SYS_pwrite64, fd, "x", 1, 0), -EPERM);
	same("can't shrink", RAW(SYS_ftruncate, fd, 1), -EPERM);
	same("nor map it so", RAW(SYS_mmap, 0, 4096, PROT_WRITE, MAP_SHARED, fd, 0), -EPERM);
	p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	holds("but to read", p != MAP_FAILED);
	same("not made writable", RAW(SYS_mprotect, p, 4096, PROT_READ | PROT_WRITE), -EACCES);
	same("all of them", fcntl(fd, F_GET_SEALS), F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SHRINK);
	same("of a pipe", (pipe((int[2]){0}), RAW(SYS_fcntl, 0, F_GET_SEALS)), -EINVAL);
	close(fd), close(plain);
}

static void room(void)
{
	int fd = open("/m/room", O_CREAT | O_RDWR, 0600), ro;
	char c[4];
	struct stat st;

	same("allocate", RAW(SYS_fallocate, fd, 0, 0, 10000), 0);
	same("grows", fstat(fd, &st) ? -1 : st.st_size, 10000);
	same("takes room", st.st_blocks, 24);
	same("keep", RAW(SYS_fallocate, fd, FALLOC_FL_KEEP_SIZE, 10000, 20000), 0);
	same("does not grow", fstat(fd, &st) ? -1 : st.st_size, 10000);
	pwrite(fd, "abcd", 4, 4094);
	same("a hole", RAW(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096),
	     0);
	same("zero before", pread(fd, c, 4, 4094) == 4 ? c[1] : -1, 0);
	same("not after", c[2], 'c');
	same("a hole must keep", RAW(SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE, 0, 4096),
	     -EOPNOTSUPP);
	same("nothing", RAW(SYS_fallocate, fd, 0, 0, 0), -EINVAL);
	same("before the start", RAW(SYS_fallocate, fd, 0, -1L, 5L), -EINVAL);
	ro = open("/m/room", O_RDONLY);
	same("not to write", RAW(SYS_fallocate, ro, 0, 0, 5), -EBADF);
	close(fd), close(ro);
}

static void splicing(void)
{
	int a[2], b[2], in, out;
	char text[32] = {0};
	loff_t at = 2;

	pipe(a), pipe(b);
	put_file("/m/in", "hello world");
	in = open("/m/in", O_RDONLY);
	out = open("/m/out", O_CREAT | O_RDWR, 0600);
	same("from a file", RAW(SYS_splice, in, &at, a[1], NULL, 5, 0), 5);
	same("the place moves", at, 7);
	same("not the file's", lseek(in, 0, SEEK_CUR), 0);
	same("tee", RAW(SYS_tee, a[0], b[1], 100, 0), 5);
	same("a copy", read(b[0], text, 32), 5);
	same("the bytes", memcmp(text, "llo w", 5), 0);
	same("to a file", RAW(SYS_splice, a[0], NULL, out, NULL, 100, 0), 5);
	same("and there", pread(out, text, 32, 0), 5);
	same("empty now", RAW(SYS_splice, a[0], NULL, out, NULL, 1, SPLICE_F_NONBLOCK), -EAGAIN);
	same("no pipe", RAW(SYS_splice, in, NULL, out, NULL, 1, 0), -EINVAL);
	same("one pipe", (write(a[1], "x", 1), RAW(SYS_splice, a[0], NULL, a[1], NULL, 1, 0)),
	     -EINVAL);
	same("a pipe's place", RAW(SYS_splice, a[0], &at, out, NULL, 1, 0), -ESPIPE);
	same("the wrong way", RAW(SYS_splice, a[1], NULL, out, NULL, 1, 0), -EBADF);
	same("tee of a file", RAW(SYS_tee, in, b[1], 1, 0), -EINVAL);
	close(a[1]);
	read(a[0], text, 1);
	same("the end", RAW(SYS_splice, a[0], NULL, out, NULL, 1, 0), 0);
	at = 0;
	same("copy", RAW(SYS_copy_file_range, in, &at, out, NULL, 100, 0), 11);
	same("after what was there", pread(out, text, 32, 0), 16);
	same("over itself", RAW(SYS_copy_file_range, out, (loff_t[]){0}, out, (loff_t[]){1}, 5, 0),
	     -EINVAL);
	same("of a pipe", RAW(SYS_copy_file_range, b[0], NULL, out, NULL, 5, 0), -EINVAL);
	same("with a flag", RAW(SYS_copy_file_range, in, NULL, out, NULL, 5, 1), -EINVAL);
	close(a[0]), close(b[0]), close(b[1]), close(in), close(out);
}

/* What the pipe has no room for is left in the file. */
static void in_parts(void)
{
	int ends[2], fd = open("/tmp/parts", O_CREAT | O_RDWR, 0600);
	char text[5000];
	off_t sent = 0;
	ssize_t n;

	pipe2(ends, O_NONBLOCK);
	ftruncate(fd, 300000);
	while ((n = sendfile(ends[1], fd, NULL, 100000)) > 0)
		sent += n;
	same("sendfile of what there is room for", errno, EAGAIN);
	same("the place in the file", lseek(fd, 0, SEEK_CUR), sent);
	same("to read", read(ends[0], text, sizeof(text)), sizeof(text));
	n = sendfile(ends[1], fd, NULL, 100000);
	same("and on from there", lseek(fd, 0, SEEK_CUR), sent + (n > 0 ? n : 0));
	close(ends[0]);
	close(ends[1]);
	close(fd);
	unlink("/tmp/parts");
}

static void attributes(void)
{
	char v[16];

	put_file("/m/x", "");
	same("set", setxattr("/m/x", "trusted.a", "one", 3, 0), 0);
	same("get", getxattr("/m/x", "trusted.a", v, 16), 3);
	same("its size", getxattr("/m/x", "trusted.a", NULL, 0), 3);
	same("too little room", RAW(SYS_getxattr, "/m/x", "trusted.a", v, 2), -ERANGE);
	same("again", RAW(SYS_setxattr, "/m/x", "trusted.a", "x", 1, XATTR_CREATE), -EEXIST);
	same("replace nothing", RAW(SYS_setxattr, "/m/x", "trusted.b", "x", 1, XATTR_REPLACE),
	     -ENODATA);
	same("list", listxattr("/m/x", v, 16), 10);
	same("remove", removexattr("/m/x", "trusted.a"), 0);
	same("gone", RAW(SYS_getxattr, "/m/x", "trusted.a", v, 16), -ENODATA);
	same("another kind", RAW(SYS_setxattr, "/m/x", "what.a", "x", 1, 0), -EOPNOTSUPP);
	same("no name", RAW(SYS_setxattr, "/m/x", "", "x", 1, 0), -ERANGE);
	same("a flag", RAW(SYS_setxattr, "/m/x", "trusted.a", "x", 1, 8), -EINVAL);
}

static void processes(void)
{
	struct sched_param p = {0};
	pid_t child = fork();
	siginfo_t info;
	int fd;
	struct pollfd pfd;

	if (child == 0)
		for (;;)
			pause();
	fd = (int)syscall(SYS_pidfd_open, child, 0);
	pfd = (struct pollfd){fd, POLLIN, 0};
	holds("pidfd", fd >= 0);
	same("closed on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	same("of nobody", RAW(SYS_pidfd_open, 30000, 0), -ESRCH);
	same("a flag", RAW(SYS_pidfd_open, child, 1), -EINVAL);
	same("it runs", poll(&pfd, 1, 0), 0);
	same("signal", RAW(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0), 0);
	same("it ended", poll(&pfd, 1, 1000), 1);
	same("waitid", RAW(SYS_waitid, 3, fd, &info, WEXITED, NULL), 0);
	same("whom", info.si_pid, child);
	same("gone", RAW(SYS_pidfd_send_signal, fd, 0, NULL, 0), -ESRCH);
	same("no pidfd", RAW(SYS_pidfd_send_signal, 0, 0, NULL, 0), -EBADF);
	close(fd);
	same("nice", setpriority(PRIO_PROCESS, 0, 7), 0);
	same("is kept", RAW(SYS_getpriority, PRIO_PROCESS, 0), 13);
	same("another kind", RAW(SYS_getpriority, 7, 0), -EINVAL);
	same("policy", sched_getscheduler(0), SCHED_OTHER);
	same("a bad priority", RAW(SYS_sched_setscheduler, 0, SCHED_FIFO, &p), -EINVAL);
	p.sched_priority = 5;
	same("FIFO", sched_setscheduler(0, SCHED_FIFO, &p), 0);
	same("is it", sched_getscheduler(0), SCHED_FIFO);
	same("priority", sched_getparam(0, &p) ? -1 : p.sched_priority, 5);
	p.sched_priority = 0;
	same("back", sched_setscheduler(0, SCHED_OTHER, &p), 0);
	same("max", sched_get_priority_max(SCHED_RR), 99);
	same("unknown", RAW(SYS_sched_get_priority_max, 77), -EINVAL);
}

static void residence_of_many(void)
{
	const size_t pages = 1200, hole = 700;
	char *p = mmap(NULL, pages * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	unsigned char there[1200];
	size_t wrong = 0;

	RAW(SYS_madvise, p, pages * 4096, MADV_NOHUGEPAGE);
	mprotect(p + hole * 4096, 4096, PROT_READ);
	for (size_t i = 0; i < pages; i += 7)
		if (i != hole)
			p[i * 4096] = 1;
	same("mincore of many", mincore(p, pages * 4096, there), 0);
	for (size_t i = 0; i < pages; i++)
		wrong += (there[i] & 1) != (i % 7 == 0 && i != hole);
	same("each as it is", wrong, 0);
	munmap(p + hole * 4096, 4096);
	same("a hole", RAW(SYS_mincore, p, pages * 4096, there), -ENOMEM);
	munmap(p, pages * 4096);
}

static void residence(void)
{
	char *p = mmap(NULL, 4 * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char there[4];

	p[4096] = 1;
	same("mincore", mincore(p, 4 * 4096, there), 0);
	holds("only what was touched", !(there[0] & 1) && (there[1] & 1) && !(there[2] & 1));
	same("not aligned", RAW(SYS_mincore, p + 1, 4096, there), -EINVAL);
	same("mlock", mlock(p + 2 * 4096, 4096), 0);
	same("brings in", mincore(p, 4 * 4096, there) ? -1 : there[2] & 1, 1);
	munmap(p + 3 * 4096, 4096);
	same("mlock of nothing", RAW(SYS_mlock, p, 4 * 4096), -ENOMEM);
	same("munlock", munlock(p, 3 * 4096), 0);
	same("mlockall", RAW(SYS_mlockall, 8), -EINVAL);
	same("membarrier", RAW(SYS_membarrier, 1, 0, 0), 0);
	same("unknown", RAW(SYS_membarrier, 1 << 20, 0, 0), -EINVAL);
	p = mmap(NULL, 2 * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	same("populated", mincore(p, 4096, there) ? -1 : there[0] & 1, 1);
	int zero = open("/dev/zero", O_RDWR);
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, zero, 0);
	holds("/dev/zero", p != MAP_FAILED && *p == 0);
	close(zero);
}

static void exchange(void)
{
	struct stat st;

	mkdir("/m/d", 0755);
	put_file("/m/f", "abc");
	same("exchange", RAW(SYS_renameat2, AT_FDCWD, "/m/d", AT_FDCWD, "/m/f", 2), 0);
	same("a file", stat("/m/d", &st) ? -1 : (long)(st.st_mode & S_IFMT), S_IFREG);
	same("with nothing", RAW(SYS_renameat2, AT_FDCWD, "/m/d", AT_FDCWD, "/m/no", 2), -ENOENT);
	same("both", RAW(SYS_renameat2, AT_FDCWD, "/m/d", AT_FDCWD, "/m/f", 3), -EINVAL);
}

static void run(void)
{
	mkdir("/m", 0755);
	mkdir("/dev", 0755);
	mknod("/dev/zero", S_IFCHR | 0666, 0x105);
	seals();
	room();
	splicing();
	in_parts();
	attributes();
	processes();
	residence();
	residence_of_many();
	exchange();
}

const struct suite more_suite = {"more", run};
