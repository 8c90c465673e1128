/* Clocks and sleeping. */
#include "guest.h"

#include <sched.h>
#include <sys/time.h>

static long us_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (now.tv_sec - start->tv_sec) * 1000000 + (now.tv_nsec - start->tv_nsec) / 1000;
}

static void clocks(void)
{
	struct timespec a, b;
	struct timeval tv;
	int back = 0;

	clock_gettime(CLOCK_MONOTONIC, &a);
	for (int i = 0; i < 2000; i++) {
		clock_gettime(CLOCK_MONOTONIC, &b);
		back += b.tv_sec < a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec < a.tv_nsec);
		back += b.tv_nsec < 0 || b.tv_nsec >= 1000000000;
		a = b;
	}
	same("it never goes back", back, 0);
	clock_gettime(CLOCK_REALTIME, &a);
	gettimeofday(&tv, NULL);
	holds("two calls, one time", tv.tv_sec - a.tv_sec <= 1 && tv.tv_usec < 1000000);
	holds("time()", time(NULL) - a.tv_sec <= 1);
	holds("the date comes from the battery clock", a.tv_sec > 1700000000);
	same("an unknown clock", RAW(SYS_clock_gettime, 99, &a), -EINVAL);
	same("to nowhere", RAW(SYS_clock_gettime, CLOCK_REALTIME, (void *)8), -EFAULT);
	same("its step", RAW(SYS_clock_getres, CLOCK_MONOTONIC, &a), 0);
	same("the step of an unknown clock", RAW(SYS_clock_getres, 99, &a), -EINVAL);
}

static void sleeping(void)
{
	struct timespec start, t = {0, 20000000};
	long us;

	clock_gettime(CLOCK_MONOTONIC, &start);
	same("nanosleep", nanosleep(&t, NULL), 0);
	us = us_since(&start);
	holds("not too short", us >= 20000);
	holds("nor absurdly long", us < 5000000);
	clock_gettime(CLOCK_MONOTONIC, &t);
	start = t;
	t.tv_nsec += 20000000;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	same("until a time", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL), 0);
	holds("that has come", us_since(&start) >= 20000);
	same("until a time long past", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &start, NULL), 0);
	t = (struct timespec){0, 1000000000};
	same("too many nanoseconds", RAW(SYS_nanosleep, &t, NULL), -EINVAL);
	t = (struct timespec){-1, 0};
	same("a negative time", RAW(SYS_nanosleep, &t, NULL), -EINVAL);
	t = (struct timespec){0, -1};
	same("negative nanoseconds", RAW(SYS_nanosleep, &t, NULL), -EINVAL);
	same("a bad pointer", RAW(SYS_nanosleep, (void *)8, NULL), -EFAULT);
	t = (struct timespec){0, 0};
	same("no time at all", nanosleep(&t, NULL), 0);
	same("by an unknown clock", RAW(SYS_clock_nanosleep, 99, 0, &t, NULL), -EINVAL);
}

/* Those that sleep longer wake later, whatever the order they went to sleep in. */
static void order(void)
{
	static const int ms[] = {60, 20, 80, 40};
	int ends[2], got[4], sum = 0;

	if (pipe(ends))
		_exit(1);
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			usleep((unsigned int)ms[i] * 1000);
			(void)!write(ends[1], &ms[i], sizeof(int));
			_exit(0);
		}
	for (int i = 0; i < 4; i++)
		sum += read(ends[0], &got[i], sizeof(int)) == sizeof(int);
	while (wait(NULL) > 0)
		;
	same("all woke", sum, 4);
	holds("in order", got[0] == 20 && got[1] == 40 && got[2] == 60 && got[3] == 80);
	close(ends[0]);
	close(ends[1]);
}

static void sleeps_for_ever(void)
{
	struct timespec t = {1l << 40, 0};

	nanosleep(&t, NULL);
}

static void killed_asleep(void)
{
	int status;
	pid_t child = fork();

	if (!child) {
		sleeps_for_ever();
		_exit(0);
	}
	usleep(10000);
	kill(child, SIGTERM);
	waitpid(child, &status, 0);
	same("a sleeper is killed", status, SIGTERM);
}

#define STOPPED_FOR 150 /* ms, in all */

static long sleep_relative(void)
{
	struct timespec t = {0, STOPPED_FOR * 1000000l};

	return RAW(SYS_nanosleep, &t, &t);
}

static long sleep_absolute(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_nsec += STOPPED_FOR * 1000000l;
	t.tv_sec += t.tv_nsec / 1000000000;
	t.tv_nsec %= 1000000000;
	return RAW(SYS_clock_nanosleep, CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static long sleep_in_poll(void)
{
	return RAW(SYS_poll, NULL, 0, STOPPED_FOR);
}

static void nothing(int)
{
}

/* The status of a child that is stopped while it sleeps, and goes on: 0 if it slept its time. */
static int stopped_asleep(long (*sleeps)(void), bool handler)
{
	struct timespec start;
	int status = -1;
	pid_t child = fork();

	if (!child) {
		if (handler)
			signal(SIGCONT, nothing);
		clock_gettime(CLOCK_MONOTONIC, &start);
		child_needs(sleeps() == (handler ? -EINTR : 0));
		child_needs(handler == (us_since(&start) < STOPPED_FOR * 1000));
		_exit(0);
	}
	usleep(30000);
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	usleep(30000);
	kill(child, SIGCONT);
	waitpid(child, &status, 0);
	return status;
}

static void stops(void)
{
	same("a stop ends no sleep", stopped_asleep(sleep_relative, false), 0);
	same("nor one until a time", stopped_asleep(sleep_absolute, false), 0);
	same("nor a poll", stopped_asleep(sleep_in_poll, false), 0);
	same("a handler does", stopped_asleep(sleep_relative, true), 0);
	same("of each", stopped_asleep(sleep_absolute, true), 0);
	same("and of a poll", stopped_asleep(sleep_in_poll, true), 0);
	same("nothing goes on that did not stop", RAW(SYS_restart_syscall), -EINTR);
}

static void run(void)
{
	stops();
	clocks();
	sleeping();
	order();
	killed_asleep();
}

const struct suite time_suite = {"time", run};
