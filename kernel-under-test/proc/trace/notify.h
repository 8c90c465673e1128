/*
 * Calls that another process answers (SECCOMP_RET_USER_NOTIF). Who makes one sleeps; whoever has
 * the listener's descriptor is told of it, may look into the caller and put descriptors there, and
 * says what the result is, or that the call is to be made.
 *
 *   caller                            listener
 *   puts a notice on the list         poll(), SECCOMP_IOCTL_NOTIF_RECV: the oldest new one
 *   sleeps                            SECCOMP_IOCTL_NOTIF_ADDFD, as often as it likes
 *   takes the answer, and is gone     SECCOMP_IOCTL_NOTIF_SEND: answers, wakes
 *
 * A signal ends the sleep, and the call is made anew with another notice. All with the kernel lock.
 */
#pragma once

#include "lib/types.h"

struct seccomp_call;
struct seccomp_listener;

/*
 * A listener for the filter that keeps it at *home: NULL from when the file is closed. `patient`:
 * who was told of waits on though signals come, but for SIGKILL. A descriptor of the caller's;
 * -ENOMEM, -EMFILE.
 */
int listener_add(struct seccomp_listener **home, bool patient);
/* That filter goes: nobody will ask any more. */
void listener_leave(struct seccomp_listener *l);

/* Asks `l`, which may be NULL, of the caller's call. True: it is to be made; else its result. */
bool listener_ask(struct seccomp_listener *l, const struct seccomp_call *call, uint64_t *result);
