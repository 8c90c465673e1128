/* Signals of files that can be read or written, programs that run, and the clock's settings. */
#include "guest.h"

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timex.h>

static const struct timespec moment = {2, 0};

static long take(int signo, siginfo_t *info)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	memset(info, 0, sizeof(*info));
	return RAW(SYS_rt_sigtimedwait, &set, info, &moment, 8);
}

static void owners(void)
{
	struct f_owner_ex o = {9, 9};
	int fd[2], file = open("/tmp/async", O_RDWR | O_CREAT, 0600), value = -1;

	setpgid(0, 0);
	pipe(fd);
	same("nobody", fcntl(fd[0], F_GETOWN), 0);
	same("told so", RAW(SYS_fcntl, fd[0], F_GETOWN_EX, &o), 0);
	same("no kind", o.type == F_OWNER_TID && o.pid == 0, 1);
	same("oneself", RAW(SYS_fcntl, fd[0], F_SETOWN, getpid()), 0);
	same("is it", RAW(SYS_fcntl, fd[0], F_GETOWN), getpid());
	same("of a file too", RAW(SYS_fcntl, file, F_SETOWN, getpid()), 0);
	same("a group", RAW(SYS_fcntl, fd[0], F_SETOWN, -getpgid(0)), 0);
	same("is told", RAW(SYS_fcntl, fd[0], F_GETOWN_EX, &o), 0);
	same("as one", o.type == F_OWNER_PGRP && o.pid == getpgid(0), 1);
	same("none there", RAW(SYS_fcntl, fd[0], F_SETOWN, 30000), -ESRCH);
	same("no such group", RAW(SYS_fcntl, fd[0], F_SETOWN, -30000), -ESRCH);
	same("the least number", RAW(SYS_fcntl, fd[0], F_SETOWN, (int)0x80000000), -EINVAL);
	o = (struct f_owner_ex){3, 1};
	same("no such kind", RAW(SYS_fcntl, fd[0], F_SETOWN_EX, &o), -EINVAL);
	o = (struct f_owner_ex){F_OWNER_TID, getpid()};
	same("a thread", RAW(SYS_fcntl, fd[0], F_SETOWN_EX, &o), 0);
	same("to nowhere", RAW(SYS_fcntl, fd[0], F_GETOWN_EX, 1), -EFAULT);
	same("nobody again", RAW(SYS_fcntl, fd[0], F_SETOWN, 0), 0);
	same("really", RAW(SYS_fcntl, fd[0], F_GETOWN), 0);
	pid_t child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	same("a child", RAW(SYS_fcntl, fd[0], F_SETOWN, child), 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	same("that is no more", RAW(SYS_fcntl, fd[0], F_GETOWN), 0);
	same("SIGIO", RAW(SYS_fcntl, fd[0], F_GETSIG), 0);
	same("another", RAW(SYS_fcntl, fd[0], F_SETSIG, SIGRTMAX), 0);
	same("is kept", RAW(SYS_fcntl, fd[0], F_GETSIG), SIGRTMAX);
	same("no signal", RAW(SYS_fcntl, fd[0], F_SETSIG, 65), -EINVAL);
	same("a file has none", RAW(SYS_fcntl, file, F_SETFL, O_ASYNC), 0);
	same("though asked", RAW(SYS_fcntl, file, F_GETFL) & O_ASYNC, 0);
	value = 1;
	same("nor so", RAW(SYS_ioctl, file, FIOASYNC, &value), -ENOTTY);
	value = 0;
	same("but off it is", RAW(SYS_ioctl, file, FIOASYNC, &value), 0);
	close(file), close(fd[0]), close(fd[1]);
	file = open("/tmp/async", O_PATH);
	same("not opened", RAW(SYS_fcntl, file, F_GETOWN), -EBADF);
	same("nor told how", RAW(SYS_fcntl, file, F_SETFL, 0), -EBADF);
	close(file);
	unlink("/tmp/async");
}

static void pipes(void)
{
	siginfo_t info;
	int fd[2], on = 1;

	pipe(fd);
	fcntl(fd[0], F_SETOWN, getpid());
	child_needs(RAW(SYS_fcntl, fd[0], F_SETFL, O_ASYNC | O_NONBLOCK) == 0);
	child_needs(fcntl(fd[0], F_GETFL) == (O_ASYNC | O_NONBLOCK));
	write(fd[1], "x", 1);
	child_needs(take(SIGIO, &info) == SIGIO && info.si_code == SI_KERNEL);
	fcntl(fd[0], F_SETSIG, SIGRTMIN + 3);
	write(fd[1], "x", 1);
	child_needs(take(SIGRTMIN + 3, &info) == SIGRTMIN + 3);
	child_needs(info.si_code == POLL_IN && info.si_fd == fd[0] && info.si_band & 1);
	/* Off again: nothing comes. */
	on = 0;
	child_needs(RAW(SYS_ioctl, fd[0], FIOASYNC, &on) == 0);
	child_needs(!(fcntl(fd[0], F_GETFL) & O_ASYNC));
	write(fd[1], "x", 1);
	sigset_t pending;
	sigpending(&pending);
	child_needs(!sigismember(&pending, SIGRTMIN + 3) && !sigismember(&pending, SIGIO));
}

static void sockets(void)
{
	siginfo_t info;
	int fd[2], on = 1, owner = getpid(), told = 0;

	socketpair(AF_UNIX, SOCK_STREAM, 0, fd);
	child_needs(RAW(SYS_ioctl, fd[0], FIOSETOWN, &owner) == 0);
	child_needs(RAW(SYS_ioctl, fd[0], SIOCGPGRP, &told) == 0 && told == owner);
	child_needs(RAW(SYS_ioctl, fd[0], FIOASYNC, &on) == 0);
	child_needs(RAW(SYS_fcntl, fd[0], F_SETSIG, SIGUSR1) == 0);
	pid_t child = fork();
	if (child == 0) {
		/* Whoever it is that writes, the right to signal is the owner's. */
		RAW(SYS_setresuid, 9, 9, 9);
		write(fd[1], "x", 1);
		_exit(0);
	}
	child_needs(take(SIGUSR1, &info) == SIGUSR1);
	child_needs(info.si_code == POLL_IN && info.si_fd == fd[0]);
	waitpid(child, NULL, 0);
}

static void copy(const char *from, const char *to)
{
	static char bytes[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0700);
	long n;

	while ((n = read(in, bytes, sizeof(bytes))) > 0)
		write(out, bytes, (size_t)n);
	close(in), close(out);
}

static void programs(void)
{
	char *const argv[] = {SELF, "sleep", NULL};
	int fd, gate[2], status;
	pid_t child;
	char byte;

	copy(SELF, "/tmp/program");
	fd = open("/tmp/program", O_RDWR);
	child = fork();
	if (child == 0) {
		execv("/tmp/program", argv);
		_exit(errno == ETXTBSY ? 0 : 1);
	}
	waitpid(child, &status, 0);
	same("what is written to does not run", status, 0);
	close(fd);
	pipe2(gate, O_CLOEXEC);
	child = fork();
	if (child == 0) {
		execv("/tmp/program", argv);
		_exit(1);
	}
	close(gate[1]);
	read(gate[0], &byte, 1);
	same("what runs is not written to", RAW(SYS_open, "/tmp/program", O_WRONLY), -ETXTBSY);
	same("nor cut off", RAW(SYS_truncate, "/tmp/program", 0), -ETXTBSY);
	same("nor so", RAW(SYS_open, "/tmp/program", O_RDWR | O_TRUNC), -ETXTBSY);
	fd = open("/tmp/program", O_RDONLY);
	holds("but read", fd >= 0);
	close(fd);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	fd = open("/tmp/program", O_WRONLY);
	holds("and then it may be", fd >= 0);
	close(fd), close(gate[0]);
	unlink("/tmp/program");
}

static void clock_settings(void)
{
	struct timex t = {.modes = ADJ_FREQUENCY | ADJ_TICK, .freq = 65536, .tick = 10001};

	holds("a frequency", RAW(SYS_adjtimex, &t) >= 0);
	memset(&t, 0, sizeof(t));
	RAW(SYS_adjtimex, &t);
	same("is kept", t.freq, 65536);
	same("and a tick", t.tick, 10001);
	t = (struct timex){.modes = ADJ_FREQUENCY | ADJ_TICK, .tick = 10000};
	RAW(SYS_adjtimex, &t);
	t = (struct timex){.modes = ADJ_FREQUENCY, .freq = INT64_MAX};
	same("too often", RAW(SYS_adjtimex, &t), -EINVAL);
	t = (struct timex){.modes = ADJ_TICK, .tick = 8999};
	same("too short", RAW(SYS_adjtimex, &t), -EINVAL);
	t = (struct timex){.modes = ADJ_TICK, .tick = 11001};
	same("too long", RAW(SYS_adjtimex, &t), -EINVAL);
	t = (struct timex){.modes = 0x8000};
	same("not alone", RAW(SYS_adjtimex, &t), -EINVAL);
	t = (struct timex){.modes = 0xa001};
	holds("what is left", RAW(SYS_adjtimex, &t) >= 0);
	t = (struct timex){.modes = ADJ_STATUS | ADJ_NANO, .status = STA_PLL | STA_UNSYNC};
	same("not in step", RAW(SYS_adjtimex, &t), TIME_ERROR);
	same("in ns", t.status & (STA_NANO | STA_PLL), STA_NANO | STA_PLL);
	t = (struct timex){.modes = ADJ_MICRO | ADJ_STATUS, .status = STA_UNSYNC};
	RAW(SYS_adjtimex, &t);
	same("in us", t.status & STA_NANO, 0);
	t = (struct timex){.modes = ADJ_SETOFFSET, .time = {0, -1}};
	same("less than nothing", RAW(SYS_adjtimex, &t), -EINVAL);
	struct timespec before, after;
	clock_gettime(CLOCK_REALTIME, &before);
	t = (struct timex){.modes = ADJ_SETOFFSET | ADJ_NANO, .time = {1000, 5}};
	holds("a leap", RAW(SYS_adjtimex, &t) >= 0);
	clock_gettime(CLOCK_REALTIME, &after);
	holds("was made",
	      after.tv_sec - before.tv_sec >= 1000 && after.tv_sec - before.tv_sec < 1060);
	t = (struct timex){.modes = ADJ_SETOFFSET | ADJ_MICRO, .time = {-1000, 0}};
	RAW(SYS_adjtimex, &t);
	same("no clock for that", RAW(SYS_clock_adjtime, CLOCK_MONOTONIC, &t), -EOPNOTSUPP);
	same("nor such a clock", RAW(SYS_clock_adjtime, 99, &t), -EINVAL);
	same("from nowhere", RAW(SYS_adjtimex, 1), -EFAULT);
}

static void run(void)
{
	sigset_t set;

	owners();
	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	same("a pipe's signals", status_of(pipes), 0);
	same("a socket's", status_of(sockets), 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	programs();
	clock_settings();
}

const struct suite async_suite = {"async", run};
