/* Leases: who has one is asked to give it up before others get in. */
#include "guest.h"

#define FILE_NAME "/tmp/leased"

static volatile int told, told_fd;

static void by_signal(int, siginfo_t *info, void *)
{
	told++;
	told_fd = info->si_fd;
}

static void anothers(void)
{
	int fd = open(FILE_NAME, O_RDONLY);

	child_needs(setuid(1000) == 0);
	child_needs(RAW(SYS_fcntl, fd, F_SETLEASE, F_RDLCK) == -EACCES);
}

static void wants_to_write(void)
{
	child_needs(RAW(SYS_open, FILE_NAME, O_RDONLY | O_NONBLOCK) >= 0);
	child_needs(RAW(SYS_open, FILE_NAME, O_WRONLY | O_NONBLOCK) == -EAGAIN);
}

/* What becomes of a child that opens so when the parent, once told, gives its lease up. */
static int opens(int flags, int fd, int left)
{
	int status = -1, before = told;
	pid_t child = fork();

	if (child == 0)
		_exit(open(FILE_NAME, flags) >= 0 ? 0 : 1);
	for (int i = 0; told == before && i < 500; i++)
		usleep(10000);
	if (waitpid(child, &status, WNOHANG))
		return -1;
	same("it is asked for", RAW(SYS_fcntl, fd, F_GETLEASE), left);
	fcntl(fd, F_SETLEASE, F_UNLCK);
	waitpid(child, &status, 0);
	return status;
}

static void times_out(int fd)
{
	int time, status = -1;
	pid_t child;

	time = open("/proc/sys/fs/lease-break-time", O_WRONLY);
	same("one second", write(time, "1\n", 2), 2);
	fcntl(fd, F_SETSIG, SIGRTMIN);
	fcntl(fd, F_SETLEASE, F_RDLCK);
	child = fork();
	if (child == 0)
		_exit(truncate(FILE_NAME, 0) ? 1 : 0);
	waitpid(child, &status, 0);
	same("a cut waits no longer", status, 0);
	same("and it is gone", RAW(SYS_fcntl, fd, F_GETLEASE), F_UNLCK);
	lseek(time, 0, SEEK_SET);
	write(time, "45\n", 3);
	close(time);
}

static void run(void)
{
	struct sigaction action = {.sa_sigaction = by_signal, .sa_flags = SA_SIGINFO | SA_RESTART};
	int fd, other;

	put_file(FILE_NAME, "text");
	sigaction(SIGRTMIN, &action, NULL);
	fd = open(FILE_NAME, O_RDWR);
	same("none yet", RAW(SYS_fcntl, fd, F_GETLEASE), F_UNLCK);
	same("none to give up", RAW(SYS_fcntl, fd, F_SETLEASE, F_UNLCK), -EAGAIN);
	same("to read, while it is written", RAW(SYS_fcntl, fd, F_SETLEASE, F_RDLCK), -EAGAIN);
	same("no such kind", RAW(SYS_fcntl, fd, F_SETLEASE, 5), -EINVAL);
	other = open(FILE_NAME, O_RDONLY);
	same("to write, while it is read", RAW(SYS_fcntl, fd, F_SETLEASE, F_WRLCK), -EAGAIN);
	close(other);
	same("to write", RAW(SYS_fcntl, fd, F_SETLEASE, F_WRLCK), 0);
	same("is had", RAW(SYS_fcntl, fd, F_GETLEASE), F_WRLCK);
	same("the caller is told", RAW(SYS_fcntl, fd, F_GETOWN), getpid());
	fcntl(fd, F_SETSIG, SIGRTMIN);
	same("a reader waits for less", opens(O_RDONLY, fd, F_RDLCK), 0);
	close(fd);
	fd = open(FILE_NAME, O_RDONLY);
	fcntl(fd, F_SETSIG, SIGRTMIN);
	same("of a directory", RAW(SYS_fcntl, AT_FDCWD, F_SETLEASE, F_RDLCK), -EBADF);
	same("another's file", status_of(anothers), 0);
	same("to read", RAW(SYS_fcntl, fd, F_SETLEASE, F_RDLCK), 0);
	told = 0;
	same("readers come in, writers would wait", status_of(wants_to_write), 0);
	same("told", told, 1);
	same("there", told_fd, fd);
	same("is asked for", RAW(SYS_fcntl, fd, F_GETLEASE), F_UNLCK);
	same("given up", RAW(SYS_fcntl, fd, F_SETLEASE, F_UNLCK), 0);
	same("with it the signal", RAW(SYS_fcntl, fd, F_GETSIG), 0);
	same("and who was told", RAW(SYS_fcntl, fd, F_GETOWN), 0);
	fcntl(fd, F_SETSIG, SIGRTMIN);
	fcntl(fd, F_SETLEASE, F_RDLCK);
	same("a writer waits for that", opens(O_WRONLY, fd, F_UNLCK), 0);
	times_out(fd);
	close(fd);
	unlink(FILE_NAME);
}

const struct suite lease_suite = {"lease", run, .needs_proc = true};
