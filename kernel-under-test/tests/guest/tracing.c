/* ptrace: events, families, groups that stop, threads, and ends of tracers. */
#include "traced.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

static int tracer_of(pid_t pid)
{
	char path[64], text[4096] = "", *at;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	fd = open(path, O_RDONLY);
	read(fd, text, sizeof(text) - 1);
	close(fd);
	at = strstr(text, "TracerPid:");
	return at ? atoi(at + 10) : -1;
}

static void forks(void)
{
	pid_t child = fork();

	if (child == 0)
		_exit(4);
	waitpid(child, NULL, 0);
	_exit(5);
}

static void vforks(void)
{
	pid_t child = (pid_t)syscall(SYS_vfork);

	if (child == 0)
		_exit(4);
	waitpid(child, NULL, 0);
	_exit(5);
}

static void family(void)
{
	pid_t pid = traced(forks, PTRACE_O_TRACEFORK | PTRACE_O_TRACEEXIT), child;
	int status;

	trace(PTRACE_CONT, pid, 0, 0);
	same("it forks", next(pid), EVENT(PTRACE_EVENT_FORK));
	child = (pid_t)message(pid);
	same("the child stops", next(child), STOPPED(SIGSTOP));
	same("for us too", tracer_of(child), getpid());
	trace(PTRACE_CONT, child, 0, 0);
	same("and is about to end", next(child), EVENT(PTRACE_EVENT_EXIT));
	same("so", message(child), 4 << 8);
	trace(PTRACE_CONT, child, 0, 0);
	same("it ends", next(child), 4 << 8);
	trace(PTRACE_CONT, pid, 0, 0);
	/* Now its parent hears of it. */
	same("the parent is told", next(pid), STOPPED(SIGCHLD));
	trace(PTRACE_CONT, pid, 0, SIGCHLD);
	same("and ends", next(pid), EVENT(PTRACE_EVENT_EXIT));
	trace(PTRACE_CONT, pid, 0, 0);
	same("whole", next(pid), 5 << 8);

	pid = traced(vforks, PTRACE_O_TRACEVFORK | PTRACE_O_TRACEVFORKDONE);
	trace(PTRACE_CONT, pid, 0, 0);
	same("it makes one that borrows", next(pid), EVENT(PTRACE_EVENT_VFORK));
	child = (pid_t)message(pid);
	trace(PTRACE_CONT, pid, 0, 0);
	same("which stops", next(child), STOPPED(SIGSTOP));
	same("it waits", RAW(SYS_wait4, pid, &status, __WALL | WNOHANG, NULL), 0);
	trace(PTRACE_CONT, child, 0, 0);
	same("that ends", next(child), 4 << 8);
	/* SIGCHLD and the event may come either way round. */
	status = next(pid);
	if (status == STOPPED(SIGCHLD))
		trace(PTRACE_CONT, pid, 0, 0), status = next(pid);
	same("it has its memory back", status, EVENT(PTRACE_EVENT_VFORK_DONE));
	trace(PTRACE_CONT, pid, 0, 0);
	status = next(pid);
	if (status == STOPPED(SIGCHLD))
		trace(PTRACE_CONT, pid, 0, 0), status = next(pid);
	same("and ends", status, 5 << 8);
}

static void runs(void)
{
	char *const argv[] = {SELF, "exits-7", NULL};

	execv(SELF, argv);
}

static void programs(void)
{
	pid_t pid = traced(runs, PTRACE_O_TRACEEXEC);

	trace(PTRACE_CONT, pid, 0, 0);
	same("another program", next(pid), EVENT(PTRACE_EVENT_EXEC));
	same("whose number was", message(pid), pid);
	trace(PTRACE_CONT, pid, 0, 0);
	same("it runs", next(pid), 7 << 8);
	pid = traced(runs, 0);
	trace(PTRACE_CONT, pid, 0, 0);
	same("without an event", next(pid), STOPPED(SIGTRAP));
	trace(PTRACE_CONT, pid, 0, 0);
	same("it runs too", next(pid), 7 << 8);
}

