/* select and pselect6. */
#include "arch/spin.h"
#include "arch/time.h"
#include "mm/kmem.h"
#include "syscall/file/poll.h"
#include "syscall/user.h"

/* Highest descriptor, plus one. */
#define SELECT_MAX 4096
#define SET_WORDS  (SELECT_MAX / 64)

/* The three sets in the order of the arguments, and the events that count for each. */
enum { READ, WRITE, EXCEPT, KINDS };

#define READ_EVENTS  (POLL_READABLE | POLL_HUP | POLL_ERR)
#define WRITE_EVENTS (POLL_WRITABLE | POLL_ERR)

static const uint32_t answers[KINDS] = {
	[READ] = READ_EVENTS,
	[WRITE] = WRITE_EVENTS,
	[EXCEPT] = POLL_PRI,
};

struct sets {
	uint64_t word[KINDS][SET_WORDS];
};

static size_t words_of(uint64_t n)
{
	return ALIGN_UP(n, 64) / 64;
}

static int read_sets(const uint64_t at[KINDS], uint64_t n, struct sets *s)
{
	for (int k = 0; k < KINDS; k++) {
		size_t bytes = words_of(n) * 8;

		if (!at[k]) {
			for (size_t w = 0; w < words_of(n); w++)
				s->word[k][w] = 0;
			continue;
		}
		if (copy_from_user(s->word[k], at[k], bytes) < 0)
			return -EFAULT;
		if (n % 64)
			s->word[k][n / 64] &= BIT(n % 64) - 1;
	}
	return 0;
}

static uint64_t requested_bits(const struct sets *s, size_t w)
{
	return s->word[READ][w] | s->word[WRITE][w] | s->word[EXCEPT][w];
}

static long bits_of(uint64_t word)
{
	long n = 0;

	for (; word; word &= word - 1)
		n++;
	return n;
}

/*
 * Scans once. The number of ready bits; -EBADF; -EAGAIN: the kernel lock is needed and not `held`.
 */
static always_inline long scan(uint64_t n, const struct sets *requested, struct sets *ready,
			       bool held)
{
	const struct files *t = process_current()->files;
	long count = 0;

	for (size_t w = 0; w < words_of(n); w++) {
		uint64_t found[KINDS] = {0};

		for (uint64_t b = requested_bits(requested, w); b; b &= b - 1) {
			struct file *f = files_find(t, w * 64 + (size_t)__builtin_ctzll(b));
			uint32_t state;

			if (!f)
				return -EBADF;
			state = held ? file_poll(f, NULL) : file_poll_unlocked(f, NULL);
			if (unlikely(state & POLL_NEEDS_LOCK))
				return -EAGAIN;
			if (state & READ_EVENTS)
				found[READ] |= b & -b;
			if (state & WRITE_EVENTS)
				found[WRITE] |= b & -b;
			if (unlikely(state & POLL_PRI))
				found[EXCEPT] |= b & -b;
		}
		for (int k = 0; k < KINDS; k++) {
			ready->word[k][w] = found[k] & requested->word[k][w];
			count += bits_of(ready->word[k][w]);
		}
	}
	return count;
}

static noinline long scan_locked(uint64_t n, const struct sets *requested, struct sets *ready)
{
	KERNEL_SCOPE();
	return scan(n, requested, ready, true);
}

/* Sets the bits of `ready` for a file in that state; returns how many. */
static long set_ready(const struct sets *requested, struct sets *ready, size_t w, uint64_t bit,
		      uint32_t state)
{
	long n = 0;

	for (int k = 0; k < KINDS; k++) {
		if ((requested->word[k][w] & bit) && (state & answers[k])) {
			ready->word[k][w] |= bit;
			n++;
		}
	}
	return n;
}

static long sleep_on(uint64_t n, const struct sets *requested, struct sets *ready,
		     uint64_t deadline)
{
	struct poll_request *fds = kmem_alloc(MAX(n, 1ul) * sizeof(*fds));
	size_t count = 0;
	long ret;

	if (!fds)
		return -ENOMEM;
	for (size_t w = 0; w < words_of(n); w++) {
		for (uint64_t b = requested_bits(requested, w); b; b &= b - 1) {
			uint32_t events = 0;

			for (int k = 0; k < KINDS; k++)
				if (requested->word[k][w] & b & -b)
					events |= answers[k];
			fds[count++] = (struct poll_request){(int)(w * 64) + __builtin_ctzll(b),
							     (int16_t)events, 0};
		}
	}
	ret = poll_files(fds, count, deadline);
	if (ret >= 0) {
		ret = 0;
		for (size_t i = 0; i < count; i++)
			ret += set_ready(requested, ready, (size_t)fds[i].fd / 64,
					 BIT(fds[i].fd % 64), (uint16_t)fds[i].revents);
	}
	kmem_free(fds);
	return ret;
}

static long do_select(uint64_t n, const uint64_t at[KINDS], uint64_t deadline)
{
	uint32_t capacity = process_current()->files->capacity;
	struct sets requested, ready;
	long ret;

	n = (uint32_t)n;
	/* Bits beyond the descriptor table are ignored. */
	if (unlikely(n > capacity)) {
		if ((int)n < 0)
			return -EINVAL;
		n = capacity;
	}
	if (unlikely(n > SELECT_MAX))
		return -ENOMEM;
	ret = read_sets(at, n, &requested);
	if (ret)
		return ret;
	ret = scan(n, &requested, &ready, false);
	if (unlikely(ret == -EAGAIN))
		ret = scan_locked(n, &requested, &ready);
	if (!ret && deadline && (deadline == WAIT_FOREVER || arch_time_ns() < deadline))
		ret = sleep_on(n, &requested, &ready, deadline);
	if (ret < 0)
		return ret;
	for (int k = 0; k < KINDS; k++)
		if (at[k] && copy_to_user(at[k], ready.word[k], words_of(n) * 8) < 0)
			return -EFAULT;
	return ret;
}

/* Both run without the kernel lock, unless a file needs it. */
long sys_select(uint64_t n, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout)
{
	const uint64_t at[KINDS] = {in, out, except};
	uint64_t deadline = WAIT_FOREVER;
	int64_t tv[2];

	if (timeout) {
		if (copy_from_user(tv, timeout, sizeof(tv)) < 0)
			return -EFAULT;
		if (tv[0] < 0 || tv[1] < 0)
			return -EINVAL;
		deadline = MIN((uint64_t)tv[0], UINT64_MAX / 4 / NS_PER_SEC) * NS_PER_SEC +
			   MIN((uint64_t)tv[1], 1000000ull) * 1000;
		if (deadline)
			deadline += arch_time_ns();
	}
	return poll_finish(do_select(n, at, deadline), deadline, timeout, 1000);
}

long sys_pselect6(uint64_t n, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout,
		  uint64_t mask)
{
	const uint64_t at[KINDS] = {in, out, except};
	uint64_t deadline, m[2];
	int err = poll_deadline(timeout, &deadline);

	if (!err && mask) {
		err = copy_from_user(m, mask, sizeof(m)) ?: poll_use_mask(m[0], m[1]);
	}
	return err ? err : poll_finish(do_select(n, at, deadline), deadline, timeout, 1);
}
