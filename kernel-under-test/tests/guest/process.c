/* fork, exit, wait, kill, groups and sessions. */
#include "guest.h"

#include <sched.h>
#include <sys/resource.h>

static void exits_3(void) { _exit(3); }
static void exits_256_and_4(void) { _exit(256 + 4); }

static volatile int *shared;

static void waiting(void)
{
	int status = 0x7777;
	pid_t a, b;

	same("wait without children", RAW(SYS_wait4, -1, &status, 0, NULL), -ECHILD);
	same("exit status", status_of(exits_3), 3 << 8);
	same("exit status is a byte", status_of(exits_256_and_4), 4 << 8);
	a = fork();
	if (!a)
		for (;;)
			pause();
	same("WNOHANG while it runs", waitpid(a, &status, WNOHANG), 0);
	same("wait for no child of ours", RAW(SYS_wait4, getppid(), &status, 0, NULL), -ECHILD);
	same("wait with unknown options", RAW(SYS_wait4, a, &status, 0x100, NULL), -EINVAL);
	same("kill", kill(a, SIGKILL), 0);
	same("wait for the killed", waitpid(a, &status, 0), a);
	same("status of the killed", status, SIGKILL);
	same("wait again", RAW(SYS_wait4, a, &status, 0, NULL), -ECHILD);
	same("kill the buried", RAW(SYS_kill, a, SIGTERM), -ESRCH);

	a = fork();
	if (!a)
		_exit(1);
	b = fork();
	if (!b)
		_exit(2);
	same("wait for the second first", waitpid(b, &status, 0), b);
	same("its status", status, 2 << 8);
	same("kill a zombie", kill(a, 0), 0);
	same("wait for any", wait(&status), a);
	a = fork();
	if (!a)
		_exit(5);
	same("wait without a place for the status", waitpid(a, NULL, 0), a);
	a = fork();
	if (!a)
		_exit(5);
	same("wait with a bad pointer", RAW(SYS_wait4, a, (void *)8, 0, NULL), -EFAULT);
}

static void orphan(void)
{
	int ends[2];
	pid_t parent = -1;

	if (pipe(ends) < 0)
		_exit(1);
	if (fork() == 0) {
		if (fork() == 0) {
			/* Our parent ends at once; then process 1 is it. */
			while (getppid() != 1)
				sched_yield();
			parent = getppid();
			if (write(ends[1], &parent, sizeof(parent)) != sizeof(parent))
				_exit(1);
			_exit(0);
		}
		_exit(0);
	}
	wait(NULL);
	if (read(ends[0], &parent, sizeof(parent)) != sizeof(parent))
		parent = -1;
	same("orphans go to process 1", parent, 1);
	close(ends[0]);
	close(ends[1]);
}

static void memory_after_fork(void)
{
	static int data = 1;
	int *heap = malloc(100000), local = 1, status;
	pid_t child;

	*heap = 1;
	*shared = 1;
	child = fork();
	if (!child) {
		child_needs(data == 1 && *heap == 1 && local == 1 && *shared == 1);
		data = *heap = local = 2;
		*shared = 2;
		_exit(0);
	}
	waitpid(child, &status, 0);
	same("the child saw its parent's memory", status, 0);
	holds("private memory is private", data == 1 && *heap == 1 && local == 1);
	same("shared memory is shared", *shared, 2);
	free(heap);
}

static void files_after_fork(void)
{
	char c;
	int fd, status;

	put_file("/tmp/forked", "abcdef");
	fd = open("/tmp/forked", O_RDONLY);
	if (fork() == 0) {
		child_needs(read(fd, &c, 1) == 1 && c == 'a');
		child_needs(close(fd) == 0 && close(0) == 0);
		_exit(0);
	}
	wait(&status);
	same("the child reads the parent's file", status, 0);
	same("the position is common", read(fd, &c, 1) == 1 ? c : -1, 'b');
	holds("descriptors are not", fcntl(0, F_GETFD) >= 0);
	close(fd);
	unlink("/tmp/forked");
}

static void vfork_shares(void)
{
	static volatile int mark;
	int status;
	pid_t child = vfork();

	if (!child) {
		mark = 42;
		_exit(6);
	}
	same("vfork: the parent sees what the child wrote", mark, 42);
	waitpid(child, &status, 0);
	same("vfork: status", status, 6 << 8);
}

