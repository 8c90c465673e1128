/* What a child's end tells its parent, and which wait sees it: exit signals, __WCLONE, __WALL. */
#include "guest.h"

#include <linux/sched.h>
#include <sched.h>
#include <sys/prctl.h>

#ifndef __WALL
#define __WALL 0x40000000
#endif

static volatile int got;
static volatile int got_pid;

static void note(int signo, siginfo_t *info, void *)
{
	got = signo;
	got_pid = info->si_pid;
}

static pid_t clone_with(int signo)
{
	pid_t child = (pid_t)syscall(SYS_clone, signo, 0, 0, 0, 0);

	if (child == 0)
		_exit(5);
	return child;
}

/* Sleeps until the child is a zombie; the signal has come then. */
static void until_dead(pid_t child)
{
	siginfo_t info;

	waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT | __WALL);
}

static void signals(void)
{
	struct sigaction a = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
	int status = 0;
	pid_t child;

	sigaction(SIGUSR1, &a, NULL);
	sigaction(SIGCHLD, &a, NULL);
	child = clone_with(SIGUSR1);
	until_dead(child);
	same("another signal", got, SIGUSR1);
	same("says who", got_pid, child);
	same("no child of the usual kind", RAW(SYS_wait4, child, &status, 0, NULL), -ECHILD);
	same("nor any", RAW(SYS_wait4, -1, &status, WNOHANG, NULL), -ECHILD);
	same("but of this", waitpid(child, &status, __WCLONE), child);
	same("its status", status, 5 << 8);
	got = 0;
	child = clone_with(0);
	until_dead(child);
	same("no signal", got, 0);
	same("any kind", waitpid(child, &status, __WALL), child);
	child = clone_with(SIGCHLD);
	until_dead(child);
	same("the usual one", got, SIGCHLD);
	same("is not of the other kind", RAW(SYS_wait4, child, &status, __WCLONE, NULL), -ECHILD);
	same("waited for", waitpid(child, &status, 0), child);
	got = 0;
	child = clone_with(77);
	until_dead(child);
	same("a signal that is none", got, 0);
	same("the end of it", waitpid(child, &status, __WCLONE), child);
	same("waitid", RAW(SYS_waitid, P_ALL, 0, NULL, WEXITED | __WCLONE, NULL), -ECHILD);
}

static void zombies(void)
{
	int status = 0;
	pid_t child;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	child = clone_with(SIGUSR1);
	until_dead(child);
	same("kept though SIGCHLD is ignored", waitpid(child, &status, __WALL), child);
	signal(SIGCHLD, SIG_DFL);
}

static long clone3_with(uint64_t flags, uint64_t signo)
{
	struct clone_args a = {.flags = flags, .exit_signal = signo};
	long child = RAW(SYS_clone3, &a, sizeof(a));

	if (child == 0)
		_exit(6);
	return child;
}

static void clone3s(void)
{
	struct sigaction a = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
	int status = 0;
	long child;

	sigaction(SIGUSR2, &a, NULL);
	got = 0;
	child = clone3_with(0, SIGUSR2);
	until_dead((pid_t)child);
	same("clone3's", got, SIGUSR2);
	same("its end", waitpid((pid_t)child, &status, __WCLONE), child);
	same("its status", status, 6 << 8);
	same("no such signal", clone3_with(0, 65), -EINVAL);
	same("in the flags", clone3_with(SIGUSR2, 0), -EINVAL);
	same("of a sibling", clone3_with(CLONE_PARENT, SIGUSR2), -EINVAL);
	same("detached", clone3_with(CLONE_DETACHED, SIGUSR2), -EINVAL);
	same("of a thread", clone3_with(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, SIGUSR2), -EINVAL);
}

/* An orphan ends in the usual way, whoever takes it over. */
static void given_away(void)
{
	int status = 0, ends[2];
	pid_t middle, orphan = 0;
	char c;

	pipe(ends);
	syscall(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	middle = fork();
	if (middle == 0) {
		orphan = (pid_t)syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0);
		if (orphan == 0) {
			close(ends[1]);
			_exit((int)read(ends[0], &c, 1) + 9);
		}
		_exit(0);
	}
	waitpid(middle, &status, 0);
	close(ends[1]);
	same("an orphan", RAW(SYS_wait4, -1, &status, 0, NULL) > 0, 1);
	same("its status", status, 9 << 8);
	close(ends[0]);
}

static void runs_another(void)
{
	int status = 0;
	pid_t child = (pid_t)syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0);

	if (child == 0) {
		execl(SELF, SELF, "exits-7", (char *)NULL);
		_exit(99);
	}
	until_dead(child);
	same("a new program ends in the usual way", waitpid(child, &status, 0), child);
	same("its status", status, 7 << 8);
}

static void run(void)
{
	signals();
	zombies();
	clone3s();
	given_away();
	runs_another();
}

const struct suite family_suite = {"family", run};
