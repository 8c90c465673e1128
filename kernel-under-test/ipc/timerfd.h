/* Timers that are read: timerfd(2). */
#pragma once

#include "fs/file.h"

/* `flags`: O_NONBLOCK or 0. A file with one reference, or -ENOMEM. */
int timerfd_create(uint32_t flags, struct file **out);

/*
 * Goes off at `deadline_ns` (as arch_time_ns() counts; 0: never), then each `interval_ns` (0: not
 * again). `real`: the deadline is a time on the wall; `cancel`: reading fails once that clock was
 * set. -EINVAL when the file is no timer.
 */
int timerfd_set(struct file *f, uint64_t deadline_ns, uint64_t interval_ns, bool real, bool cancel);
/* How long until it goes off next (0: it won't), and the interval. -EINVAL. */
int timerfd_get(struct file *f, uint64_t *left_ns, uint64_t *interval_ns);
/* The clock on the wall was set forward by that much. */
void timerfd_clock_set(int64_t by);
