/* Seccomp: strict mode, programs that decide on calls, and who inherits them. */
#include "guest.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <ucontext.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(a)   BPF_STMT(BPF_RET | BPF_K, a)
#define COUNT(a)    ((unsigned short)(sizeof(a) / sizeof((a)[0])))

static long add(unsigned int flags, struct sock_filter *code, unsigned short n)
{
	struct sock_fprog program = {n, code};

	return RAW(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* `nr` is answered so, all else is allowed. */
static long answer(unsigned int flags, unsigned int nr, unsigned int with)
{
	struct sock_filter code[] = {
		LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		ANSWER(with),
		ANSWER(SECCOMP_RET_ALLOW),
	};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return add(flags, code, COUNT(code));
}

static int number_of(const char *what)
{
	char text[4096] = "", *at;
	int fd = open("/proc/thread-self/status", O_RDONLY);

	read(fd, text, sizeof(text) - 1);
	close(fd);
	at = strstr(text, what);
	return at ? atoi(at + strlen(what)) : -1;
}

static void strict_reads(void)
{
	child_needs(RAW(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL) == 0);
	write(1, "", 0);
	RAW(SYS_exit, 7);
}

static void strict_asks(void)
{
	child_needs(prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0);
	RAW(SYS_getppid);
	RAW(SYS_exit, 7);
}

static void answers(void)
{
	child_needs(answer(0, SYS_getppid, SECCOMP_RET_ERRNO | 77) == 0);
	child_needs(RAW(SYS_getppid) == -77);
	child_needs(RAW(SYS_getpid) > 0);
	child_needs(prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER);
	child_needs(number_of("Seccomp:") == 2 && number_of("Seccomp_filters:") == 1);
	/* The stricter counts; of two that are as strict the newer. */
	child_needs(answer(0, SYS_getppid, SECCOMP_RET_ALLOW) == 0);
	child_needs(RAW(SYS_getppid) == -77);
	child_needs(answer(0, SYS_getppid, SECCOMP_RET_ERRNO | 78) == 0);
	child_needs(RAW(SYS_getppid) == -78);
	child_needs(answer(0, SYS_getpgrp, SECCOMP_RET_ERRNO | 0xffff) == 0);
	errno = 0;
	child_needs(RAW(SYS_getpgrp) == -4095);
	child_needs(answer(0, SYS_getsid, SECCOMP_RET_TRACE) == 0);
	child_needs(RAW(SYS_getsid, 0) == -ENOSYS);
	child_needs(answer(0, SYS_getpgid, SECCOMP_RET_ERRNO | 0) == 0);
	child_needs(RAW(SYS_getpgid, 0) == 0);
	child_needs(answer(0, SYS_getuid, SECCOMP_RET_LOG) == 0);
	child_needs(RAW(SYS_getuid) == 0);
	child_needs(RAW(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL) == -EINVAL);
	child_needs(answer(0, 5000, SECCOMP_RET_ERRNO | 5) == 0);
	child_needs(RAW(5000) == -5 && RAW(5001) == -ENOSYS);
}

static void arguments(void)
{
	struct sock_filter code[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		ANSWER(SECCOMP_RET_ERRNO | 1),
		LOAD(args[5]),
		BPF_STMT(BPF_ST, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]) + 4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x1234, 0, 3),
		BPF_STMT(BPF_LD | BPF_MEM, 3),
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO),
		BPF_STMT(BPF_RET | BPF_A, 0),
		ANSWER(SECCOMP_RET_ALLOW),
	};

	child_needs(add(0, code, COUNT(code)) == 0);
	child_needs(RAW(5002, 0, 0x123400000000ul, 0, 0, 0, 99) == -99);
	child_needs(RAW(5002, 0, 0x1234, 0, 0, 0, 99) == -ENOSYS);
}

static siginfo_t caught;
static long rax_then;

static void on_sigsys(int, siginfo_t *info, void *context)
{
	caught = *info;
	rax_then = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX];
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RAX] = 4711;
}

static void traps(void)
{
	struct sigaction a = {.sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &a, NULL);
	child_needs(answer(0, SYS_getppid, SECCOMP_RET_TRAP | 12) == 0);
	child_needs(RAW(SYS_getppid) == 4711);
	child_needs(caught.si_signo == SIGSYS && caught.si_code == 1 && caught.si_errno == 12);
	child_needs(caught.si_syscall == SYS_getppid && caught.si_arch == AUDIT_ARCH_X86_64);
	child_needs(rax_then == SYS_getppid);
}

