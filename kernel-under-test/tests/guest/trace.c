/* ptrace: what a tracer sees of one process and does to it. */
#include "traced.h"

#include <elf.h>
#include <linux/audit.h>
#include <sys/prctl.h>
#include <sys/uio.h>

static volatile long secret = 4711;
static const volatile long constant[1024] = {17};
static volatile int handled;

static void tells(void)
{
	_exit(secret == 4713 && constant[0] == 18 ? 3 : 4);
}

static void memory(void)
{
	pid_t pid = traced(tells, 0);
	long w = 5;
	char path[64];
	int fd;

	same("a word", word(pid, &secret), 4711);
	same("another", trace(PTRACE_POKEDATA, pid, (uintptr_t)&secret, 4712), 0);
	same("is there", word(pid, &secret), 4712);
	same("not here", secret, 4711);
	same("what nobody may write", trace(PTRACE_POKETEXT, pid, (uintptr_t)constant, 18), 0);
	same("is the child's alone", constant[0], 17);
	same("nowhere", trace(PTRACE_PEEKDATA, pid, 8, (uintptr_t)&w), -EIO);
	same("nowhere to write", trace(PTRACE_POKEDATA, pid, 8, 1), -EIO);
	same("the kernel's", trace(PTRACE_PEEKDATA, pid, 0xffffffff81000000, (uintptr_t)&w), -EIO);
	same("nowhere to put it", trace(PTRACE_PEEKDATA, pid, (uintptr_t)&secret, 8), -EFAULT);
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDWR);
	same("through /proc", pread(fd, &w, 8, (off_t)(uintptr_t)&secret) == 8 ? w : -1, 4712);
	w = 4713;
	same("written", pwrite(fd, &w, 8, (off_t)(uintptr_t)&secret), 8);
	same("nothing there", pread(fd, &w, 8, 8) == -1 ? errno : 0, EIO);
	close(fd);
	same("go on", trace(PTRACE_CONT, pid, 0, 0), 0);
	same("it saw that", next(pid), 3 << 8);
}

static void on_signal(int signo)
{
	handled = signo;
}

static void stops_and_tells(void)
{
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	raise(SIGUSR1);
	_exit(handled);
}

static int given(int signo)
{
	pid_t pid = traced(stops_and_tells, 0);

	trace(PTRACE_CONT, pid, 0, 0);
	if (next(pid) != STOPPED(SIGUSR1))
		return -1;
	trace(PTRACE_CONT, pid, 0, (uintptr_t)signo);
	return next(pid);
}

static void signals(void)
{
	siginfo_t info = {0};
	pid_t pid;

	same("a signal goes through", given(SIGUSR1), SIGUSR1 << 8);
	same("or not", given(0), 0);
	same("or as another", given(SIGUSR2), SIGUSR2 << 8);
	same("that ends it", given(SIGTERM), SIGTERM);
	pid = traced(stops_and_tells, 0);
	trace(PTRACE_CONT, pid, 0, 0);
	next(pid);
	same("what there is to say", trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info), 0);
	holds("is who sent it", info.si_signo == SIGUSR1 && info.si_code == SI_TKILL &&
					info.si_pid == pid);
	same("no such signal", trace(PTRACE_CONT, pid, 0, 65), -EIO);
	same("detached with one", trace(PTRACE_DETACH, pid, 0, SIGUSR2), 0);
	same("it had it", next(pid), SIGUSR2 << 8);
	pid = traced(spin, 0);
	same("killed", trace(PTRACE_KILL, pid, 0, 0), 0);
	same("it is", next(pid), SIGKILL);
	/* Ignored by all but the tracer. */
	pid = traced(spin, 0);
	trace(PTRACE_CONT, pid, 0, 0);
	kill(pid, SIGWINCH);
	same("one that is ignored", next(pid), STOPPED(SIGWINCH));
	same("its end", finish(pid), SIGKILL);
}

