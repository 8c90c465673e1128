/* poll, select, epoll and eventfd. */
#include "arch/time.h"
#include "ipc/epoll.h"
#include "ipc/eventfd.h"
#include "mm/kmem.h"
#include "proc/signal.h"
#include "sched/sched.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define NS_PER_MS  1000000ull
#define NS_PER_SEC 1000000000ull

struct user_pollfd {
	int32_t fd;
	int16_t events, revents;
};

/* One poll or select: whom to wake, and whether somebody did already. */
struct sleeper {
	struct thread *thread;
	bool told;
};

static void sleeper_told(struct waiter *w)
{
	struct sleeper *s = w->ctx;

	s->told = true;
	sched_wake(s->thread);
}

static uint32_t poll_one(const struct user_pollfd *p, struct poll_entry *e)
{
	struct file *f;

	if (p->fd < 0)
		return 0;
	f = user_file((uint64_t)p->fd);
	if (!f)
		return POLL_NVAL;
	return file_poll(f, e) & ((uint16_t)p->events | POLL_ALWAYS);
}

/* Fills in `revents`; with `entries` also subscribes to each. How many are ready. */
static long look(struct user_pollfd *fds, size_t n, struct poll_entry *entries)
{
	long ready = 0;

	for (size_t i = 0; i < n; i++) {
		fds[i].revents = (int16_t)poll_one(&fds[i], entries ? &entries[i] : NULL);
		ready += fds[i].revents != 0;
	}
	return ready;
}

static long sleep_on(struct user_pollfd *fds, size_t n, uint64_t deadline)
{
	struct sleeper s = {thread_current(), false};
	struct poll_entry *entries = kmem_zalloc(MAX(n, 1ul) * sizeof(*entries));
	long ready;
	int err = 0;

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		entries[i].told = sleeper_told;
		entries[i].ctx = &s;
		entries[i].file = fds[i].fd < 0 ? NULL : user_file_get((uint64_t)fds[i].fd);
	}
	ready = look(fds, n, entries);
	while (!ready && !err) {
		s.told = false;
		err = wait_sleep_until(NULL, WAIT_INTERRUPTIBLE, deadline);
		ready = look(fds, n, NULL);
	}
	for (size_t i = 0; i < n; i++) {
		poll_remove(&entries[i]);
		if (entries[i].file)
			file_put(entries[i].file);
	}
	kmem_free(entries);
	return ready ? ready : err == -ETIMEDOUT ? 0 : -EINTR;
}

static long do_poll(struct user_pollfd *fds, size_t n, uint64_t deadline)
{
	long ready = look(fds, n, NULL);

	if (ready || (deadline != WAIT_FOREVER && arch_time_ns() >= deadline))
		return ready;
	return sleep_on(fds, n, deadline);
}

static long poll_until(uint64_t fds_at, uint64_t n, uint64_t deadline)
{
	struct user_pollfd few[16], *fds = few;
	long ready;

	if (n > FILES_MAX)
		return -EINVAL;
	if (n > ARRAY_SIZE(few)) {
		fds = kmem_alloc(n * sizeof(*fds));
		if (!fds)
			return -ENOMEM;
	}
	ready = copy_from_user(fds, fds_at, n * sizeof(*fds));
	if (!ready)
		ready = do_poll(fds, n, deadline);
	/* Only the answers: the rest stays the user's. */
	for (size_t i = 0; i < n && ready >= 0; i++)
		if (copy_to_user(fds_at + i * sizeof(*fds) + offsetof(struct user_pollfd, revents),
				 &fds[i].revents, sizeof(fds[i].revents)) < 0)
			ready = -EFAULT;
	if (fds != few)
		kmem_free(fds);
	return ready;
}

long sys_poll(uint64_t fds, uint64_t n, uint64_t timeout_ms)
{
	int ms = (int)timeout_ms;

	return poll_until(fds, n,
			  ms < 0 ? WAIT_FOREVER : arch_time_ns() + (uint64_t)ms * NS_PER_MS);
}

/* A deadline from a relative timespec at `from`; 0: none. */
static int get_deadline(uint64_t from, uint64_t *deadline)
{
	uint64_t ns;
	int err;

	*deadline = WAIT_FOREVER;
	if (!from)
		return 0;
	err = time_get_user(from, &ns);
	if (!err)
		*deadline = arch_time_ns() + ns;
	return err;
}

/* Puts another signal mask in place for the time of the sleep. */
static int use_mask(uint64_t mask, uint64_t size)
{
	uint64_t set;

	if (!mask)
		return 0;
	if (size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)) < 0)
		return -EFAULT;
	signal_set_blocked_for_sleep(set);
	return 0;
}

long sys_ppoll(uint64_t fds, uint64_t n, uint64_t timeout, uint64_t mask, uint64_t mask_size)
{
	uint64_t deadline;
	int err = get_deadline(timeout, &deadline);

	if (!err)
		err = use_mask(mask, mask_size);
	return err ? err : poll_until(fds, n, deadline);
}

#define SET_WORDS (FILES_MAX / 64)

/* What each of the three sets of select() asks for, and what answers it. */
static const struct {
	uint32_t ask, answer;
} kinds[3] = {
	{POLL_IN, POLL_READABLE | POLL_HUP | POLL_ERR},
	{POLL_OUT, POLL_WRITABLE | POLL_ERR},
	{POLL_PRI, POLL_PRI},
};

static int read_sets(const uint64_t at[3], uint64_t n, uint64_t sets[3][SET_WORDS])
{
	for (int k = 0; k < 3; k++) {
		for (size_t w = 0; w < SET_WORDS; w++)
			sets[k][w] = 0;
		if (at[k] && copy_from_user(sets[k], at[k], ALIGN_UP(n, 64) / 8) < 0)
			return -EFAULT;
		if (n % 64)
			sets[k][n / 64] &= BIT(n % 64) - 1;
	}
	return 0;
}

