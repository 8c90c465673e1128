/* poll and ppoll. */
#include "syscall/poll.h"

#include "arch/time.h"
#include "mm/kmem.h"
#include "proc/signal.h"
#include "sched/sched.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define NS_PER_MS 1000000ull

static uint32_t poll_one(const struct poll_request *p, struct poll_entry *e)
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
static long look(struct poll_request *fds, size_t n, struct poll_entry *entries)
{
	long ready = 0;

	for (size_t i = 0; i < n; i++) {
		fds[i].revents = (int16_t)poll_one(&fds[i], entries ? &entries[i] : NULL);
		ready += fds[i].revents != 0;
	}
	return ready;
}

static void wake_sleeper(struct waiter *w)
{
	sched_wake(w->ctx);
}

static long sleep_on(struct poll_request *fds, size_t n, uint64_t deadline)
{
	struct poll_entry *entries = kmem_zalloc(MAX(n, 1ul) * sizeof(*entries));
	long ready;
	int err = 0;

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		entries[i].told = wake_sleeper;
		entries[i].ctx = thread_current();
		entries[i].file = fds[i].fd < 0 ? NULL : user_file_get((uint64_t)fds[i].fd);
	}
	ready = look(fds, n, entries);
	while (!ready && !err) {
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

long poll_files(struct poll_request *fds, size_t n, uint64_t deadline_ns)
{
	long ready = look(fds, n, NULL);

	if (ready || (deadline_ns != WAIT_FOREVER && arch_time_ns() >= deadline_ns))
		return ready;
	return sleep_on(fds, n, deadline_ns);
}

static long poll_until(uint64_t fds_at, uint64_t n, uint64_t deadline)
{
	struct poll_request few[16], *fds = few;
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
		ready = poll_files(fds, n, deadline);
	/* Only the answers: the rest stays the user's. */
	for (size_t i = 0; i < n && ready >= 0; i++)
		if (put_user_half(fds_at + i * sizeof(*fds) +
					  offsetof(struct poll_request, revents),
				  (uint16_t)fds[i].revents) < 0)
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

int poll_deadline(uint64_t from, uint64_t *deadline)
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

int poll_use_mask(uint64_t mask, uint64_t size)
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
	int err = poll_deadline(timeout, &deadline);

	if (!err)
		err = poll_use_mask(mask, mask_size);
	return err ? err : poll_until(fds, n, deadline);
}
