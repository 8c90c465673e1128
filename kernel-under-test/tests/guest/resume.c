/* Calls that a stop interrupts go on with what was left of their time; a handler ends them. */
#include "guest.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/select.h>

#define MS     1000000l
#define SLEEP  (60 * MS)
#define DURING 20

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 * MS + t.tv_nsec;
}

static void pause_ms(long ms)
{
	const struct timespec t = {0, ms * MS};

	nanosleep(&t, NULL);
}

static struct timespec left;
static int word, queue;
static const uint64_t no_signals;

/* Each sleeps for SLEEP, and gives what its call gives. */
static long by_select(void)
{
	struct timeval t = {0, SLEEP / 1000};
	long ret = RAW(SYS_select, 0, NULL, NULL, NULL, &t);

	left = (struct timespec){t.tv_sec, t.tv_usec * 1000};
	return ret;
}

static long by_pselect(void)
{
	left = (struct timespec){0, SLEEP};
	return RAW(SYS_pselect6, 0, NULL, NULL, NULL, &left, NULL);
}

static long by_ppoll(void)
{
	left = (struct timespec){0, SLEEP};
	return RAW(SYS_ppoll, NULL, 0, &left, &no_signals, sizeof(no_signals));
}

static long by_futex(void)
{
	const struct timespec t = {0, SLEEP};
	long ret = RAW(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &t);

	return ret == -ETIMEDOUT ? 0 : ret;
}

static long by_epoll(void)
{
	return RAW(SYS_epoll_wait, epoll_create1(0), &(struct epoll_event){0}, 1, SLEEP / MS);
}

static long by_read_only(void)
{
	static const struct timespec t = {0, SLEEP};

	return RAW(SYS_ppoll, NULL, 0, &t, NULL, 0);
}

static long by_sticky(void)
{
	personality(STICKY_TIMEOUTS);
	return by_ppoll();
}

static long by_receiving(void)
{
	char text[16];

	return RAW(SYS_msgrcv, queue, text, 8, 0, 0);
}

static void handle(int)
{
}

enum { STOP, HANDLE, HANDLE_AND_RESTART };

static long (*call)(void);
static int report[2];

static void child(int how)
{
	struct sigaction a = {.sa_handler = handle, .sa_flags = how == HANDLE ? 0 : SA_RESTART};
	long start = now(), answer[2];

	sigaction(SIGUSR1, &a, NULL);
	write(report[1], "", 1);
	answer[0] = call();
	answer[1] = now() - start;
	write(report[1], answer, sizeof(answer));
	_exit(0);
}

/* The result of `fn` in a child that is disturbed meanwhile; how long that took goes to *took. */
static long disturbed(long (*fn)(void), int how, long *took)
{
	long answer[2] = {-1, -1};
	int status = -1;
	char c;
	pid_t pid;

	call = fn;
	pipe(report);
	pid = fork();
	if (pid == 0)
		child(how);
	read(report[0], &c, 1);
	pause_ms(DURING);
	if (how == STOP) {
		kill(pid, SIGSTOP);
		waitpid(pid, &status, WUNTRACED);
		pause_ms(DURING);
		kill(pid, SIGCONT);
		if (fn == by_receiving) {
			pause_ms(DURING);
			msgsnd(queue, &(struct { long type; char text[8]; }){1, "seven"}, 8, 0);
		}
	} else {
		kill(pid, SIGUSR1);
	}
	read(report[0], answer, sizeof(answer));
	waitpid(pid, &status, 0);
	close(report[0]), close(report[1]);
	*took = answer[1];
	return answer[0];
}