static long do_select(uint64_t n, const uint64_t at[3], uint64_t deadline)
{
	uint64_t sets[3][SET_WORDS];
	struct user_pollfd *fds;
	size_t count = 0;
	long ready = 0, err;

	if (n > FILES_MAX)
		return -EINVAL;
	err = read_sets(at, n, sets);
	if (err)
		return err;
	fds = kmem_alloc(MAX(n, 1ul) * sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	for (size_t w = 0; w < ALIGN_UP(n, 64) / 64; w++) {
		for (uint64_t b = sets[0][w] | sets[1][w] | sets[2][w]; b; b &= b - 1) {
			int fd = (int)(w * 64) + __builtin_ctzll(b);
			uint32_t events = 0;

			for (int k = 0; k < 3; k++)
				if (sets[k][w] & BIT(fd % 64))
					events |= kinds[k].ask;
			if (!user_file((uint64_t)fd)) {
				kmem_free(fds);
				return -EBADF;
			}
			fds[count++] = (struct user_pollfd){fd, (int16_t)events, 0};
		}
	}
	err = do_poll(fds, count, deadline);
	for (size_t i = 0; i < count; i++) {
		uint64_t bit = BIT(fds[i].fd % 64);
		size_t w = (size_t)fds[i].fd / 64;

		for (int k = 0; k < 3; k++) {
			if (!(sets[k][w] & bit))
				continue;
			if ((uint16_t)fds[i].revents & kinds[k].answer)
				ready++;
			else
				sets[k][w] &= ~bit;
		}
	}
	kmem_free(fds);
	if (err < 0)
		return err;
	for (int k = 0; k < 3; k++)
		if (at[k] && copy_to_user(at[k], sets[k], ALIGN_UP(n, 64) / 8) < 0)
			return -EFAULT;
	return ready;
}

long sys_select(uint64_t n, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout)
{
	const uint64_t at[3] = {in, out, except};
	uint64_t deadline = WAIT_FOREVER;
	int64_t tv[2];

	if (timeout) {
		if (copy_from_user(tv, timeout, sizeof(tv)) < 0)
			return -EFAULT;
		if (tv[0] < 0 || tv[1] < 0)
			return -EINVAL;
		deadline = arch_time_ns() +
			   MIN((uint64_t)tv[0], UINT64_MAX / 4 / NS_PER_SEC) * NS_PER_SEC +
			   MIN((uint64_t)tv[1], 1000000ull) * 1000;
	}
	return do_select(n, at, deadline);
}

long sys_pselect6(uint64_t n, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout,
		  uint64_t mask)
{
	const uint64_t at[3] = {in, out, except};
	uint64_t deadline, m[2];
	int err = get_deadline(timeout, &deadline);

	if (!err && mask) {
		err = copy_from_user(m, mask, sizeof(m));
		if (!err)
			err = use_mask(m[0], m[1]);
	}
	return err ? err : do_select(n, at, deadline);
}

static long install(struct file *f, bool cloexec)
{
	int fd = files_add(process_current()->files, f, 0, cloexec);

	if (fd < 0)
		file_put(f);
	return fd;
}

long sys_epoll_create1(uint64_t flags)
{
	struct file *f;
	int err;

	if (flags & ~(uint64_t)O_CLOEXEC)
		return -EINVAL;
	err = epoll_create(&f);
	return err ? err : install(f, flags & O_CLOEXEC);
}

long sys_epoll_create(uint64_t size)
{
	return (int)size > 0 ? sys_epoll_create1(0) : -EINVAL;
}

long sys_epoll_ctl(uint64_t set, uint64_t op, uint64_t fd, uint64_t event)
{
	struct file *s = user_file(set), *f = user_file(fd);
	struct epoll_event e = {0};

	if (!s || !f)
		return -EBADF;
	if (op != EPOLL_CTL_DEL && copy_from_user(&e, event, sizeof(e)) < 0)
		return -EFAULT;
	return epoll_control(s, (int)op, f, (int)fd, &e);
}

static long wait_for(uint64_t set, uint64_t events, uint64_t max, uint64_t deadline)
{
	struct file *s;
	long n;

	if ((int)max <= 0 || max > INT32_MAX / sizeof(struct epoll_event))
		return -EINVAL;
	s = user_file_get(set);
	if (!s)
		return -EBADF;
	n = epoll_wait(s, events, (unsigned int)max, deadline);
	file_put(s);
	return n;
}

long sys_epoll_wait(uint64_t set, uint64_t events, uint64_t max, uint64_t timeout_ms)
{
	int ms = (int)timeout_ms;

	return wait_for(set, events, max,
			ms < 0 ? WAIT_FOREVER : arch_time_ns() + (uint64_t)ms * NS_PER_MS);
}

long sys_epoll_pwait(uint64_t set, uint64_t events, uint64_t max, uint64_t timeout_ms,
		     uint64_t mask, uint64_t mask_size)
{
	int err = use_mask(mask, mask_size);

	return err ? err : sys_epoll_wait(set, events, max, timeout_ms);
}

long sys_eventfd2(uint64_t count, uint64_t flags)
{
	struct file *f;
	int err;

	if (flags & ~(uint64_t)(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	err = eventfd_create((uint32_t)count, flags & EFD_SEMAPHORE, flags & O_NONBLOCK, &f);
	return err ? err : install(f, flags & O_CLOEXEC);
}

long sys_eventfd(uint64_t count)
{
	return sys_eventfd2(count, 0);
}