static void registers(void)
{
	struct user_regs_struct r, again;
	struct user_fpregs_struct fp, fp2;
	struct iovec v = {&r, 4096};
	pid_t pid = traced(spin, 0);
	long w = 0;

	same("all", trace(PTRACE_GETREGS, pid, 0, (uintptr_t)&r), 0);
	holds("in a call", r.orig_rax == SYS_tgkill && r.rax == 0 && r.cs == 0x33 && r.ss == 0x2b);
	same("one", trace(PTRACE_PEEKUSR, pid, offsetof(struct user, regs.rip), (uintptr_t)&w), 0);
	holds("the same", w == (long)r.rip);
	same("between two", trace(PTRACE_PEEKUSR, pid, 3, (uintptr_t)&w), -EIO);
	same("behind them", trace(PTRACE_PEEKUSR, pid, 928, (uintptr_t)&w), -EIO);
	same("change one", trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.r12), 77), 0);
	r.r13 = 78, r.r12 = 77;
	r.eflags |= 1;
	same("change all", trace(PTRACE_SETREGS, pid, 0, (uintptr_t)&r), 0);
	same("as a set", trace(PTRACE_GETREGSET, pid, NT_PRSTATUS, (uintptr_t)&v), 0);
	same("which is so long", v.iov_len, sizeof(r));
	trace(PTRACE_GETREGS, pid, 0, (uintptr_t)&again);
	holds("as changed", memcmp(&r, &again, sizeof(r)) == 0 && again.r13 == 78);
	/* The flags that are the kernel's stay. */
	r.eflags |= 0x3200;
	trace(PTRACE_SETREGS, pid, 0, (uintptr_t)&r);
	trace(PTRACE_GETREGS, pid, 0, (uintptr_t)&again);
	same("no more rights", again.eflags & 0x3200, 0x200);
	same("a base of the kernel's",
	     trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.fs_base), 1ul << 63), -EIO);
	same("no code segment", trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.cs), 0),
	     -EIO);
	v = (struct iovec){&r, 3};
	same("a set in part", trace(PTRACE_GETREGSET, pid, NT_PRSTATUS, (uintptr_t)&v), -EINVAL);
	same("no such set", trace(PTRACE_GETREGSET, pid, 0x7777, (uintptr_t)&v), -EINVAL);
	same("the FPU's", trace(PTRACE_GETFPREGS, pid, 0, (uintptr_t)&fp), 0);
	same("its state at first", fp.mxcsr, 0x1f80);
	fp.xmm_space[20] = 0x12345678;
	same("change it", trace(PTRACE_SETFPREGS, pid, 0, (uintptr_t)&fp), 0);
	trace(PTRACE_CONT, pid, 0, 0);
	kill(pid, SIGUSR1);
	next(pid);
	v = (struct iovec){&fp2, sizeof(fp2)};
	same("as a set too", trace(PTRACE_GETREGSET, pid, NT_PRFPREG, (uintptr_t)&v), 0);
	holds("as changed, after it ran", fp2.xmm_space[20] == 0x12345678);
	fp.mxcsr = 0xffffffff;
	same("what can't be", trace(PTRACE_SETFPREGS, pid, 0, (uintptr_t)&fp), -EINVAL);
	same("its end", finish(pid), SIGKILL);
}

static void asks_twice(void)
{
	_exit(RAW(SYS_getppid) == 4242 && RAW(SYS_getppid) == getpid() ? 6 : 7);
}

static void calls(void)
{
	pid_t pid = traced(asks_twice, PTRACE_O_TRACESYSGOOD);
	struct ptrace_syscall_info i;
	struct user_regs_struct r;
	siginfo_t info;

	same("until a call", trace(PTRACE_SYSCALL, pid, 0, 0), 0);
	same("it begins", next(pid), CALLED);
	same("which", trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), (uintptr_t)&i), 80);
	holds("getppid", i.op == PTRACE_SYSCALL_INFO_ENTRY && i.entry.nr == SYS_getppid &&
				 i.arch == AUDIT_ARCH_X86_64);
	trace(PTRACE_GETREGS, pid, 0, (uintptr_t)&r);
	holds("without a result", r.rax == (unsigned long)-ENOSYS && r.orig_rax == SYS_getppid &&
					  i.instruction_pointer == r.rip &&
					  i.stack_pointer == r.rsp);
	trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info);
	same("as what", info.si_code, SIGTRAP | 0x80);
	same("the message", message(pid), PTRACE_EVENTMSG_SYSCALL_ENTRY);
	trace(PTRACE_SYSCALL, pid, 0, 0);
	same("it ends", next(pid), CALLED);
	same("with what", trace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(i), (uintptr_t)&i), 33);
	holds("our number", i.op == PTRACE_SYSCALL_INFO_EXIT && !i.exit.is_error &&
				    i.exit.rval == getpid());
	same("another result", trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.rax), 4242),
	     0);
	trace(PTRACE_SYSCALL, pid, 0, 0);
	next(pid);
	same("another call",
	     trace(PTRACE_POKEUSR, pid, offsetof(struct user, regs.orig_rax), SYS_getpid), 0);
	trace(PTRACE_SYSCALL, pid, 0, 0);
	next(pid);
	trace(PTRACE_CONT, pid, 0, 0);
	same("both were believed", next(pid), 6 << 8);
}

static void pauses(void)
{
	_exit(RAW(SYS_pause) == -EINTR && handled == SIGUSR1 ? 5 : 6);
}

