/* Timers as files: timerfd(2). */
#pragma once

#include "fs/file.h"

/* Creates a timer as a file with one reference. `flags`: O_NONBLOCK or 0. Returns 0 or -ENOMEM. */
int timerfd_create(uint32_t flags, struct file **out);

/*
 * Arms the timer for `deadline_ns` (on the clock of arch_time_ns(); 0: disarms), then each
 * `interval_ns` (0: once). `realtime`: the deadline is on CLOCK_REALTIME; `cancel`: reads fail with
 * -ECANCELED after that clock was set. Returns 0, or -EINVAL if `f` is not a timer.
 */
int timerfd_set(struct file *f, uint64_t deadline_ns, uint64_t interval_ns, bool realtime,
		bool cancel);
/* The time to the next expiration (0: disarmed), and the interval. Returns 0 or -EINVAL. */
int timerfd_get(struct file *f, uint64_t *left_ns, uint64_t *interval_ns);
/* CLOCK_REALTIME was set forward by `by` nanoseconds. */
void timerfd_clock_set(int64_t by);