static void calls(void)
{
	static const struct {
		const char *name;
		long (*fn)(void);
		long stopped, restarted;
	} all[] = {
		{"select", by_select, 0, -EINTR},
		{"pselect6", by_pselect, 0, -EINTR},
		{"ppoll", by_ppoll, 0, -EINTR},
		{"a futex", by_futex, 0, -EINTR},
		{"epoll_wait", by_epoll, -EINTR, -EINTR},
		{"ppoll that can't say what is left", by_read_only, -EINTR, -EINTR},
		{"ppoll that does not want to", by_sticky, -EINTR, -EINTR},
		{"msgrcv", by_receiving, 8, -EINTR},
	};
	char line[96];
	long took;

	queue = msgget(IPC_PRIVATE, 0600);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(line, sizeof(line), "%s, stopped meanwhile", all[i].name);
		same(line, disturbed(all[i].fn, STOP, &took), all[i].stopped);
		if (!all[i].stopped) {
			snprintf(line, sizeof(line), "%s takes its time", all[i].name);
			holds(line, took >= SLEEP && took < SLEEP + 40 * MS);
		}
		snprintf(line, sizeof(line), "%s, with a handler", all[i].name);
		same(line, disturbed(all[i].fn, HANDLE, &took), -EINTR);
		snprintf(line, sizeof(line), "%s, with one that restarts", all[i].name);
		same(line, disturbed(all[i].fn, HANDLE_AND_RESTART, &took), all[i].restarted);
	}
	msgctl(queue, IPC_RMID, NULL);
}

static long wakes_at_once(void)
{
	int p[2];
	fd_set set;
	struct timeval t = {5, 0};

	pipe(p);
	write(p[1], "", 1);
	FD_ZERO(&set);
	FD_SET(p[0], &set);
	select(p[0] + 1, &set, NULL, NULL, &t);
	close(p[0]), close(p[1]);
	return t.tv_sec;
}

static void what_is_left(void)
{
	same("select", by_select(), 0);
	same("leaves no seconds", left.tv_sec, 0);
	same("and no parts of them", left.tv_nsec, 0);
	same("what it did not need stays", wakes_at_once(), 4);
	same("ppoll", by_ppoll(), 0);
	same("leaves nothing either", left.tv_nsec, 0);
}

static _Atomic int tid;
static _Atomic int caught;

static void count(int signo, siginfo_t *info, void *)
{
	caught = signo * 1000 + info->si_value.sival_int % 1000;
}

static void *other(void *arg)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	tid = gettid();
	read(*(int *)arg, &(char){0}, 1);
	return NULL;
}

/* Numbers of threads that lead no process stand for that in many calls. */
static void numbers(void)
{
	struct sigaction a = {.sa_sigaction = count, .sa_flags = SA_SIGINFO};
	siginfo_t info = {.si_code = SI_QUEUE, .si_value.sival_int = 7};
	struct rlimit r;
	char path[40];
	pthread_t t;
	int p[2];

	pipe(p);
	sigaction(SIGUSR2, &a, NULL);
	pthread_create(&t, NULL, other, &p[0]);
	while (!tid)
		sched_yield();
	same("kill with a thread's number", RAW(SYS_kill, tid, SIGUSR2), 0);
	same("is for the process", caught / 1000, SIGUSR2);
	caught = 0;
	same("as is sigqueue", RAW(SYS_rt_sigqueueinfo, tid, SIGUSR2, &info), 0);
	same("with what it says", caught, SIGUSR2 * 1000 + 7);
	same("nothing to send", RAW(SYS_kill, tid, 0), 0);
	same("its group", RAW(SYS_getpgid, tid), getpgid(0));
	same("its session", RAW(SYS_getsid, tid), getsid(0));
	same("no group to make", RAW(SYS_setpgid, tid, 0), -EINVAL);
	same("its limits", RAW(SYS_prlimit64, tid, RLIMIT_NOFILE, NULL, &r), 0);
	same("no child", RAW(SYS_wait4, tid, NULL, WNOHANG, NULL), -ECHILD);
	same("no group of that name", RAW(SYS_kill, -tid, 0), -ESRCH);
	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	same("it stands in /proc", access(path, R_OK), 0);
	write(p[1], "", 1);
	pthread_join(t, NULL);
	same("when it has ended", RAW(SYS_kill, tid, 0), -ESRCH);
	close(p[0]), close(p[1]);
}

static void run(void)
{
	calls();
	what_is_left();
	numbers();
}

const struct suite resume_suite = {"resume", run, .needs_proc = true};