static void groups(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (pid == 0)
		spin();
	same("seized", trace(PTRACE_SEIZE, pid, 0, 0), 0);
	kill(pid, SIGSTOP);
	same("its signal", next(pid), STOPPED(SIGSTOP));
	trace(PTRACE_CONT, pid, 0, SIGSTOP);
	same("its group stops", next(pid), (SIGSTOP | PTRACE_EVENT_STOP << 8) << 8 | 0x7f);
	trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info);
	same("which says so", info.si_code, SIGSTOP | PTRACE_EVENT_STOP << 8);
	same("it stays", trace(PTRACE_LISTEN, pid, 0, 0), 0);
	same("and is not to be asked", trace(PTRACE_CONT, pid, 0, 0), -ESRCH);
	kill(pid, SIGCONT);
	same("until it goes on", next(pid), EVENT(PTRACE_EVENT_STOP));
	trace(PTRACE_CONT, pid, 0, 0);
	same("the signal for that", next(pid), STOPPED(SIGCONT));
	trace(PTRACE_CONT, pid, 0, SIGCONT);
	same("no job to listen for", trace(PTRACE_INTERRUPT, pid, 0, 0), 0);
	next(pid);
	same("its end", finish(pid), SIGKILL);

	/* One that is attached to, in the older way. */
	pid = traced(spin, 0);
	trace(PTRACE_CONT, pid, 0, 0);
	kill(pid, SIGSTOP);
	same("as a signal", next(pid), STOPPED(SIGSTOP));
	trace(PTRACE_CONT, pid, 0, SIGSTOP);
	same("as a group", next(pid), STOPPED(SIGSTOP));
	same("of which nothing is to say", trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info),
	     -EINVAL);
	same("nor to listen to", trace(PTRACE_LISTEN, pid, 0, 0), -EIO);
	trace(PTRACE_CONT, pid, 0, 0);
	same("it runs", trace(PTRACE_CONT, pid, 0, 0), -ESRCH);
	same("its end", finish(pid), SIGKILL);

	pid = fork();
	if (pid == 0)
		spin();
	same("attach", trace(PTRACE_ATTACH, pid, 0, 0), 0);
	same("it stops", next(pid), STOPPED(SIGSTOP));
	same("and go", trace(PTRACE_DETACH, pid, 0, 0), 0);
	same("nobody's any more", tracer_of(pid), 0);
	same("its end", finish(pid), SIGKILL);
}

static void *waits(void *arg)
{
	*(volatile long *)arg = RAW(SYS_gettid);
	while (*(volatile long *)arg != -1)
		sched_yield();
	return NULL;
}

static volatile long number;

static void has_thread(void)
{
	pthread_t t;

	pthread_create(&t, NULL, waits, (void *)&number);
	while (!number)
		sched_yield();
	pthread_join(t, NULL);
	_exit(9);
}

static void threads(void)
{
	pid_t pid = traced(has_thread, PTRACE_O_TRACECLONE), tid;
	int status = 0;

	trace(PTRACE_CONT, pid, 0, 0);
	same("it makes a thread", next(pid), EVENT(PTRACE_EVENT_CLONE));
	tid = (pid_t)message(pid);
	same("that stops", next(tid), STOPPED(SIGSTOP));
	trace(PTRACE_CONT, pid, 0, 0);
	trace(PTRACE_CONT, tid, 0, 0);
	for (;;) {
		usleep(1000);
		RAW(SYS_tgkill, pid, tid, SIGSTOP);
		status = next(tid);
		/* It may not have got far yet. */
		if (status != STOPPED(SIGSTOP) || word(tid, &number) == tid)
			break;
		trace(PTRACE_CONT, tid, 0, 0);
	}
	same("stopped by itself", status, STOPPED(SIGSTOP));
	same("it is let go", trace(PTRACE_POKEDATA, tid, (uintptr_t)&number, (uintptr_t)-1), 0);
	trace(PTRACE_CONT, tid, 0, 0);
	/* With its own status, or that of the process if that was faster. */
	holds("it ends", WIFEXITED(next(tid)));
	same("the others too", next(pid), 9 << 8);
}

/* Runs tracer() beside a child of ours; how that ended. */
static int beside(void (*tracer)(pid_t), pid_t *child)
{
	int status = -1, gate[2];
	pid_t other;
	char byte;

	pipe(gate);
	*child = fork();
	if (*child == 0) {
		close(gate[1]);
		read(gate[0], &byte, 1);
		_exit(8);
	}
	other = fork();
	if (other == 0) {
		tracer(*child);
		_exit(0);
	}
	waitpid(other, &status, 0);
	close(gate[0]), close(gate[1]);
	return status;
}

