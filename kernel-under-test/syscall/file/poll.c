/* poll and ppoll. */
#include "syscall/file/poll.h"

#include "arch/spin.h"
#include "arch/time.h"
#include "mm/kmem.h"
#include "proc/signal/signal.h"
#include "sched/sched.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

/* Entries kept on the stack. */
#define POLL_ON_STACK 16

static inline uint32_t state_of(struct file *f, struct poll_entry *e, bool held)
{
	return held ? file_poll(f, e) : file_poll_unlocked(f, e);
}

/*
 * Fills in `revents`; with `entries` also subscribes, and polls the files held there. `held`: with
 * the kernel lock. False: the kernel lock is needed.
 */
static always_inline bool scan(struct poll_request *fds, size_t n, struct poll_entry *entries,
			       bool held, long *ready)
{
	const struct files *t = process_current()->files;

	*ready = 0;
	for (size_t i = 0; i < n; i++) {
		struct poll_request *p = &fds[i];
		struct poll_entry *e = entries ? &entries[i] : NULL;
		/* A negative number, cast, is beyond any table. */
		struct file *f = e ? e->file : files_find(t, (uint32_t)p->fd);
		uint32_t mask = likely(f) ? state_of(f, e, held) : p->fd < 0 ? 0 : POLL_NVAL;

		if (unlikely(mask & POLL_NEEDS_LOCK))
			return false;
		p->revents = (int16_t)(mask & ((uint16_t)p->events | POLL_ALWAYS));
		*ready += p->revents != 0;
	}
	return true;
}

struct sleeper {
	struct thread *thread;
	bool told;
};

static void wake_sleeper(struct waiter *w)
{
	struct sleeper *s = w->ctx;

	WRITE_ONCE(s->told, true);
	sched_wake(s->thread);
}

static void subscribe(struct poll_entry *entries, const struct poll_request *fds, size_t n,
		      struct sleeper *me)
{
	for (size_t i = 0; i < n; i++) {
		struct poll_entry *e = &entries[i];

		e->used = 0;
		e->gate = NULL;
		e->epoll = NULL;
		e->unlocked = true;
		e->notify = wake_sleeper;
		e->ctx = me;
		e->file = fds[i].fd < 0 ? NULL : user_file_get((uint64_t)fds[i].fd);
	}
}

static void unsubscribe(struct poll_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		poll_remove(&entries[i]);
		if (entries[i].file)
			file_put_unlocked(entries[i].file);
	}
}

static int sleep_until_event(uint64_t deadline, struct sleeper *me)
{
	int err = wait_until(deadline, &me->told);

	/* Cleared before the next scan: an event after that sets it again. */
	__atomic_store_n(&me->told, false, __ATOMIC_SEQ_CST);
	return err;
}

static long result(long ready, int err)
{
	return ready ? ready : err == -ETIMEDOUT ? 0 : -ERESTARTNOHAND;
}

/* Sleeps until an event or the deadline. False: the kernel lock is needed. */
static bool sleep_on(struct poll_request *fds, size_t n, struct poll_entry *entries,
		     uint64_t deadline, bool held, long *out)
{
	struct sleeper me = {thread_current(), false};
	bool scanned;
	long ready;
	int err = 0;

	subscribe(entries, fds, n, &me);
	scanned = scan(fds, n, entries, held, &ready);
	while (scanned && !ready && !err) {
		err = sleep_until_event(deadline, &me);
		scanned = scan(fds, n, NULL, held, &ready);
	}
	unsubscribe(entries, n);
	*out = result(ready, err);
	return scanned;
}

static bool has_expired(uint64_t deadline)
{
	return !deadline || (deadline != WAIT_FOREVER && arch_time_ns() >= deadline);
}

/* `looked`: scanned already without the kernel lock, and nothing was ready. */
static noinline long wait_for(struct poll_request *fds, size_t n, uint64_t deadline, bool scanned)
{
	struct poll_entry *allocated SCOPED(kmem_free) = NULL;
	struct poll_entry on_stack[POLL_ON_STACK], *entries = on_stack;
	long ready;

	if (n > POLL_ON_STACK) {
		entries = allocated = kmem_alloc(n * sizeof(*allocated));
		if (!allocated)
			return -ENOMEM;
	}
	if (scanned && sleep_on(fds, n, entries, deadline, false, &ready))
		return ready;
	KERNEL_SCOPE();
	scan(fds, n, NULL, true, &ready);
	if (!ready && !has_expired(deadline))
		sleep_on(fds, n, entries, deadline, true, &ready);
	return ready;
}