static void trap_blocked(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGSYS, SIG_IGN);
	child_needs(answer(0, SYS_getppid, SECCOMP_RET_TRAP) == 0);
	RAW(SYS_getppid);
}

static void killed(void)
{
	child_needs(answer(0, SYS_getppid, SECCOMP_RET_KILL_PROCESS) == 0);
	RAW(SYS_getppid);
}

static void *asks(void *arg)
{
	RAW(SYS_getppid);
	return arg;
}

static void thread_killed(void)
{
	pthread_t t;

	child_needs(answer(0, SYS_getppid, SECCOMP_RET_KILL_THREAD) == 0);
	child_needs(pthread_create(&t, NULL, asks, NULL) == 0);
	/* Its number is cleared by the kernel, so that it can be joined. */
	child_needs(pthread_join(t, NULL) == 0);
	_exit(5);
}

static void process_killed(void)
{
	pthread_t t;

	child_needs(answer(0, SYS_getppid, 0x80010000) == 0);
	child_needs(pthread_create(&t, NULL, asks, NULL) == 0);
	pthread_join(t, NULL);
	_exit(5);
}

static void inherited(void)
{
	char *const argv[] = {SELF, "parent", NULL};
	int status = -1;

	child_needs(answer(0, SYS_getppid, SECCOMP_RET_ERRNO | 42) == 0);
	if (fork() == 0) {
		child_needs(RAW(SYS_getppid) == -42);
		_exit(3);
	}
	wait(&status);
	child_needs(WEXITSTATUS(status) == 3);
	execv(SELF, argv);
}

static int gate[2];

static void *waits(void *arg)
{
	char byte;

	read(gate[0], &byte, 1);
	return (void *)(RAW(SYS_getppid) == -9 && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
				? arg
				: NULL);
}

static void *own(void *arg)
{
	answer(0, SYS_getpgrp, SECCOMP_RET_ERRNO | 8);
	*(volatile long *)arg = RAW(SYS_gettid);
	pause();
	return NULL;
}

static void all_threads(void)
{
	volatile long tid = 0;
	pthread_t t, other;
	void *ret;

	child_needs(pipe(gate) == 0);
	child_needs(pthread_create(&t, NULL, waits, gate) == 0);
	child_needs(answer(SECCOMP_FILTER_FLAG_TSYNC, SYS_getppid, SECCOMP_RET_ERRNO | 9) == 0);
	write(gate[1], "x", 1);
	child_needs(pthread_join(t, &ret) == 0 && ret == gate);
	/* One that has a program of its own. */
	child_needs(pthread_create(&other, NULL, own, (void *)&tid) == 0);
	while (!tid)
		sched_yield();
	child_needs(answer(SECCOMP_FILTER_FLAG_TSYNC, SYS_getuid, SECCOMP_RET_ERRNO) == tid);
	child_needs(answer(SECCOMP_FILTER_FLAG_TSYNC | 16, SYS_getuid, SECCOMP_RET_ERRNO) ==
		    -ESRCH);
	child_needs(RAW(SYS_getuid) == 0);
}

static void unprivileged(void)
{
	struct sock_filter code[] = {ANSWER(SECCOMP_RET_ALLOW)};

	child_needs(setuid(1000) == 0);
	child_needs(add(0, code, 1) == -EACCES);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	child_needs(add(0, code, 1) == 0);
}

static void too_many(void)
{
	static struct sock_filter code[4096];
	long ret = 0;
	int n = 0;

	for (int i = 0; i < 4096; i++)
		code[i] = (struct sock_filter)ANSWER(SECCOMP_RET_ALLOW);
	while (n < 20 && !(ret = add(0, code, 4096)))
		n++;
	child_needs(n > 1 && ret == -ENOMEM);
}