/* A call that a tracer looks at is made again, whatever it waited for. */
static void resumed(void)
{
	pid_t pid;

	signal(SIGUSR1, on_signal);
	pid = traced(pauses, PTRACE_O_TRACESYSGOOD);
	trace(PTRACE_SYSCALL, pid, 0, 0);
	same("it sleeps", next(pid), CALLED);
	trace(PTRACE_CONT, pid, 0, 0);
	kill(pid, SIGSTOP);
	same("it is looked at", next(pid), STOPPED(SIGSTOP));
	trace(PTRACE_SYSCALL, pid, 0, 0);
	same("it sleeps again", next(pid), CALLED);
	trace(PTRACE_CONT, pid, 0, 0);
	kill(pid, SIGUSR1);
	same("a signal", next(pid), STOPPED(SIGUSR1));
	trace(PTRACE_CONT, pid, 0, SIGUSR1);
	same("ends that", next(pid), 5 << 8);
	signal(SIGUSR1, SIG_DFL);
}

extern char step_from[], step_to[];

static void steps(void)
{
	asm volatile(".globl step_from, step_to\n"
		     "step_from: nop\n\tnop\n\tmov $39, %%eax\n\tsyscall\n\tnop\n"
		     "int3\nstep_to: nop\n"
		     ::: "rax", "rcx", "r11", "memory");
}

static void stepping(void)
{
	pid_t pid = traced(steps, 0);
	struct user_regs_struct r;
	siginfo_t info;
	int n = 0;

	do {
		trace(PTRACE_SINGLESTEP, pid, 0, 0);
		if (next(pid) != STOPPED(SIGTRAP))
			break;
		trace(PTRACE_GETREGS, pid, 0, (uintptr_t)&r);
	} while (r.rip != (uintptr_t)step_from && ++n < 5000);
	holds("it comes by", n < 5000);
	same("nobody's flag", r.eflags & 0x100, 0);
	for (n = 0; n < 5; n++) {
		trace(PTRACE_SINGLESTEP, pid, 0, 0);
		next(pid);
		trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info);
		/* A call is one step, and said otherwise. */
		same("a step", info.si_code, n == 3 ? TRAP_BRKPT : TRAP_TRACE);
	}
	trace(PTRACE_CONT, pid, 0, 0);
	same("a breakpoint", next(pid), STOPPED(SIGTRAP));
	trace(PTRACE_GETREGS, pid, 0, (uintptr_t)&r);
	holds("is behind it", r.rip == (uintptr_t)step_to);
	trace(PTRACE_GETSIGINFO, pid, 0, (uintptr_t)&info);
	same("by the kernel", info.si_code, SI_KERNEL);
	trace(PTRACE_CONT, pid, 0, 0);
	same("and on", next(pid), 0);
}

static void refused(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		spin();
	same("nobody of ours", trace(PTRACE_CONT, pid, 0, 0), -ESRCH);
	same("nobody at all", trace(PTRACE_ATTACH, 32000, 0, 0), -ESRCH);
	same("ourselves", trace(PTRACE_ATTACH, getpid(), 0, 0), -EPERM);
	same("seized with an address", trace(PTRACE_SEIZE, pid, 1, 0), -EIO);
	same("with unknown options", trace(PTRACE_SEIZE, pid, 0, 0x40000000), -EIO);
	same("seized", trace(PTRACE_SEIZE, pid, 0, 0), 0);
	same("twice", trace(PTRACE_ATTACH, pid, 0, 0), -EPERM);
	same("while it runs", trace(PTRACE_CONT, pid, 0, 0), -ESRCH);
	same("interrupted", trace(PTRACE_INTERRUPT, pid, 0, 0), 0);
	same("it stops", next(pid), EVENT(PTRACE_EVENT_STOP));
	same("unknown options", trace(PTRACE_SETOPTIONS, pid, 0, 0x40000000), -EINVAL);
	same("an unknown wish", trace(0x4299, pid, 0, 0), -EIO);
	same("its end", finish(pid), SIGKILL);
	pid = fork();
	if (pid == 0) {
		pid_t root = getppid();

		setresuid(1000, 1000, 1000);
		_exit(trace(PTRACE_ATTACH, root, 0, 0) == -EPERM &&
				      trace(PTRACE_SEIZE, root, 0, 0) == -EPERM
			      ? 0
			      : 1);
	}
	waitpid(pid, &status, 0);
	same("root, by others", status, 0);
	pid = fork();
	if (pid == 0) {
		setresuid(1000, 1000, 1000);
		prctl(PR_SET_DUMPABLE, 1);
		if (!(pid = fork()))
			spin();
		status = trace(PTRACE_SEIZE, pid, 0, 0) ? 1 : 0;
		kill(pid, SIGKILL);
		next(pid);
		if (!(pid = fork())) {
			prctl(PR_SET_DUMPABLE, 0);
			raise(SIGSTOP);
		}
		waitpid(pid, NULL, WUNTRACED);
		status |= trace(PTRACE_SEIZE, pid, 0, 0) == -EPERM ? 0 : 2;
		kill(pid, SIGKILL);
		_exit(status);
	}
	waitpid(pid, &status, 0);
	same("one's own, unless it hides", status, 0);
}

static void run(void)
{
	memory();
	signals();
	registers();
	calls();
	resumed();
	stepping();
	refused();
}

const struct suite trace_suite = {"trace", run, .needs_proc = true};
