/* Descriptors: numbers, duplicates, flags. */
#include "guest.h"

#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>

static void numbers(void)
{
	int a = open("/dev/null", O_RDONLY), b = open("/dev/zero", O_RDONLY);

	same("the lowest free one", a, 3);
	same("the next", b, 4);
	same("close", close(a), 0);
	same("close again", RAW(SYS_close, a), -EBADF);
	same("the lowest again", open("/dev/null", O_RDONLY), 3);
	same("close what never was", RAW(SYS_close, 1000), -EBADF);
	same("close a negative", RAW(SYS_close, -1), -EBADF);
	same("close beyond all", RAW(SYS_close, 1 << 30), -EBADF);
	close(a);
	close(b);
}

static void duplicates(void)
{
	int fd;
	char c;

	put_file("/tmp/dup", "abc");
	fd = open("/tmp/dup", O_RDONLY);
	same("dup", dup(fd), 4);
	same("dup2", dup2(fd, 100), 100);
	same("dup2 on itself", dup2(fd, fd), fd);
	same("they share the position", read(100, &c, 1) == 1 && read(4, &c, 1) == 1 ? c : -1, 'b');
	same("dup2 closes what was there", dup2(100, 4), 4);
	same("dup3 on itself", RAW(SYS_dup3, fd, fd, 0), -EINVAL);
	same("dup3 with odd flags", RAW(SYS_dup3, fd, 5, O_APPEND), -EINVAL);
	same("dup3", dup3(fd, 5, O_CLOEXEC), 5);
	same("it is closed by exec", fcntl(5, F_GETFD), FD_CLOEXEC);
	same("the other is not", fcntl(fd, F_GETFD), 0);
	same("dup of nothing", RAW(SYS_dup, 50), -EBADF);
	same("dup2 of nothing", RAW(SYS_dup2, 50, 51), -EBADF);
	same("dup2 of nothing on itself", RAW(SYS_dup2, 50, 50), -EBADF);
	same("dup2 to a negative", RAW(SYS_dup2, fd, -1), -EBADF);
	same("dup2 beyond the limit", RAW(SYS_dup2, fd, 1024), -EBADF);
	same("dup2 to the last", dup2(fd, 1023), 1023);
	same("F_DUPFD", fcntl(fd, F_DUPFD, 200), 200);
	same("F_DUPFD_CLOEXEC", fcntl(fd, F_DUPFD_CLOEXEC, 200), 201);
	same("F_DUPFD beyond the limit", RAW(SYS_fcntl, fd, F_DUPFD, 1024), -EINVAL);
	same("F_DUPFD when all are taken", RAW(SYS_fcntl, fd, F_DUPFD, 1023), -EMFILE);
	for (int i = 3; i < 1024; i++)
		close(i);
	unlink("/tmp/dup");
}

