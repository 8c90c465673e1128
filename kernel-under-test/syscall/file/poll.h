/* What poll, select and their like share. */
#pragma once

#include "lib/types.h"

/* struct pollfd of the Linux ABI. */
struct poll_request {
	int32_t fd;
	int16_t events, revents;
};

/*
 * Fills in `revents` of each; sleeps until one is not 0, or until the deadline (WAIT_FOREVER:
 * none). How many are not 0, or -ERESTARTNOHAND, -ENOMEM. Not with the kernel lock.
 */
long poll_files(struct poll_request *fds, size_t n, uint64_t deadline_ns);

/*
 * A deadline from a relative timespec in user memory; a null pointer is WAIT_FOREVER, and no time
 * at all 0.
 */
int poll_deadline(uint64_t timespec, uint64_t *deadline_ns);

/*
 * The result `ret` of such a call: where its timeout was stands what is left of it, in seconds and
 * `unit_ns`, so that a call that a stop ended goes on with that; else it is not made again.
 */
long poll_write_remaining(long ret, uint64_t deadline_ns, uint64_t timeout, uint64_t unit_ns);
static inline long poll_finish(long ret, uint64_t deadline_ns, uint64_t timeout, uint64_t unit_ns)
{
	if (!timeout || !deadline_ns)
		return ret;
	return poll_write_remaining(ret, deadline_ns, timeout, unit_ns);
}

/*
 * Puts the user's signal mask in place until the call is over; a null pointer changes nothing. With
 * the kernel lock, or without.
 */
int poll_use_mask(uint64_t mask, uint64_t size);
