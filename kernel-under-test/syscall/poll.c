/* poll and ppoll. */
#include "syscall/poll.h"

#include "arch/spin.h"
#include "arch/time.h"
#include "mm/kmem.h"
#include "proc/signal.h"
#include "sched/sched.h"
#include "syscall/time.h"
#include "syscall/user.h"

/* So many fit on the stack. */
#define FEW 16

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

static long answer(struct poll_request *p, uint32_t mask)
{
	p->revents = (int16_t)(mask & ((uint16_t)p->events | POLL_ALWAYS));
	return p->revents != 0;
}

/* Without the kernel lock. False: that takes it. */
static inline __attribute__((always_inline)) bool look_unlocked(struct poll_request *fds, size_t n,
								long *ready)
{
	*ready = 0;
	for (size_t i = 0; i < n; i++) {
		struct file *f = fds[i].fd < 0 ? NULL : user_file((uint64_t)fds[i].fd);
		uint32_t mask = POLL_READABLE | POLL_WRITABLE;

		if (fds[i].fd < 0)
			mask = 0;
		else if (!f)
			mask = POLL_NVAL;
		else if (f->ops->poll &&
			 !(f->ops->poll_unlocked && f->ops->poll_unlocked(f, &mask)))
			return false;
		*ready += answer(&fds[i], mask);
	}
	return true;
}

