/* What clone(2) makes two processes share, and how they part again. */
#include "guest.h"

#include <linux/sched.h>
#include <sched.h>

static long make(unsigned long flags)
{
	return RAW(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
}

static int ended(long pid)
{
	int status = -1;

	return waitpid((pid_t)pid, &status, 0) == pid ? status : -1;
}

static void directories(void)
{
	char path[100];
	long pid;

	child_needs(mkdir("/tmp/share", 0700) == 0 && chdir("/") == 0);
	umask(022);
	pid = make(CLONE_FS);
	if (pid == 0)
		_exit(chdir("/tmp/share") || umask(0) != 022);
	child_needs(ended(pid) == 0);
	child_needs(getcwd(path, sizeof(path)) && !strcmp(path, "/tmp/share"));
	child_needs(umask(022) == 0);
	/* It parts, and goes on where it was. */
	pid = make(CLONE_FS);
	if (pid == 0)
		_exit(unshare(CLONE_FS) || chdir("/") || umask(077) != 022);
	child_needs(ended(pid) == 0);
	child_needs(getcwd(path, sizeof(path)) && !strcmp(path, "/tmp/share") && umask(0) == 022);
	/* And so does who is its own already. */
	pid = make(0);
	if (pid == 0)
		_exit(chdir("/") || umask(077) != 0);
	child_needs(ended(pid) == 0);
	child_needs(getcwd(path, sizeof(path)) && !strcmp(path, "/tmp/share") && umask(0) == 0);
	child_needs(chdir("/") == 0 && rmdir("/tmp/share") == 0);
}

static void descriptors(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), others;
	const struct timespec moment = {0, 1000000};
	long pid;

	child_needs(fd >= 0);
	pid = make(CLONE_FILES);
	if (pid == 0)
		_exit(dup2(fd, 50) != 50 || close(fd));
	child_needs(ended(pid) == 0);
	child_needs(fcntl(50, F_GETFD) == 0 && fcntl(fd, F_GETFD) == -1 && errno == EBADF);
	/* close_range() and unshare() part them. */
	pid = make(CLONE_FILES);
	if (pid == 0)
		_exit(RAW(SYS_close_range, 50, 50, 2) || fcntl(50, F_GETFD) != -1);
	child_needs(ended(pid) == 0 && fcntl(50, F_GETFD) == 0);
	pid = make(CLONE_FILES);
	if (pid == 0)
		_exit(unshare(CLONE_FILES) || close(50));
	child_needs(ended(pid) == 0 && fcntl(50, F_GETFD) == 0);
	/* So does another program. */
	child_needs(fcntl(50, F_SETFD, FD_CLOEXEC) == 0);
	pid = make(CLONE_FILES);
	if (pid == 0) {
		char *const argv[] = {SELF, "sleep", NULL};

		execv(SELF, argv);
		_exit(1);
	}
	while (RAW(SYS_setpgid, pid, pid) == 0)
		nanosleep(&moment, NULL);
	others = fcntl(50, F_GETFD);
	kill((pid_t)pid, SIGKILL);
	ended(pid);
	child_needs(others == FD_CLOEXEC && fcntl(50, F_GETFD) == FD_CLOEXEC);
}

static void handler(int)
{
}

static bool is_caught(int signo)
{
	struct sigaction a;

	child_needs(sigaction(signo, NULL, &a) == 0);
	return a.sa_handler == handler;
}

static int acts(void *)
{
	struct sigaction a = {.sa_handler = handler},
			 once = {.sa_handler = handler, .sa_flags = SA_RESETHAND};

	return sigaction(SIGUSR1, &a, NULL) || sigaction(SIGUSR2, &once, NULL) ||
	       syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid), SIGUSR2);
}

static void actions(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	struct clone_args args = {.flags = CLONE_CLEAR_SIGHAND, .exit_signal = SIGCHLD};
	long pid;

	pid = clone(acts, stack + sizeof(stack), CLONE_VM | CLONE_SIGHAND | SIGCHLD, NULL);
	child_needs(ended(pid) == 0);
	child_needs(is_caught(SIGUSR1) && !is_caught(SIGUSR2));
	pid = make(0);
	if (pid == 0)
		_exit(signal(SIGUSR1, SIG_DFL) != handler);
	child_needs(ended(pid) == 0 && is_caught(SIGUSR1));
	signal(SIGUSR2, SIG_IGN);
	pid = RAW(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(signal(SIGUSR1, SIG_DFL) != SIG_DFL || signal(SIGUSR2, SIG_DFL) != SIG_IGN);
	child_needs(ended(pid) == 0);
}

static void refused(void)
{
	struct clone_args args = {.flags = CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND};

	same("actions without memory", make(CLONE_SIGHAND), -EINVAL);
	same("a thread without actions", make(CLONE_THREAD | CLONE_VM), -EINVAL);
	same("directories and a namespace", make(CLONE_FS | CLONE_NEWNS), -EINVAL);
	same("shared actions and none", RAW(SYS_clone3, &args, sizeof(args)), -EINVAL);
	same("what there is not to part", RAW(SYS_unshare, 1), -EINVAL);
	same("what is one's own", RAW(SYS_unshare, CLONE_FS | CLONE_FILES | CLONE_SIGHAND), 0);
	same("and semaphores", RAW(SYS_unshare, CLONE_SYSVSEM), 0);
}

static void not_allowed(void)
{
	child_needs(RAW(SYS_setresuid, 9, 9, 9) == 0);
	child_needs(make(CLONE_NEWNS) == -EPERM);
	child_needs(make(CLONE_NEWPID) == -EPERM);
	child_needs(RAW(SYS_unshare, CLONE_NEWNET) == -EPERM);
}

static void run(void)
{
	same("directories and umask", status_of(directories), 0);
	same("descriptors", status_of(descriptors), 0);
	same("signal actions", status_of(actions), 0);
	refused();
	same("namespaces for everyone", status_of(not_allowed), 0);
}

const struct suite share_suite = {"share", run};