static void goes_away(pid_t pid)
{
	child_needs(trace(PTRACE_SEIZE, pid, 0, 0) == 0);
	trace(PTRACE_INTERRUPT, pid, 0, 0);
	child_needs(next(pid) == EVENT(PTRACE_EVENT_STOP));
}

static void takes_along(pid_t pid)
{
	child_needs(trace(PTRACE_SEIZE, pid, 0, PTRACE_O_EXITKILL) == 0);
}

static void hears_first(pid_t pid)
{
	child_needs(trace(PTRACE_SEIZE, pid, 0, 0) == 0);
	kill(pid, SIGKILL);
	/* Not yet the parent's. */
	siginfo_t info = {0};
	child_needs(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0);
	child_needs(info.si_status == SIGKILL);
	child_needs(next(pid) == SIGKILL);
}

static void tracers(void)
{
	int status = -1;
	pid_t child;

	same("a tracer that goes away", beside(goes_away, &child), 0);
	same("lets it go on", next(child), 8 << 8);
	same("one that takes it along", beside(takes_along, &child), 0);
	same("does", next(child), SIGKILL);
	same("one that is no parent", beside(hears_first, &child), 0);
	same("hears first, the parent then", waitpid(child, &status, 0), child);
	same("the same", status, SIGKILL);
}

static void filters(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE | 99),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, code};

	child_needs(RAW(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
	child_needs(RAW(SYS_getppid) == 17);
	_exit(RAW(SYS_getppid) == getpid() ? 11 : 12);
}

static void filtered(void)
{
	pid_t pid = traced(filters, PTRACE_O_TRACESECCOMP);

	trace(PTRACE_CONT, pid, 0, 0);
	same("a program asks the tracer", next(pid), EVENT(PTRACE_EVENT_SECCOMP));
	same("with a number", message(pid), 99);
	trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.orig_rax), (uintptr_t)-1);
	trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.rax), 17);
	trace(PTRACE_CONT, pid, 0, 0);
	same("again", next(pid), EVENT(PTRACE_EVENT_SECCOMP));
	trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.orig_rax), SYS_getpid);
	trace(PTRACE_CONT, pid, 0, 0);
	same("both as it said", next(pid), 11 << 8);
}

static void call_none(void)
{
	child_needs(RAW(SYS_getpid + (1L << 30)) == -ENOSYS);
	child_needs(RAW(-1) == -99);
}

/* What stands there at the call is its result only if there is no call at all. */
static void numbers(void)
{
	pid_t pid = traced(call_none, PTRACE_O_TRACESYSGOOD);

	for (int i = 0; i < 4; i++) {
		trace(PTRACE_SYSCALL, pid, 0, 0);
		child_needs(next(pid) == CALLED);
		if (i % 2 == 0)
			trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.rax), (uintptr_t)-99);
	}
	trace(PTRACE_CONT, pid, 0, 0);
	same("calls that are none", next(pid), 0);
}

/* A tracee that runs on another CPU, if there is one, stops all the same. */
static void chased(void)
{
	bool right = true;
	int gate[2];
	pid_t pid;
	char byte;
	long w;

	right &= pipe(gate) == 0;
	pid = fork();
	if (pid == 0 && write(gate[1], "x", 1) == 1)
		for (volatile long *n = &number;; ++*n)
			;
	/* From now on it makes no call. */
	right &= read(gate[0], &byte, 1) == 1;
	right &= trace(PTRACE_SEIZE, pid, 0, 0) == 0;
	for (int i = 0; i < 200 * effort && right; i++) {
		right &= trace(PTRACE_INTERRUPT, pid, 0, 0) == 0;
		right &= next(pid) == EVENT(PTRACE_EVENT_STOP);
		w = word(pid, &number);
		right &= word(pid, &number) == w;
		right &= trace(i % 3 ? PTRACE_CONT : PTRACE_SYSCALL, pid, 0, 0) == 0;
		if (i % 7 == 0)
			sched_yield();
	}
	close(gate[0]), close(gate[1]);
	holds("stopped many times", right);
	same("its end", finish(pid), SIGKILL);
}

static void run(void)
{
	family();
	programs();
	groups();
	threads();
	tracers();
	filtered();
	numbers();
	chased();
}

const struct suite tracing_suite = {"tracing", run, .needs_proc = true};
