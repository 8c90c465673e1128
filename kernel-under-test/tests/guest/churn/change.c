/* Operations on memory. */
#include "churn.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

/* Held for reading by who replaces a page of `region`, for writing by who moves it. */
static pthread_rwlock_t place = PTHREAD_RWLOCK_INITIALIZER;

/* The kernel copies the page into a file and back, faulting or not. */
static void through_file(int fd, volatile uint64_t *page, long at)
{
	char *bytes = (char *)page;

	for (size_t done = 0; done < PAGE;) {
		ssize_t n = pwrite(fd, bytes + done, PAGE - done, at * (long)PAGE + (long)done);

		if (n < 0 && errno != EFAULT)
			return;
		done += n > 0 ? (size_t)n : 0;
		if (n <= 0)
			sched_yield();
	}
	while (!TRY(write_stamp(page, 0x5555)))
		sched_yield();
	for (size_t done = 0; done < PAGE;) {
		ssize_t n = pread(fd, bytes + done, PAGE - done, at * (long)PAGE + (long)done);

		done += n > 0 ? (size_t)n : 0;
		if (n <= 0)
			sched_yield();
	}
}

void change_own(int me, int own_file, long at, uint64_t *expected)
{
	volatile uint64_t *page = page_at(region, at);

	check_own("private", page, at, *expected);
	switch (any(8)) {
	case 0:
		if (madvise((void *)page, PAGE, MADV_DONTNEED) == 0)
			*expected = 0;
		break;
	case 1:
		pthread_rwlock_rdlock(&place);
		if (mmap((void *)page, PAGE, RW, ANON | MAP_FIXED, -1, 0) != MAP_FAILED)
			*expected = 0;
		pthread_rwlock_unlock(&place);
		break;
	case 2:
		through_file(own_file, page, at);
		break;
	default:
		*expected = stamp(me, at, TIMES(*expected) + 1);
		write_own(page, *expected);
	}
	check_own("private, then", page, at, *expected);
}

void change_shared(int me, int which, long at, uint64_t *expected)
{
	volatile uint64_t *page = page_at(shared[which], at);
	char bytes[PAGE];

	check_own("shared", page, at, *expected);
	switch (any(6)) {
	case 0:
		madvise((void *)page, PAGE, MADV_DONTNEED);
		break;
	case 1:
		if (which)
			mmap((void *)page, PAGE, RW, MAP_SHARED | MAP_FIXED, file, at * (long)PAGE);
		break;
	case 2:
		*expected = stamp(me, at, TIMES(*expected) + 1);
		if (which) {
			memset(bytes, 0, sizeof(bytes));
			write_stamp((uint64_t *)bytes, *expected);
			if (pwrite(file, bytes, PAGE, at * (long)PAGE) == PAGE)
				break;
		}
		/* Fall through. */
	default:
		*expected = stamp(me, at, TIMES(*expected) + 1);
		write_own(page, *expected);
	}
	check_own("shared, then", page, at, *expected);
}

static __attribute__((noinline)) uint64_t exchange(volatile uint64_t *word, uint64_t next)
{
	volatile uint64_t was = 0;

	while (!TRY(was = *word; *word = next))
		sched_yield();
	return was;
}

void tally(int number, uint64_t *times)
{
	for (long i = 0; i < TALLIES; i++) {
		uint64_t was = exchange(page_at(region, PAGES + i) + number, *times + 1);

		if (was != *times)
			say("tally", i, was, *times);
	}
	++*times;
}

void come_and_go(int me)
{
	long n = 1 + (long)any(any(8) ? 16 : 1100), more = n + (long)any(16), cut;
	volatile uint64_t *p = mmap(NULL, (size_t)n * PAGE, RW, ANON, -1, 0), *q;

	if (p == MAP_FAILED)
		return;
	for (long i = 0; i < n; i++) {
		if (*spot(page_at(p, i), 0) || *spot(page_at(p, i), 3))
			say("fresh", i, *spot(page_at(p, i), 0), 0);
		write_stamp(page_at(p, i), stamp(me, i, 1));
	}
	q = mremap((void *)p, (size_t)n * PAGE, (size_t)more * PAGE, MREMAP_MAYMOVE);
	if (q != MAP_FAILED)
		p = q;
	else
		more = n;
	cut = 1 + (long)any((uint64_t)more);
	/* The end belongs to another thread as soon as it is unmapped. */
	munmap((void *)page_at(p, cut), (size_t)(more - cut) * PAGE);
	for (long i = 0; i < cut; i++)
		check_own("moved", page_at(p, i), i, i < n ? stamp(me, i, 1) : 0);
	munmap((void *)p, (size_t)cut * PAGE);
}

void cut_file(int me)
{
	volatile uint64_t *p;
	uint64_t is = 0;

	if (any(2)) {
		ftruncate(file, SHARED_PAGES * (long)PAGE + (long)any(4) * (long)PAGE);
		return;
	}
	p = mmap(NULL, PAGE, RW, any(2) ? MAP_SHARED : MAP_PRIVATE, file,
		 (SHARED_PAGES + (long)any(4)) * (long)PAGE);
	if (p == MAP_FAILED)
		return;
	if (TRY(is = *spot(p, 1)) && is >> 32 != 0x77770000 && is)
		say("tail", me, is, 0);
	(void)TRY(*spot(p, 1) = 0x7777000000000000ul);
	munmap((void *)p, PAGE);
}

