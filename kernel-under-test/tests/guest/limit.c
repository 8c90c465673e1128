/* Limits, and signals at their edges: what is kept, what is waited for, what is queued. */
#include "guest.h"

#include <sched.h>
#include <sys/resource.h>

static void limits(void)
{
	struct rlimit limit = {20, 30}, more = {20, 40}, wrong = {3, 2};

	same("set a limit", RAW(SYS_setrlimit, RLIMIT_CORE, &limit), 0);
	memset(&limit, 0, sizeof(limit));
	same("it is kept", getrlimit(RLIMIT_CORE, &limit) ? -1 : (long)limit.rlim_cur, 20);
	same("both of it", limit.rlim_max, 30);
	same("root may raise it", RAW(SYS_setrlimit, RLIMIT_CORE, &more), 0);
	same("the wrong way round", RAW(SYS_setrlimit, RLIMIT_CORE, &wrong), -EINVAL);
	same("bad memory comes first", RAW(SYS_prlimit64, -1, 99, 8, NULL), -EFAULT);
	same("then a bad process", RAW(SYS_prlimit64, -1, 99, NULL, NULL), -ESRCH);
	same("the stack's", getrlimit(RLIMIT_STACK, &limit) ? -1 : (long)limit.rlim_cur, 8 << 20);
	same("the message queues'", getrlimit(RLIMIT_MSGQUEUE, &limit) ? -1 : (long)limit.rlim_max,
	     819200);
	same("the locked memory's", getrlimit(RLIMIT_MEMLOCK, &limit) ? -1 : (long)limit.rlim_cur,
	     8 << 20);
}

