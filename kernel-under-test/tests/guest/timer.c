/* Timers that send signals or are read, signals that are read, and clocks. */
#include "guest.h"

#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>

static volatile int caught, caught_value, caught_code;

static void handler(int, siginfo_t *info, void *)
{
	caught++;
	caught_value = info->si_value.sival_int;
	caught_code = info->si_code;
}

static void pause_ms(long ms)
{
	struct timespec ts = {0, ms * 1000000};

	while (nanosleep(&ts, &ts) < 0)
		;
}

static void read_timers(void)
{
	struct itimerspec often = {{0, 2000000}, {0, 1000000}}, now, none = {{0, 0}, {0, 0}};
	struct itimerspec bad = {{0, 0}, {0, 1000000000}}, past = {{0, 0}, {1, 0}};
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	struct pollfd p = {fd, POLLIN, 0};
	uint64_t n = 0;

	same("another clock", RAW(SYS_timerfd_create, 2, 0), -EINVAL);
	same("another flag", RAW(SYS_timerfd_create, 1, 1), -EINVAL);
	same("not set", RAW(SYS_read, fd, &n, 8), -EAGAIN);
	same("a bad time", RAW(SYS_timerfd_settime, fd, 0, &bad, NULL), -EINVAL);
	same("a bad flag", RAW(SYS_timerfd_settime, fd, 4, &often, NULL), -EINVAL);
	same("no timer", RAW(SYS_timerfd_settime, 0, 0, &often, NULL), -EINVAL);
	same("set", timerfd_settime(fd, 0, &often, NULL), 0);
	same("poll", poll(&p, 1, 1000), 1);
	pause_ms(20);
	same("too short", RAW(SYS_read, fd, &n, 4), -EINVAL);
	same("read", read(fd, &n, 8), 8);
	holds("more than once", n >= 5 && n < 1000);
	same("get", timerfd_gettime(fd, &now), 0);
	holds("soon again", now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 2000000);
	same("its interval", now.it_interval.tv_nsec, 2000000);
	same("stop", timerfd_settime(fd, 0, &none, &now), 0);
	same("the old interval", now.it_interval.tv_nsec, 2000000);
	pause_ms(5);
	same("nothing came", RAW(SYS_read, fd, &n, 8), -EAGAIN);
	same("writing", RAW(SYS_write, fd, &n, 8), -EINVAL);
	close(fd);
	fd = timerfd_create(CLOCK_REALTIME, 0);
	same("long ago", timerfd_settime(fd, TFD_TIMER_ABSTIME, &past, NULL), 0);
	same("goes off at once", read(fd, &n, 8), 8);
	same("once", n, 1);
	close(fd);
}

