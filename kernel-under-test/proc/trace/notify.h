/*
 * seccomp user notification (SECCOMP_RET_USER_NOTIF): another process answers system calls. The
 * caller sleeps; the owner of the listener's descriptor receives a notification, may inspect the
 * caller and install descriptors in it, and supplies the result or lets the call proceed.
 *
 *   caller                               listener
 *   queues a notification                poll(), SECCOMP_IOCTL_NOTIF_RECV: the oldest new one
 *   sleeps                               SECCOMP_IOCTL_NOTIF_ADDFD, any number of times
 *   takes the answer and dequeues it     SECCOMP_IOCTL_NOTIF_SEND: answers, wakes
 *
 * A signal ends the sleep, and the call is restarted with a new notification. All of it with the
 * kernel lock.
 */
#pragma once

#include "lib/types.h"

struct seccomp_call;
struct seccomp_listener;

/*
 * A listener for the filter that keeps it at *home, which becomes NULL when the descriptor is
 * closed. `patient`: once received, a call waits through all signals but SIGKILL
 * (SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV). Returns a descriptor of the caller's; -ENOMEM, -EMFILE.
 */
int listener_add(struct seccomp_listener **home, bool patient);
/* The filter is freed: no more notifications. */
void listener_leave(struct seccomp_listener *l);

/*
 * Notifies `l`, which may be NULL, of the caller's system call. True: make the call; false:
 * *result.
 */
bool listener_ask(struct seccomp_listener *l, const struct seccomp_call *call, uint64_t *result);