static void flags(void)
{
	int fd = open("/tmp/flags", O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	const int seen = O_ACCMODE | O_APPEND | O_NONBLOCK | O_CREAT | O_TRUNC;

	same("F_GETFL", fcntl(fd, F_GETFL) & seen, O_RDWR | O_APPEND);
	same("F_SETFL", fcntl(fd, F_SETFL, O_NONBLOCK | O_WRONLY), 0);
	same("the mode of access stays", fcntl(fd, F_GETFL) & seen, O_RDWR | O_NONBLOCK);
	same("F_SETFD", fcntl(fd, F_SETFD, FD_CLOEXEC), 0);
	same("F_GETFD", fcntl(fd, F_GETFD), FD_CLOEXEC);
	same("a dup does not have it", fcntl(dup(fd), F_GETFD), 0);
	same("an unknown command", RAW(SYS_fcntl, fd, 9999, 0), -EINVAL);
	same("of nothing", RAW(SYS_fcntl, 50, F_GETFL), -EBADF);
	close(fd);
	close(fd + 1);
	unlink("/tmp/flags");
}

static void controls(void)
{
	int ends[2], on = 1, off = 0;
	char c;

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	same("FIONBIO", RAW(SYS_ioctl, ends[0], FIONBIO, &on), 0);
	same("a read does not wait", RAW(SYS_read, ends[0], &c, 1), -EAGAIN);
	same("F_GETFL shows it", fcntl(ends[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	same("FIONBIO off", RAW(SYS_ioctl, ends[0], FIONBIO, &off), 0);
	same("F_GETFL does not", fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
	same("FIONBIO from nowhere", RAW(SYS_ioctl, ends[0], FIONBIO, 8), -EFAULT);
	same("FIOCLEX", RAW(SYS_ioctl, ends[0], FIOCLEX), 0);
	same("closed by exec", fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	same("FIONCLEX", RAW(SYS_ioctl, ends[0], FIONCLEX), 0);
	same("kept by exec", fcntl(ends[0], F_GETFD), 0);
	same("the upper half of a request is not looked at",
	     RAW(SYS_ioctl, ends[0], FIOCLEX | 1ul << 32), 0);
	close(ends[0]);
	close(ends[1]);
	ends[0] = open("/tmp", O_PATH);
	same("nothing through O_PATH", RAW(SYS_ioctl, ends[0], FIOCLEX), -EBADF);
	close(ends[0]);
}

/* Of a connection, as servers set them. */
static void owners(void)
{
	struct f_owner_ex e = {F_OWNER_PGRP, getpgrp()};
	int ends[2], on = 1, off = 0, event = eventfd(0, 0);

	socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
	same("nobody's", RAW(SYS_fcntl, ends[0], F_GETOWN), 0);
	same("FIOASYNC", RAW(SYS_ioctl, ends[0], FIOASYNC, &on), 0);
	same("F_GETFL shows that", fcntl(ends[0], F_GETFL) & O_ASYNC, O_ASYNC);
	same("FIOASYNC off", RAW(SYS_ioctl, ends[0], FIOASYNC, &off), 0);
	same("F_GETFL does not show it", fcntl(ends[0], F_GETFL) & O_ASYNC, 0);
	same("FIOASYNC from nowhere", RAW(SYS_ioctl, ends[0], FIOASYNC, 8), -EFAULT);
	same("FIOASYNC of an eventfd", RAW(SYS_ioctl, event, FIOASYNC, &on), -ENOTTY);
	same("F_SETOWN", RAW(SYS_fcntl, ends[0], F_SETOWN, getpid()), 0);
	same("F_GETOWN", RAW(SYS_fcntl, ends[0], F_GETOWN), getpid());
	same("to nobody", RAW(SYS_fcntl, ends[0], F_SETOWN, 31999), -ESRCH);
	same("F_SETOWN_EX", RAW(SYS_fcntl, ends[0], F_SETOWN_EX, &e), 0);
	e = (struct f_owner_ex){-1, -1};
	same("F_GETOWN_EX", RAW(SYS_fcntl, ends[0], F_GETOWN_EX, &e), 0);
	same("a group", e.type, F_OWNER_PGRP);
	same("this one", e.pid, getpgrp());
	e.type = 7;
	same("an unknown kind", RAW(SYS_fcntl, ends[0], F_SETOWN_EX, &e), -EINVAL);
	same("taken back", RAW(SYS_fcntl, ends[0], F_SETOWN, 0), 0);
	same("F_SETSIG", RAW(SYS_fcntl, ends[0], F_SETSIG, SIGUSR1), 0);
	same("F_GETSIG", RAW(SYS_fcntl, ends[0], F_GETSIG), SIGUSR1);
	same("no such signal", RAW(SYS_fcntl, ends[0], F_SETSIG, 65), -EINVAL);
	close(ends[0]), close(ends[1]), close(event);
}

static void all_of_them(void)
{
	int n = 0, fd;

	while ((fd = open("/dev/null", O_RDONLY)) >= 0)
		n++;
	same("as many as the limit says", n, 1024 - 3);
	same("no more", errno, EMFILE);
	same("no pipe either", RAW(SYS_pipe, (int[2]){0}), -EMFILE);
	close(500);
	same("half a pipe does not fit", RAW(SYS_pipe, (int[2]){0}), -EMFILE);
	same("what it took is free again", open("/dev/null", O_RDONLY), 500);
	for (int i = 3; i < 1024; i++)
		close(i);
}

static void more_of_them(void)
{
	struct rlimit first, more;
	unsigned long set[4096 / 64] = {1 << 1};
	int fd;

	getrlimit(RLIMIT_NOFILE, &first);
	same("how many there may be", first.rlim_max, 4096);
	more = (struct rlimit){4096, 4096};
	same("asked for", setrlimit(RLIMIT_NOFILE, &more), 0);
	same("the last one", dup2(1, 4095), 4095);
	same("and none behind it", RAW(SYS_dup2, 1, 4096), -EBADF);
	same("the lowest from there", RAW(SYS_fcntl, 1, F_DUPFD_CLOEXEC, 2000), 2000);
	if (fork() == 0)
		_exit(write(2000, "", 0) != 0 || write(4095, "", 0) != 0 || write(2001, "", 0) == 0);
	same("a child has them", (wait(&fd), fd), 0);
	more.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &more);
	same("what is open stays so", write(4095, "", 0), 0);
	same("beyond the limit of the day", RAW(SYS_dup2, 1, 64), -EBADF);
	same("and from there on", RAW(SYS_fcntl, 1, F_DUPFD, 64), -EINVAL);
	same("select with more than there are",
	     RAW(SYS_select, 1 << 20, NULL, set, NULL, &(struct timeval){0}), 1);
	same("and with fewer than none", RAW(SYS_select, -1, NULL, NULL, NULL, NULL), -EINVAL);
	close(2000), close(4095);
	setrlimit(RLIMIT_NOFILE, &first);
}

static void run(void)
{
	numbers();
	duplicates();
	flags();
	controls();
	owners();
	all_of_them();
	more_of_them();
}

const struct suite descriptor_suite = {"descriptor", run};
