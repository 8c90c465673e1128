/* What system calls on messages share: the control data that accompanies the bytes. */
#pragma once

#include "net/control.h"

/* struct msghdr of the Linux ABI. */
struct user_message {
	uint64_t name;
	uint32_t name_len, pad;
	uint64_t pieces, count;
	uint64_t control, control_len;
	uint32_t flags, pad2;
};

/*
 * Control data that the user sends along; NULL: none. -EINVAL, -EBADF, -EPERM, -EFAULT, -ENOBUFS,
 * -ENOMEM.
 */
int user_control_get(const struct socket *s, const struct user_message *m, struct control **out);

/* Room for control data in the user's memory. */
struct control_out {
	uint64_t at, left, used;
	unsigned int flags;
};

/* As much of `c` (which may be NULL) as there is room for. 0 or -EFAULT. */
int user_control_put(struct control_out *o, struct socket *s, struct control *c, bool cloexec);
