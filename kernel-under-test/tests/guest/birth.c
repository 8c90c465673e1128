/* How processes come about: clone(2)'s flags, what a child inherits, what its parent may do. */
#include "guest.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

static long make(struct clone_args *a, size_t size)
{
	return RAW(SYS_clone3, a, size);
}

static void descriptors(void)
{
	struct {
		struct clone_args a;
		uint64_t more[2];
	} args = {.a = {.flags = CLONE_PIDFD, .exit_signal = SIGCHLD}};
	int fd = -1, gate[2], status = -1;
	siginfo_t info;
	char byte;
	long pid;

	same("a pipe", pipe(gate), 0);
	args.a.pidfd = (uintptr_t)&fd;
	pid = make(&args.a, sizeof(args));
	if (pid == 0) {
		read(gate[0], &byte, 1);
		_exit(3);
	}
	holds("a child and a descriptor", pid > 0 && fd > 2);
	same("it is closed on exec", fcntl(fd, F_GETFD), FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	same("it has not ended", RAW(SYS_waitid, P_PIDFD, fd, &info, WEXITED, NULL), -EAGAIN);
	write(gate[1], "x", 1);
	struct pollfd p = {fd, POLLIN, 0};
	same("now it has", poll(&p, 1, 5000), 1);
	same("which one", RAW(SYS_waitid, P_PIDFD, fd, &info, WEXITED, NULL) ? -1 : info.si_status,
	     3);
	close(fd), close(gate[0]), close(gate[1]);
	args.more[1] = 1;
	same("what is not known", make(&args.a, sizeof(args)), -E2BIG);
	same("too much", make(&args.a, 5000), -E2BIG);
	same("too little", make(&args.a, 63), -EINVAL);
	args.a.pidfd = 1ull << 63;
	same("to nowhere", make(&args.a, 64), -EFAULT);
	same("both at one place", RAW(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID | SIGCHLD, 0,
				      &fd, 0, 0), -EINVAL);
	fd = -1;
	pid = RAW(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd, 0, 0);
	if (pid == 0)
		_exit(fd != -1);
	holds("clone gives one too", fd > 2);
	waitpid((pid_t)pid, &status, 0);
	same("which the child has not", status, 0);
	close(fd);
}

static void siblings(void)
{
	pid_t child = fork(), second = -1;
	int status, gate[2];

	if (child == 0) {
		long sibling = RAW(SYS_clone, CLONE_PARENT | SIGUSR1, 0, 0, 0, 0);

		if (sibling == 0)
			_exit(5);
		_exit(sibling > 0 && wait(NULL) == -1 && errno == ECHILD ? 4 : 6);
	}
	same("the child has no child", waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : -1,
	     4);
	second = waitpid(-1, &status, 0);
	same("but a sibling", second > 0 ? WEXITSTATUS(status) : -1, 5);
	/* What moves between groups. */
	same("a pipe", pipe2(gate, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		char *const argv[] = {SELF, "sleep", NULL};

		execv(SELF, argv);
		_exit(9);
	}
	close(gate[1]);
	read(gate[0], &status, 1);
	same("one that has called exec", RAW(SYS_setpgid, child, child), -EACCES);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(gate[0]);
}

static void inherited(void)
{
	struct sched_param p = {7};

	child_needs(RAW(SYS_sched_setscheduler, 0, SCHED_RR, &p) == 0);
	child_needs(personality(ADDR_NO_RANDOMIZE) == 0);
	if (fork() == 0) {
		memset(&p, 0, sizeof(p));
		child_needs(sched_getscheduler(0) == SCHED_RR && !sched_getparam(0, &p));
		child_needs(p.sched_priority == 7);
		child_needs(personality(0xffffffff) == ADDR_NO_RANDOMIZE);
		_exit(0);
	}
	int status = -1;
	child_needs(wait(&status) > 0);
	if (status)
		_exit(WEXITSTATUS(status));
}

static void served_as_usual(void)
{
	struct sched_param p = {7};

	child_needs(RAW(SYS_sched_setscheduler, 0, SCHED_RR | SCHED_RESET_ON_FORK, &p) == 0);
	child_needs(sched_getscheduler(0) == (SCHED_RR | SCHED_RESET_ON_FORK));
	if (fork() == 0)
		_exit(sched_getscheduler(0) == SCHED_OTHER && !sched_getparam(0, &p) ?
			      p.sched_priority : 100);
	int status = -1;
	child_needs(wait(&status) > 0 && status == 0);
}

static void bound(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	syscall(SYS_setresuid, 9, 9, 9);
	child_needs(RAW(SYS_sched_setaffinity, 1, sizeof(set), &set) == -EPERM);
	child_needs(RAW(SYS_sched_setaffinity, 0, sizeof(set), &set) == 0);
}

static void slack(void)
{
	child_needs(prctl(PR_SET_TIMERSLACK, 1234, 0, 0, 0) == 0);
	if (fork() == 0)
		_exit(prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0) == 1234 ? 0 : 1);
	int status = -1;
	child_needs(wait(&status) > 0 && status == 0);
}

static volatile int written;

static char child_stack[65536] __attribute__((aligned(16)));

static int write_it(void *arg)
{
	written = (int)(intptr_t)arg;
	_exit(0);
}

static int wait_a_little(void *arg)
{
	usleep(20000);
	return write_it(arg);
}

static void one_memory(void)
{
	int status = -1;
	pid_t pid = clone(write_it, child_stack + sizeof(child_stack), CLONE_VM | SIGCHLD,
			  (void *)5);

	waitpid(pid, &status, 0);
	same("a process that shares memory", status, 0);
	same("writes to it", written, 5);
	pid = clone(wait_a_little, child_stack + sizeof(child_stack), CLONE_VFORK | SIGCHLD,
		    (void *)6);
	same("one with its own", written, 5);
	same("ends as well", waitpid(pid, &status, 0) == pid ? status : -1, 0);
	same("a barrier nobody is ready for", RAW(SYS_membarrier, 8, 0), -EPERM);
	same("be ready", RAW(SYS_membarrier, 16, 0), 0);
	same("now", RAW(SYS_membarrier, 8, 0), 0);
	same("but not for another kind", RAW(SYS_membarrier, 32, 0), -EPERM);
}

static void got(int)
{
	written++;
}

/* A signal that is blocked for the time of a sleep does not end it. */
static void sleep_through(void)
{
	struct timespec second = {1, 0};
	struct pollfd p;
	int ends[2];
	sigset_t set;

	child_needs(pipe(ends) == 0);
	written = 0;
	signal(SIGUSR1, got);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (fork() == 0) {
		usleep(20000);
		kill(getppid(), SIGUSR1);
		usleep(20000);
		write(ends[1], "x", 1);
		_exit(0);
	}
	p = (struct pollfd){ends[0], POLLIN, 0};
	child_needs(ppoll(&p, 1, &second, &set) == 1);
	/* It comes at its end. */
	child_needs(written == 1);
}

static void at_its_place(void)
{
	char *const argv[] = {SELF, "stack", NULL};

	personality(ADDR_NO_RANDOMIZE);
	execv(SELF, argv);
}

static void shared(void)
{
	same("nothing is shared", RAW(SYS_unshare, CLONE_FILES | CLONE_FS | CLONE_SYSVSEM), 0);
	same("there is no such thing", RAW(SYS_unshare, 1), -EINVAL);
	if (fork() == 0) {
		syscall(SYS_setresuid, 9, 9, 9);
		_exit(RAW(SYS_unshare, CLONE_NEWNS) == -EPERM ? 0 : 1);
	}
	int status = -1;
	wait(&status);
	same("a namespace, for nobody", status, 0);
	int tsc = 0;
	same("the time stamp counter", prctl(PR_GET_TSC, &tsc) ? -1 : tsc, PR_TSC_ENABLE);
}

static void run(void)
{
	descriptors();
	siblings();
	same("what a child inherits", status_of(inherited), 0);
	same("and what it does not", status_of(served_as_usual), 0);
	same("where others run", status_of(bound), 0);
	same("its timers' slack too", status_of(slack), 0);
	for (int i = 0; i < 3; i++)
		same("a stack at its place", status_of(at_its_place), 1 << 8);
	one_memory();
	same("a sleep with signals put off", status_of(sleep_through), 0);
	shared();
}

const struct suite birth_suite = {"birth", run};
