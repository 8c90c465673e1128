#include "probe.h"

#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

static int child(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 4, code };

	probe_check("prctl", 0, sys(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	probe_check("seccomp", 0, sys(seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
	probe_check("getppid", -77, sys(getppid));
	probe_check("getpid", 1, sys(getpid) > 0);
	return 0;
}

void probe(void)
{
	uint32_t action = SECCOMP_RET_ERRNO;

	probe_require("seccomp", sys(seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action));
	probe_check("end of the child", 0, probe_child(child));
}

PROBE_CHECKS("a seccomp filter decides on the system calls of a process");