static void space(void)
{
	struct rlimit limit = {256 << 20, 256 << 20};
	char *page;

	child_needs(setrlimit(RLIMIT_AS, &limit) == 0);
	child_needs(RAW(SYS_mmap, NULL, 300 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
		    -ENOMEM);
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	child_needs(page != MAP_FAILED);
	child_needs(RAW(SYS_mremap, page, 4096, 300 << 20, MREMAP_MAYMOVE) == -ENOMEM);
	child_needs(syscall(SYS_brk, (char *)sbrk(0) + (300 << 20)) == (long)sbrk(0));
}

static void nobody(void)
{
	struct rlimit two = {2, 2}, none = {0, 0};
	void *page = mmap(NULL, 8192, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	child_needs(setrlimit(RLIMIT_NPROC, &two) == 0);
	child_needs(syscall(SYS_setresuid, 777, 777, 777) == 0);
	child = fork();
	if (child == 0)
		_exit(fork() == -1 && errno == EAGAIN ? 7 : 8);
	int status = 0;
	child_needs(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
	/* Less privilege, lower limits. */
	child_needs(RAW(SYS_setpriority, PRIO_PROCESS, 0, -1) == -EACCES);
	child_needs(RAW(SYS_setrlimit, RLIMIT_MEMLOCK, &two) == 0);
	child_needs(RAW(SYS_mlock, page, 8192) == -ENOMEM);
	child_needs(RAW(SYS_setrlimit, RLIMIT_MEMLOCK, &none) == 0);
	child_needs(RAW(SYS_mlock, page, 8192) == -EPERM);
	child_needs(RAW(SYS_munlock, page, 8192) == 0);
	child_needs(RAW(SYS_setrlimit, RLIMIT_MEMLOCK, &two) == -EPERM);
	child_needs(RAW(SYS_prlimit64, 1, RLIMIT_CORE, NULL, NULL) == -EPERM);
}

static void polite(void)
{
	struct rlimit nice = {25, 25}, rt = {5, 5};
	struct sched_param five = {5}, six = {6};

	child_needs(!setrlimit(RLIMIT_NICE, &nice) && !setrlimit(RLIMIT_RTPRIO, &rt));
	child_needs(syscall(SYS_setresuid, 777, 777, 777) == 0);
	child_needs(RAW(SYS_setpriority, PRIO_PROCESS, 0, -5) == 0);
	child_needs(RAW(SYS_setpriority, PRIO_PROCESS, 0, -6) == -EACCES);
	child_needs(RAW(SYS_sched_setscheduler, 0, SCHED_FIFO, &six) == -EPERM);
	child_needs(RAW(SYS_sched_setscheduler, 0, SCHED_FIFO, &five) == 0);
}

static int seen;

static void note(int)
{
	seen++;
}

static void pending_limit(void)
{
	struct rlimit few = {3, 3};
	union sigval v = {.sival_int = 1};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	child_needs(setrlimit(RLIMIT_SIGPENDING, &few) == 0);
	for (int i = 0; i < 3; i++)
		child_needs(sigqueue(getpid(), SIGRTMIN, v) == 0);
	child_needs(sigqueue(getpid(), SIGRTMIN, v) == -1 && errno == EAGAIN);
	child_needs(RAW(SYS_tgkill, getpid(), getpid(), SIGRTMIN) == -EAGAIN);
	/* Others still come. */
	child_needs(kill(getpid(), SIGUSR1) == 0 && sigpending(&set) == 0);
	child_needs(sigismember(&set, SIGUSR1));
	child_needs(sigwaitinfo(&set, NULL) > 0 && sigwaitinfo(&set, NULL) > 0);
	child_needs(sigqueue(getpid(), SIGRTMIN, v) == 0);
}

/* A signal that is ignored, but waited for, is not lost. */
static void waited_for(void)
{
	struct timespec second = {5, 0};
	sigset_t set;
	pid_t child, me = getpid();

	signal(SIGUSR2, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	child = fork();
	if (child == 0) {
		usleep(100000);
		kill(me, SIGUSR2);
		_exit(0);
	}
	same("wait for what is ignored", sigtimedwait(&set, NULL, &second), SIGUSR2);
	waitpid(child, NULL, 0);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	signal(SIGUSR2, SIG_DFL);
}

static void queues(void)
{
	struct sigaction a = {.sa_handler = note, .sa_flags = SA_RESETHAND | SA_SIGINFO};
	siginfo_t info = {.si_code = SI_QUEUE};

	same("queue to a thread", RAW(SYS_rt_tgsigqueueinfo, getpid(), getpid(), 0, &info), 0);
	same("of nobody", RAW(SYS_rt_tgsigqueueinfo, 0, 0, 0, &info), -EINVAL);
	same("of another process", RAW(SYS_rt_tgsigqueueinfo, getpid(), 1, 0, &info), -ESRCH);
	same("a signal there is not", RAW(SYS_rt_sigqueueinfo, getpid(), 65, &info), -EINVAL);
	info.si_code = SI_USER;
	same("as if killed", RAW(SYS_rt_sigqueueinfo, 1, SIGUSR1, &info), -EPERM);
	same("by oneself", RAW(SYS_rt_sigqueueinfo, getpid(), 0, &info), 0);
	sigaction(SIGUSR1, &a, NULL);
	raise(SIGUSR1);
	same("it came", seen, 1);
	sigaction(SIGUSR1, NULL, &a);
	holds("a handler that was reset", a.sa_handler == SIG_DFL);
	holds("leaves its flags", a.sa_flags & SA_SIGINFO);
}

static long setting(const char *path)
{
	char text[64] = "";
	int fd = open(path, O_RDONLY);
	long n = fd < 0 ? -errno : RAW(SYS_read, fd, text, sizeof(text) - 1);

	close(fd);
	for (long v = 0, i = 0; n > 0 && i < n; i++) {
		if (text[i] == '\n')
			return v;
		v = v * 10 + text[i] - '0';
	}
	return n;
}

static void settings(void)
{
	same("pid_max", setting("/proc/sys/kernel/pid_max"), 32768);
	same("cap_last_cap", setting("/proc/sys/kernel/cap_last_cap"), 40);
	same("of three names", setting("/proc/sys/kernel/random/poolsize"), 256);
	same("up and down again", setting("/proc/sys/kernel/random/../../kernel/tainted"), 0);
	same("no such name", setting("/proc/sys/kernel/pid"), -ENOENT);
	same("nor such", setting("/proc/sys/kernel/pid_max/x"), -ENOTDIR);
	same("a directory can't be read", setting("/proc/sys/kernel"), -EISDIR);
	same("nor made", RAW(SYS_mkdir, "/proc/sys/x", 0700) < 0, 1);
}

/* As many descriptors as fs.nr_open allows, which can be set. */
static void many_files(void)
{
	const long most = setting("/proc/sys/fs/nr_open");
	struct rlimit r = {100000, 100000}, beyond = {most, most + 1};
	int last;

	child_needs(most == 1 << 20);
	child_needs(RAW(SYS_setrlimit, RLIMIT_NOFILE, &beyond) == -EPERM);
	child_needs(setrlimit(RLIMIT_NOFILE, &r) == 0);
	for (int i = 0; i < 6000; i++)
		last = dup(0);
	child_needs(last >= 6000 && fcntl(last, F_GETFD) == 0);
	child_needs(dup3(0, 99999, O_CLOEXEC) == 99999 && fcntl(99999, F_GETFD) == FD_CLOEXEC);
	child_needs(RAW(SYS_dup2, 0, 100000) == -EBADF);
	child_needs(RAW(SYS_fcntl, 0, F_DUPFD, 99999) == -EMFILE);
	if (fork() == 0) {
		child_needs(fcntl(last, F_GETFD) == 0 && fcntl(99999, F_GETFD) == FD_CLOEXEC);
		child_needs(close(99999) == 0 && fcntl(last + 1, F_DUPFD, last + 1) < 0);
		_exit(0);
	}
	child_needs(wait(&last) > 0 && last == 0);
	child_needs(syscall(SYS_close_range, 3, ~0u, 0) == 0 && dup(0) == 3);
	if (fork() == 0)
		_exit(dup(0) == 4 && RAW(SYS_fcntl, 99999, F_GETFD) == -EBADF ? 0 : 1);
	child_needs(wait(&last) > 0 && last == 0);
	put_file("/proc/sys/fs/nr_open", "200000");
	r = (struct rlimit){200001, 200001};
	child_needs(RAW(SYS_setrlimit, RLIMIT_NOFILE, &r) == -EPERM);
	put_file("/proc/sys/fs/nr_open", "1048576");
}

static void run(void)
{
	limits();
	same("a limit on memory", status_of(space), 0);
	same("limits of one who is not root", status_of(nobody), 0);
	same("limits on priorities", status_of(polite), 0);
	same("a limit on signals", status_of(pending_limit), 0);
	waited_for();
	queues();
	settings();
	same("descriptors without end", status_of(many_files), 0);
}

const struct suite limit_suite = {"limit", run, .needs_proc = true};