/* A mapping made by the first thread, all of whose pages every thread touches at once. */
#define RUSH_PAGES 40

static struct {
	_Atomic(volatile uint64_t *) at;
	atomic_long turn, arrived;
} fresh;

void join_rush(int number)
{
	static _Thread_local long seen;
	long turn = atomic_load(&fresh.turn);
	volatile uint64_t *at = atomic_load(&fresh.at);

	if (turn == seen)
		return;
	seen = turn;
	for (long i = 0; i < RUSH_PAGES; i++)
		page_at(at, i)[number] = stamp(number, i, (uint64_t)turn);
	atomic_fetch_add(&fresh.arrived, 1);
}

static void rush(void)
{
	int flags = any(2) ? ANON : MAP_SHARED | MAP_ANONYMOUS;
	volatile uint64_t *at = mmap(NULL, RUSH_PAGES * PAGE, RW, flags, -1, 0);

	if (at == MAP_FAILED)
		return;
	atomic_store(&fresh.arrived, 0);
	atomic_store(&fresh.at, at);
	atomic_fetch_add(&fresh.turn, 1);
	join_rush(0);
	while (atomic_load(&fresh.arrived) < THREADS) {
		/* Threads that have ended do not come, and late ones must not be waited for. */
		if (over())
			return;
		sched_yield();
	}
	for (long i = 0; i < RUSH_PAGES; i++)
		for (int t = 0; t < THREADS; t++)
			if (page_at(at, i)[t] != stamp(t, i, (uint64_t)atomic_load(&fresh.turn)))
				say("rush", i, page_at(at, i)[t], (uint64_t)t);
	munmap((void *)at, RUSH_PAGES * PAGE);
}

/* In a child: its copy is a snapshot, stays unchanged, and is private. */
static void be_copy(int parent)
{
	static uint64_t first[PAGES], is[SPOTS];

	if (mprotect((void *)region, REGION, RW) < 0)
		_exit(0);
	for (long at = 0; at < PAGES; at++) {
		int writer = parent * THREADS + (int)(at % THREADS);

		read_stamp(page_at(region, at), is);
		for (int i = 0; i < SPOTS; i++)
			if (is[i] != 0x5555)
				check_other("copy", is[i], writer, at);
		first[at] = is[SPOTS - 1];
	}
	for (int turn = 0; turn < 3; turn++) {
		sched_yield();
		for (long at = 0; at < PAGES; at++)
			if (*spot(page_at(region, at), SPOTS - 1) != first[at])
				say("copy, later", at, *spot(page_at(region, at), SPOTS - 1),
				    first[at]);
	}
	for (long at = 0; at < PAGES; at++)
		write_stamp(page_at(region, at), stamp(99, at, 1));
	sched_yield();
	for (long at = 0; at < PAGES; at++)
		if (*spot(page_at(region, at), 2) != stamp(99, at, 1))
			say("copy, written", at, *spot(page_at(region, at), 2), stamp(99, at, 1));
	if (any(2))
		execl("/init", "/init", "nothing", NULL);
	_exit(0);
}

void disturb(int process)
{
	static unsigned int turn = 2;
	size_t from = any(PAGES), len = 1 + any(PAGES - from);
	volatile uint64_t *at = page_at(region, (long)from);
	pid_t child;

	/* The first is a fork. */
	switch (turn++ % 7) {
	case 0:
		mprotect((void *)at, len * PAGE, any(2) ? PROT_READ : PROT_NONE);
		while (mprotect((void *)region, REGION, RW) < 0 && !over())
			sched_yield();
		break;
	case 1:
		pthread_rwlock_wrlock(&place);
		if (mremap((void *)region, REGION, REGION, MREMAP_MAYMOVE | MREMAP_FIXED,
			   (void *)aside) == (void *)aside)
			while (mremap((void *)aside, REGION, REGION, MREMAP_MAYMOVE | MREMAP_FIXED,
				      (void *)region) == MAP_FAILED)
				sched_yield();
		pthread_rwlock_unlock(&place);
		break;
	case 2:
		atomic_fetch_add(&counts->forks, 1);
		/* A region moved aside would not be where the child looks for it. */
		pthread_rwlock_rdlock(&place);
		child = fork();
		if (!child)
			be_copy(process);
		pthread_rwlock_unlock(&place);
		wait_for(child);
		break;
	case 3:
	case 4:
		rush();
		break;
	default:
		for (long i = 0; i < SHARED_PAGES; i++) {
			uint64_t is = 0;
			int which = (int)any(2);

			if (TRY(is = *spot(page_at(shared[which], i), (int)any(SPOTS))))
				check_other("another's", is, (int)(i % WRITERS), i);
		}
	}
}