/* The same of the entries' files, to which each entry subscribes. */
static bool subscribe_unlocked(struct poll_request *fds, size_t n, struct poll_entry *entries,
			       long *ready)
{
	*ready = 0;
	for (size_t i = 0; i < n; i++) {
		struct poll_entry *e = &entries[i];
		uint32_t mask = POLL_READABLE | POLL_WRITABLE;

		if (!e->file)
			mask = fds[i].fd < 0 ? 0 : POLL_NVAL;
		else if (e->file->ops->poll &&
			 !(e->file->ops->subscribe_unlocked &&
			   e->file->ops->subscribe_unlocked(e->file, e, &mask)))
			return false;
		*ready += answer(&fds[i], mask);
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

static void begin(struct poll_entry *entries, const struct poll_request *fds, size_t n,
		  struct sleeper *me)
{
	for (size_t i = 0; i < n; i++) {
		struct poll_entry *e = &entries[i];

		e->used = 0;
		e->gate = NULL;
		e->unlocked = true;
		e->told = wake_sleeper;
		e->ctx = me;
		e->file = fds[i].fd < 0 ? NULL : user_file_get((uint64_t)fds[i].fd);
	}
}

static void end(struct poll_entry *entries, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		poll_remove(&entries[i]);
		if (entries[i].file)
			file_let_go(entries[i].file);
	}
}

static int sleep_once(uint64_t deadline, struct sleeper *me)
{
	int err = wait_until(deadline, &me->told);

	/* Before the next look: who tells of what comes after that sets it again. */
	__atomic_store_n(&me->told, false, __ATOMIC_SEQ_CST);
	return err;
}

static long result(long ready, int err)
{
	return ready ? ready : err == -ETIMEDOUT ? 0 : -ERESTARTNOHAND;
}

/* With the kernel lock. */
static long sleep_on(struct poll_request *fds, size_t n, uint64_t deadline)
{
	struct poll_entry *entries = kmem_alloc(MAX(n, 1ul) * sizeof(*entries));
	struct sleeper me = {thread_current(), false};
	long ready;
	int err = 0;

	if (!entries)
		return -ENOMEM;
	begin(entries, fds, n, &me);
	ready = look(fds, n, entries);
	while (!ready && !err) {
		err = sleep_once(deadline, &me);
		ready = look(fds, n, NULL);
	}
	end(entries, n);
	kmem_free(entries);
	return result(ready, err);
}

/* The same of a few without the kernel lock. False: that takes it. */
static __attribute__((noinline)) bool sleep_unlocked(struct poll_request *fds, size_t n,
						     uint64_t deadline, long *out)
{
	struct sleeper me = {thread_current(), false};
	struct poll_entry entries[FEW];
	bool looked;
	long ready;
	int err = 0;

	begin(entries, fds, n, &me);
	looked = subscribe_unlocked(fds, n, entries, &ready);
	while (looked && !ready && !err) {
		err = sleep_once(deadline, &me);
		looked = look_unlocked(fds, n, &ready);
	}
	end(entries, n);
	*out = result(ready, err);
	return looked;
}

static bool over(uint64_t deadline)
{
	return !deadline || (deadline != WAIT_FOREVER && arch_time_ns() >= deadline);
}

long poll_files(struct poll_request *fds, size_t n, uint64_t deadline_ns)
{
	long ready = look(fds, n, NULL);

	if (ready || over(deadline_ns))
		return ready;
	return sleep_on(fds, n, deadline_ns);
}

/* Only the answers: the rest stays the user's. */
static long put_answers(const struct poll_request *fds, size_t n, uint64_t fds_at, long ready)
{
	for (size_t i = 0; i < n && ready >= 0; i++)
		if (put_user_half(fds_at + i * sizeof(*fds) +
					  offsetof(struct poll_request, revents),
				  (uint16_t)fds[i].revents) < 0)
			ready = -EFAULT;
	return ready;
}

static long poll_many(uint64_t fds_at, uint64_t n, uint64_t deadline)
{
	struct poll_request *fds;
	long ready;

	if (n > process_current()->files->limit)
		return -EINVAL;
	fds = kmem_alloc(MAX(n, 1ul) * sizeof(*fds));
	if (!fds)
		return -ENOMEM;
	ready = copy_from_user(fds, fds_at, n * sizeof(*fds));
	if (!ready)
		ready = poll_files(fds, n, deadline);
	ready = put_answers(fds, n, fds_at, ready);
	kmem_free(fds);
	return ready;
}

static long poll_again(const struct restart *r);

/* Of poll, which knows its deadline only so when it goes on. */
static long settle(long ready, uint64_t fds, uint64_t n, uint64_t deadline)
{
	if (likely(ready != -ERESTARTNOHAND))
		return ready;
	thread_current()->restart = (struct restart){poll_again, deadline, {fds, n}};
	return -ERESTART_RESTARTBLOCK;
}

static __attribute__((noinline)) long poll_locking(uint64_t fds, uint64_t n, uint64_t deadline)
{
	long ready;

	kernel_lock();
	ready = poll_many(fds, n, deadline);
	kernel_unlock();
	return settle(ready, fds, n, deadline);
}

static long poll_again(const struct restart *r)
{
	return poll_locking(r->args[0], r->args[1], r->deadline);
}

/* Of a few, without the kernel lock if that can be: it is not held here. */
static __attribute__((noinline)) long wait_for_few(struct poll_request *fds, size_t n,
						   uint64_t fds_at, uint64_t deadline, bool looked)
{
	long ready;

	if (!looked || !sleep_unlocked(fds, n, deadline, &ready)) {
		kernel_lock();
		ready = poll_files(fds, n, deadline);
		kernel_unlock();
	}
	return settle(ready, fds_at, n, deadline);
}

/* Of a few. With the kernel lock, or without: then it takes the lock for what needs it. */
static long poll_few(uint64_t fds_at, size_t n, uint64_t deadline)
{
	struct poll_request fds[FEW];
	bool held = kernel_locked(), looked;
	long ready = copy_from_user(fds, fds_at, n * sizeof(*fds));

	if (unlikely(ready))
		return ready;
	if (unlikely(held)) {
		ready = poll_files(fds, n, deadline);
	} else {
		looked = look_unlocked(fds, n, &ready);
		if (!looked || (!ready && !over(deadline)))
			ready = wait_for_few(fds, n, fds_at, deadline, looked);
	}
	return put_answers(fds, n, fds_at, ready);
}

/* Runs without the kernel lock, and takes it for what can't be done without. */
long sys_poll(uint64_t fds, uint64_t n, uint64_t timeout_ms)
{
	int ms = (int)timeout_ms;
	uint64_t deadline = ms < 0 ? WAIT_FOREVER
			    : ms   ? arch_time_ns() + (uint64_t)ms * NS_PER_MS
				   : 0;

	return likely(n <= FEW) ? poll_few(fds, n, deadline) : poll_locking(fds, n, deadline);
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

long poll_say_left(long ret, uint64_t deadline, uint64_t timeout, uint64_t unit_ns)
{
	uint64_t now, left[2];

	if (!(process_current()->personality & PERSONALITY_STICKY)) {
		now = arch_time_ns();
		now = deadline > now ? deadline - now : 0;
		left[0] = now / NS_PER_SEC;
		left[1] = now % NS_PER_SEC / unit_ns;
		if (copy_to_user(timeout, left, sizeof(left)) == 0)
			return ret;
	}
	/* A second time it would begin anew. */
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
	ret = n <= FEW ? poll_few(fds, n, deadline) : poll_many(fds, n, deadline);
	return poll_finish(ret, deadline, timeout, 1);
}