static void refused(void)
{
	struct sock_filter code[] = {
		LOAD(nr),
		ANSWER(SECCOMP_RET_ALLOW),
		ANSWER(SECCOMP_RET_ALLOW),
	};
	unsigned int action = SECCOMP_RET_TRAP, strange = 0x12340000;

	same("no program", add(0, code, 0), -EINVAL);
	same("too long a one", add(0, code, 4097), -EINVAL);
	same("without code", add(0, NULL, 1), -EINVAL);
	same("from nowhere", add(0, (void *)8, 1), -EFAULT);
	same("nor its head", RAW(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL), -EFAULT);
	same("an end that does not return", add(0, code, 1), -EINVAL);
	code[0].k = 2;
	same("half a word", add(0, code, 2), -EINVAL);
	code[0].k = sizeof(struct seccomp_data);
	same("past the end", add(0, code, 2), -EINVAL);
	code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0);
	same("not a word", add(0, code, 2), -EINVAL);
	code[0] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3);
	same("a remainder", add(0, code, 2), -EINVAL);
	code[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_MEM, 3);
	same("a word not written", add(0, code, 2), -EINVAL);
	code[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 0xffffffff, 0, 0);
	same("a jump back", add(0, code, 2), -EINVAL);
	same("an unknown flag", add(0x4000, code, 2), -EINVAL);
	same("an unknown operation", RAW(SYS_seccomp, 77, 0, 0), -EINVAL);
	same("strict with a flag", RAW(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 1, 0), -EINVAL);
	same("strict with an argument", RAW(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, &action),
	     -EINVAL);
	same("an action", RAW(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action), 0);
	same("none", RAW(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &strange), -EOPNOTSUPP);
	same("from there", RAW(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, 8), -EFAULT);
	same("an unknown mode", RAW(SYS_prctl, PR_SET_SECCOMP, 3, 0, 0, 0), -EINVAL);
	same("no mode yet", RAW(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0), 0);
	same("and none in /proc", number_of("Seccomp:"), 0);
}

static volatile char selector;
static volatile int dispatched;

/* Its own calls, and the return from it, are let through. */
static void on_dispatch(int signo, siginfo_t *info, void *context)
{
	(void)signo, (void)context;
	selector = 0;
	dispatched = info->si_code == 2 && info->si_errno == 0 ? info->si_syscall : -1;
}

static long dispatch(unsigned long on, uintptr_t code, size_t len, volatile void *byte)
{
	return RAW(SYS_prctl, 59, on, code, len, byte);
}

static void dispatches(void)
{
	const struct sigaction a = {.sa_sigaction = on_dispatch, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &a, NULL);
	child_needs(dispatch(1, 0, 0, &selector) == 0);
	child_needs(RAW(5000) == -ENOSYS && !dispatched);
	selector = 1;
	/* The result is the number, as it was not a call. */
	child_needs(syscall(5000) == 5000 && dispatched == 5000 && !selector);
	selector = 1;
	child_needs(syscall(SYS_getpid) == SYS_getpid && dispatched == SYS_getpid);
	/* From all places, so that it does not count. */
	child_needs(dispatch(1, 1, INT64_MAX, &selector) == 0);
	selector = 1;
	child_needs(RAW(SYS_getpid) == getpid() && selector);
	child_needs(dispatch(0, 0, 0, NULL) == 0);
	child_needs(RAW(5000) == -ENOSYS);
	child_needs(dispatch(1, 0, 0, &selector) == 0);
	selector = 0;
	if (fork() == 0) {
		selector = 1;
		_exit(RAW(SYS_getpid) == getpid() ? 0 : 1);
	}
	child_needs(selector == 0 && wait(NULL) > 0);
	selector = 2;
	RAW(SYS_getpid);
}

static void dispatches_all(void)
{
	dispatch(1, 0, 0, NULL);
	RAW(SYS_getpid);
}

static void dispatches_badly(void)
{
	same("neither on nor off", dispatch(2, 0, 0, NULL), -EINVAL);
	same("off, with a place", dispatch(0, 1, 0, NULL), -EINVAL);
	same("no code", dispatch(1, 1, 0, &selector), -EINVAL);
	same("code beyond the end", dispatch(1, 1, -1ul, &selector), -EINVAL);
	same("a byte of the kernel's", dispatch(1, 0, 1, (void *)-1l), -EFAULT);
	same("calls are heard of", status_of(dispatches) & 0x7f, SIGSYS);
	same("all of them", status_of(dispatches_all) & 0x7f, SIGSYS);
}

static void run(void)
{
	refused();
	same("strict: read, write and exit", status_of(strict_reads), 7 << 8);
	same("strict: all else", status_of(strict_asks), SIGKILL);
	same("answers", status_of(answers), 0);
	same("arguments", status_of(arguments), 0);
	same("a trap", status_of(traps), 0);
	same("a trap that is blocked", status_of(trap_blocked) & 0x7f, SIGSYS);
	same("the process is killed", status_of(killed) & 0x7f, SIGSYS);
	same("the thread is killed", status_of(thread_killed), 5 << 8);
	same("an unknown action kills all", status_of(process_killed) & 0x7f, SIGSYS);
	same("fork and exec", status_of(inherited), 42 << 8);
	same("all threads at once", status_of(all_threads), 0);
	same("without rights", status_of(unprivileged), 0);
	same("too many programs", status_of(too_many), 0);
	dispatches_badly();
}

const struct suite seccomp_suite = {"seccomp", run, .needs_proc = true};