static void groups(void)
{
	int status;
	pid_t child;

	same("getpgid of nobody", RAW(SYS_getpgid, 99999), -ESRCH);
	same("getpgid of a negative", RAW(SYS_getpgid, -1), -ESRCH);
	same("setpgid, negative group", RAW(SYS_setpgid, 0, -1), -EINVAL);
	same("setpgid of nobody", RAW(SYS_setpgid, 99999, 0), -ESRCH);
	same("setpgid to a group that is not there", RAW(SYS_setpgid, 0, 99999), -EPERM);
	child = fork();
	if (!child) {
		child_needs(setsid() == getpid() && getsid(0) == getpid());
		child_needs(getpgrp() == getpid());
		child_needs(RAW(SYS_setsid) == -EPERM);
		child_needs(RAW(SYS_setpgid, 0, 0) == -EPERM);
		_exit(0);
	}
	waitpid(child, &status, 0);
	same("sessions", status, 0);

	child = fork();
	if (!child)
		for (;;)
			pause();
	same("a child in a group of its own", setpgid(child, child), 0);
	same("its group", getpgid(child), child);
	same("wait for our own group", RAW(SYS_wait4, 0, &status, WNOHANG, NULL), -ECHILD);
	same("kill the group", kill(-child, SIGTERM), 0);
	same("wait for the group", waitpid(-child, &status, 0), child);
	same("its status", status, SIGTERM);
	child = fork();
	if (!child)
		_exit(0);
	same("wait for the group of process 1", RAW(SYS_waitid, P_PGID, 1, NULL, WEXITED, NULL),
	     getpgrp() == 1 ? 0 : -ECHILD);
	waitpid(child, &status, 0);
	same("wait for the least number", RAW(SYS_wait4, INT32_MIN, &status, 0, NULL), -ESRCH);
	same("wait for a negative group", RAW(SYS_waitid, P_PGID, -5, NULL, WEXITED, NULL), -EINVAL);
	same("kill the least number", RAW(SYS_kill, INT32_MIN, SIGTERM), -ESRCH);
	same("kill a group of nobody", RAW(SYS_kill, -child, SIGTERM), -ESRCH);
}

static void signals_that_kill(void)
{
	int status;
	pid_t child;

	same("kill with a bad signal", RAW(SYS_kill, getpid(), 65), -EINVAL);
	same("kill with a negative signal", RAW(SYS_kill, getpid(), -1), -EINVAL);
	same("kill nobody", RAW(SYS_kill, 99999, 0), -ESRCH);
	child = fork();
	if (!child)
		for (;;)
			;
	kill(child, SIGCHLD);
	kill(child, SIGURG);
	kill(child, SIGWINCH);
	kill(child, SIGALRM);
	waitpid(child, &status, 0);
	same("a spinning process is killed, by what kills", status, SIGALRM);

	child = fork();
	if (!child) {
		signal(SIGTERM, SIG_IGN);
		*shared = 77;
		for (;;)
			pause();
	}
	while (*shared != 77)
		sched_yield();
	kill(child, SIGTERM);
	kill(child, SIGINT);
	waitpid(child, &status, 0);
	same("ignored signals do not kill", status, SIGINT);
}

static void numbers(void)
{
	pid_t first = fork(), second;
	struct rlimit limit;

	if (!first)
		_exit(0);
	waitpid(first, NULL, 0);
	second = fork();
	if (!second)
		_exit(0);
	waitpid(second, NULL, 0);
	same("process numbers go up", second, first + 1);
	same("a process is its own thread", RAW(SYS_gettid), getpid());
	same("root", RAW(SYS_getuid) + RAW(SYS_geteuid) + RAW(SYS_getgid) + RAW(SYS_getegid), 0);
	same("the stack's limit", getrlimit(RLIMIT_STACK, &limit) ? -1 : (long)limit.rlim_cur, 8 << 20);
	same("the files' limit", getrlimit(RLIMIT_NOFILE, &limit) ? -1 : (long)limit.rlim_cur, 1024);
	same("an unknown limit", RAW(SYS_getrlimit, 99, &limit), -EINVAL);
	same("umask", (umask(027), umask(022)), 027);
}

static void run(void)
{
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	waiting();
	orphan();
	memory_after_fork();
	files_after_fork();
	vfork_shares();
	groups();
	signals_that_kill();
	numbers();
}

const struct suite process_suite = {"process", run};
