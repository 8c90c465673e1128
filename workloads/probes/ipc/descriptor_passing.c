#include "probe.h"

#include <linux/uio.h>

#define SCM_RIGHTS_TYPE 1

struct message {
	void *name;
	int name_len;
	struct iovec *iov;
	size_t iov_len;
	void *control;
	size_t control_len;
	int flags;
};

struct control {
	size_t len;
	int level, type;
	int fd, pad;
};

static int ends[2];

static int child(void)
{
	char byte = 'x';
	struct iovec iov = { &byte, 1 };
	struct control control = { .len = 20, .level = LINUX_SOL_SOCKET, .type = SCM_RIGHTS_TYPE };
	struct message message = {
		.iov = &iov, .iov_len = 1, .control = &control, .control_len = sizeof(control)
	};

	control.fd = probe_file("sent");
	return sys(sendmsg, ends[0], &message, 0) != 1;
}

void probe(void)
{
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct control control = { 0 };
	struct message message = {
		.iov = &iov, .iov_len = 1, .control = &control, .control_len = sizeof(control)
	};

	probe_require("socketpair", port_socketpair(ends));
	probe_check("end of the child", 0, probe_child(child));
	probe_check("recvmsg", 1, probe_require("recvmsg", sys(recvmsg, ends[1], &message, 0)));
	probe_check("a descriptor came along", SCM_RIGHTS_TYPE, control.type);
	probe_check("pread of it", 1, sys(pread64, control.fd, &byte, 1, 0));
	probe_check("byte read", 's', byte);
}

PROBE_CHECKS("a descriptor can be passed to another process over a Unix socket");
