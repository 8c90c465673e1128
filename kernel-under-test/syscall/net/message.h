/* Control messages, shared by sendmsg and recvmsg. */
#pragma once

#include "net/control.h"

/* struct msghdr of the Linux ABI. */
struct user_message {
	uint64_t name;
	uint32_t name_len, pad;
	uint64_t iov, count;
	uint64_t control, control_len;
	uint32_t flags, pad2;
};

/*
 * Parses the control data of a message; *out is NULL if there is none. -EINVAL, -EBADF, -EPERM,
 * -EFAULT, -ENOBUFS, -ENOMEM.
 */
int user_control_get(const struct socket *s, const struct user_message *m, struct control **out);

/* A buffer for control data in user memory. */
struct control_out {
	uint64_t at, left, used;
	unsigned int flags;
};

/* Writes as much of `c` (NULL: nothing) as fits. 0 or -EFAULT. */
int user_control_put(struct control_out *o, struct socket *s, struct control *c, bool cloexec);
