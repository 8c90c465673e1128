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
 * none). How many are not 0, or -EINTR, -ENOMEM.
 */
long poll_files(struct poll_request *fds, size_t n, uint64_t deadline_ns);

/* A deadline from a relative timespec in user memory; a null pointer is WAIT_FOREVER. */
int poll_deadline(uint64_t timespec, uint64_t *deadline_ns);

/* Puts the user's signal mask in place until the call is over; a null pointer changes nothing. */
int poll_use_mask(uint64_t mask, uint64_t size);