static void read_signals(void)
{
	struct signalfd_siginfo info[2];
	sigset_t set, other;
	int fd;
	struct pollfd p = {.events = POLLIN};
	pid_t child;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p.fd = fd = signalfd(-1, &set, SFD_NONBLOCK);
	same("a short set", RAW(SYS_signalfd4, -1, &set, 4, 0), -EINVAL);
	same("no signalfd", RAW(SYS_signalfd4, 0, &set, 8, 0), -EINVAL);
	same("nothing", RAW(SYS_read, fd, info, sizeof(info)), -EAGAIN);
	same("not ready", poll(&p, 1, 0), 0);
	raise(SIGUSR1);
	same("ready", poll(&p, 1, 0), 1);
	same("too short", RAW(SYS_read, fd, info, 64), -EINVAL);
	same("one", read(fd, info, sizeof(info)), sizeof(info[0]));
	same("this one", info[0].ssi_signo, SIGUSR1);
	same("by", info[0].ssi_pid, getpid());
	sigemptyset(&other);
	sigaddset(&other, SIGCHLD);
	same("another set", signalfd(fd, &other, 0), fd);
	raise(SIGUSR1);
	same("does not have it", RAW(SYS_read, fd, info, sizeof(info)), -EAGAIN);
	child = fork();
	if (child == 0)
		_exit(5);
	same("a child ended", poll(&p, 1, 1000), 1);
	same("it is read", read(fd, info, sizeof(info)), sizeof(info[0]));
	same("its status", info[0].ssi_status, 5);
	waitpid(child, NULL, 0);
	close(fd);
	signal(SIGUSR1, SIG_IGN);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void signal_timers(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	struct sigevent e = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR2};
	struct itimerspec often = {{0, 1000000}, {0, 1000000}}, once = {{0, 0}, {0, 1000000}}, now;
	sigset_t set;
	siginfo_t info;
	int id = -1, id2 = -1;

	sigaction(SIGUSR2, &sa, NULL);
	e.sigev_value.sival_int = 77;
	same("create", RAW(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), 0);
	same("the first", id, 0);
	same("a second", RAW(SYS_timer_create, CLOCK_REALTIME, &e, &id2), 0);
	same("has another number", id2, 1);
	same("delete", RAW(SYS_timer_delete, id2), 0);
	same("again", RAW(SYS_timer_delete, id2), -EINVAL);
	same("another clock", RAW(SYS_timer_create, 77, &e, &id2), -EINVAL);
	e.sigev_notify = 99;
	same("another way", RAW(SYS_timer_create, CLOCK_MONOTONIC, &e, &id2), -EINVAL);
	same("set", RAW(SYS_timer_settime, id, 0, &once, NULL), 0);
	for (int i = 0; i < 100 && !caught; i++)
		pause_ms(1);
	same("it came", caught, 1);
	same("with its value", caught_value, 77);
	same("from a timer", caught_code, SI_TIMER);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, NULL);
	same("often", RAW(SYS_timer_settime, id, 0, &often, NULL), 0);
	pause_ms(20);
	same("it waits", sigwaitinfo(&set, &info), SIGUSR2);
	holds("missed some", info.si_overrun >= 5);
	same("the same", RAW(SYS_timer_getoverrun, id), info.si_overrun);
	same("get", RAW(SYS_timer_gettime, id, &now), 0);
	same("interval", now.it_interval.tv_nsec, 1000000);
	same("gone", RAW(SYS_timer_delete, id), 0);
	same("no such", RAW(SYS_timer_gettime, id, &now), -EINVAL);
	e.sigev_notify = SIGEV_NONE;
	same("nobody is told", RAW(SYS_timer_create, CLOCK_MONOTONIC, &e, &id), 0);
	once.it_value.tv_sec = 100;
	RAW(SYS_timer_settime, id, 0, &once, NULL);
	RAW(SYS_timer_gettime, id, &now);
	holds("but it runs", now.it_value.tv_sec == 99 || now.it_value.tv_sec == 100);
	RAW(SYS_timer_delete, id);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void cpu_timers(void)
{
	struct sigaction sa = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};
	struct itimerval soon = {{0, 0}, {0, 20000}}, now;

	caught = 0;
	sigaction(SIGVTALRM, &sa, NULL);
	sigaction(SIGPROF, &sa, NULL);
	same("ITIMER_PROF", setitimer(ITIMER_PROF, &soon, NULL), 0);
	same("get", getitimer(ITIMER_PROF, &now), 0);
	holds("runs", now.it_value.tv_usec > 0);
	while (!caught)
		;
	same("came", caught, 1);
	same("ITIMER_VIRTUAL", setitimer(ITIMER_VIRTUAL, &soon, NULL), 0);
	while (caught < 2)
		;
	same("came too", caught, 2);
	same("no such timer", RAW(SYS_getitimer, 3, &now), -EINVAL);
}

static void clocks(void)
{
	struct timespec ts, left = {7, 7}, then;
	struct timex tx = {.modes = 0};
	clockid_t clock;

	same("resolution", clock_getres(CLOCK_MONOTONIC, &ts) ? -1 : ts.tv_nsec, 1);
	same("of the coarse", clock_getres(CLOCK_REALTIME_COARSE, &ts) ? -1 : ts.tv_nsec, 4000000);
	same("no such clock", RAW(SYS_clock_gettime, 77, &ts), -EINVAL);
	same("TAI", clock_gettime(CLOCK_TAI, &ts), 0);
	same("a process's clock", clock_getcpuclockid(getpid(), &clock), 0);
	same("it counts", clock_gettime(clock, &ts), 0);
	same("nobody's", RAW(SYS_clock_gettime, ~30000 * 8 + 2, &ts), -EINVAL);
	same("monotonic can't be set", RAW(SYS_clock_settime, CLOCK_MONOTONIC, &ts), -EINVAL);
	ts.tv_nsec = 1000000000;
	same("a bad time", RAW(SYS_clock_settime, CLOCK_REALTIME, &ts), -EINVAL);
	clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += 1000;
	same("set", clock_settime(CLOCK_REALTIME, &ts), 0);
	clock_gettime(CLOCK_REALTIME, &then);
	holds("is set", then.tv_sec - ts.tv_sec < 2 && then.tv_sec >= ts.tv_sec);
	ts.tv_sec -= 1000;
	clock_settime(CLOCK_REALTIME, &ts);
	ts.tv_sec -= 10;
	same("sleep until a time gone", RAW(SYS_clock_nanosleep, CLOCK_REALTIME, 1, &ts, &left), 0);
	same("nothing is written", left.tv_sec, 7);
	same("by the CPU's", RAW(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ts, 0), -EOPNOTSUPP);
	same("adjtimex", adjtimex(&tx) >= 0, 1);
	same("tick", tx.tick, 10000);
}

static void run(void)
{
	read_timers();
	read_signals();
	signal_timers();
	cpu_timers();
	clocks();
}

const struct suite timer_suite = {"timer", run};
