/* System calls on who one is: root, and nobody else. */
#include "lib/string.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define KEEP UINT32_MAX

#define PR_SET_NAME 15
#define PR_GET_NAME 16

/* There is one user, root. */
long sys_getid(void)
{
	return 0;
}

static bool is_root_or_keep(uint64_t id)
{
	return (uint32_t)id == 0 || (uint32_t)id == KEEP;
}

/* Nothing checks who one is, so becoming somebody less would be a false promise: refused. */
long sys_setid(uint64_t id)
{
	return (uint32_t)id == 0 ? 0 : -EPERM;
}

long sys_setid2(uint64_t real, uint64_t effective)
{
	return is_root_or_keep(real) && is_root_or_keep(effective) ? 0 : -EPERM;
}

long sys_setid3(uint64_t real, uint64_t effective, uint64_t saved)
{
	return is_root_or_keep(saved) ? sys_setid2(real, effective) : -EPERM;
}

long sys_getresid(uint64_t real, uint64_t effective, uint64_t saved)
{
	static const uint32_t root;

	if (copy_to_user(real, &root, sizeof(root)) < 0 ||
	    copy_to_user(effective, &root, sizeof(root)) < 0 ||
	    copy_to_user(saved, &root, sizeof(root)) < 0)
		return -EFAULT;
	return 0;
}

long sys_getgroups(uint64_t size, uint64_t out)
{
	(void)size;
	(void)out;
	return 0;
}

long sys_setgroups(uint64_t size, uint64_t in)
{
	(void)in;
	return size == 0 ? 0 : -EPERM;
}

long sys_prctl(uint64_t option, uint64_t arg)
{
	struct process *p = process_current();
	char name[COMM_MAX];
	long n;

	switch (option) {
	case PR_SET_NAME:
		n = copy_string_from_user(name, arg, sizeof(name));
		if (n == -EFAULT)
			return n;
		name[COMM_MAX - 1] = '\0';
		memset(p->comm, 0, COMM_MAX);
		memcpy(p->comm, name, strlen(name));
		return 0;
	case PR_GET_NAME:
		return copy_to_user(arg, p->comm, COMM_MAX);
	default:
		return -EINVAL;
	}
}
