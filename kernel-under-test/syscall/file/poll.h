/* Shared by poll, select and epoll. */
#pragma once

#include "lib/types.h"

/* struct pollfd of the Linux ABI. */
struct poll_request {
	int32_t fd;
	int16_t events, revents;
};

/*
 * Fills in `revents`, and sleeps until one is not 0 or the deadline has passed (WAIT_FOREVER:
 * none). Returns how many are not 0; -ERESTARTNOHAND, -ENOMEM. Without the kernel lock.
 */
long poll_files(struct poll_request *fds, size_t n, uint64_t deadline_ns);

/*
 * Converts a relative timespec in user memory to a deadline. A null pointer: WAIT_FOREVER; no time
 * at all: 0. -EFAULT, -EINVAL.
 */
int poll_deadline(uint64_t timespec, uint64_t *deadline_ns);

/*
 * Writes the remaining time over the user's timeout, in seconds and `unit_ns`, so that a restarted
 * call goes on with that; if it cannot be written, -ERESTARTNOHAND becomes -EINTR. Returns the
 * result.
 */
long poll_write_remaining(long ret, uint64_t deadline_ns, uint64_t timeout, uint64_t unit_ns);
static inline long poll_finish(long ret, uint64_t deadline_ns, uint64_t timeout, uint64_t unit_ns)
{
	if (!timeout || !deadline_ns)
		return ret;
	return poll_write_remaining(ret, deadline_ns, timeout, unit_ns);
}

/*
 * Installs a signal mask for the duration of the call; a null pointer: none. With or without the
 * kernel lock.
 */
int poll_use_mask(uint64_t mask, uint64_t size);