static always_inline long scan_or_wait(struct poll_request *fds, size_t n, uint64_t deadline)
{
	long ready;
	bool scanned = scan(fds, n, NULL, false, &ready);

	return likely(scanned) && (ready || has_expired(deadline))
		       ? ready
		       : wait_for(fds, n, deadline, scanned);
}

long poll_files(struct poll_request *fds, size_t n, uint64_t deadline_ns)
{
	return scan_or_wait(fds, n, deadline_ns);
}

/* Copies back only `revents`. */
static always_inline long poll_copied(struct poll_request *fds, uint64_t fds_at, size_t n,
				      uint64_t deadline)
{
	long ready = copy_from_user(fds, fds_at, n * sizeof(*fds));

	if (likely(!ready))
		ready = scan_or_wait(fds, n, deadline);
	if (likely(ready >= 0) &&
	    unlikely(copy_to_user_u16_stride8(fds_at + offsetof(struct poll_request, revents),
					      &fds->revents, n)))
		return -EFAULT;
	return ready;
}

static noinline long poll_many(uint64_t fds_at, uint64_t n, uint64_t deadline)
{
	struct poll_request *fds SCOPED(kmem_free) = NULL;

	if (n > process_current()->files->limit)
		return -EINVAL;
	fds = kmem_alloc(n * sizeof(*fds));
	return fds ? poll_copied(fds, fds_at, n, deadline) : -ENOMEM;
}

static long poll_users(uint64_t fds_at, uint64_t n, uint64_t deadline)
{
	struct poll_request on_stack[POLL_ON_STACK];

	return likely(n <= POLL_ON_STACK) ? poll_copied(on_stack, fds_at, n, deadline)
					  : poll_many(fds_at, n, deadline);
}

static long poll_again(const struct restart *r);

/* poll() takes a relative timeout: a restart must go on with the same deadline. */
static long make_restartable(long ready, uint64_t fds, uint64_t n, uint64_t deadline)
{
	if (likely(ready != -ERESTARTNOHAND))
		return ready;
	thread_current()->restart = (struct restart){poll_again, deadline, {fds, n}};
	return -ERESTART_RESTARTBLOCK;
}

static long poll_again(const struct restart *r)
{
	return make_restartable(poll_users(r->args[0], r->args[1], r->deadline), r->args[0],
				r->args[1], r->deadline);
}

/* These run without the kernel lock, unless a file needs it. */
long sys_poll(uint64_t fds, uint64_t n, uint64_t timeout_ms)
{
	int ms = (int)timeout_ms;
	uint64_t deadline = ms < 0 ? WAIT_FOREVER
			    : ms   ? arch_time_ns() + (uint64_t)ms * NS_PER_MS
				   : 0;

	return make_restartable(poll_users(fds, n, deadline), fds, n, deadline);
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
		*deadline = ns ? arch_time_ns() + ns : 0;
	return err;
}

long poll_write_remaining(long ret, uint64_t deadline, uint64_t timeout, uint64_t unit_ns)
{
	struct user_time left = time_left(deadline);

	left.part /= (int64_t)unit_ns;
	if (!(process_current()->personality & PERSONALITY_STICKY) &&
	    copy_to_user(timeout, &left, sizeof(left)) == 0)
		return ret;
	/* A restart would begin with the full timeout again. */
	return ret == -ERESTARTNOHAND ? -EINTR : ret;
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
	KERNEL_SCOPE_NESTED();
	signal_set_blocked_for_sleep(set);
	return 0;
}

long sys_ppoll(uint64_t fds, uint64_t n, uint64_t timeout, uint64_t mask, uint64_t mask_size)
{
	uint64_t deadline;
	long ret = poll_deadline(timeout, &deadline);

	if (!ret)
		ret = poll_use_mask(mask, mask_size);
	if (ret)
		return ret;
	return poll_finish(poll_users(fds, n, deadline), deadline, timeout, 1);
}
