/* seccomp(2) and prctl(PR_SET_SECCOMP). */
#include "proc/trace/seccomp.h"
#include "fs/credentials.h"
#include "mm/kmem.h"
#include "proc/trace/trace.h"
#include "syscall/user.h"

#define SET_MODE_STRICT	 0
#define SET_MODE_FILTER	 1
#define GET_ACTION_AVAIL 2
#define GET_NOTIF_SIZES	 3

struct user_program {
	uint16_t count;
	uint64_t code;
};

static long add_filter(uint64_t flags, uint64_t program)
{
	struct bpf_insn *code SCOPED(kmem_free) = NULL;
	struct user_program p;
	long ret;

	/* SECCOMP_FILTER_FLAG_LOG and _SPEC_ALLOW have no effect. */
	if (flags >= SECCOMP_WAIT_KILLABLE << 1 ||
	    ((flags & SECCOMP_WAIT_KILLABLE) && !(flags & SECCOMP_NEW_LISTENER)))
		return -EINVAL;
	/* A positive result would be ambiguous. */
	if ((flags & (SECCOMP_TSYNC | SECCOMP_NEW_LISTENER | SECCOMP_TSYNC_ESRCH)) ==
	    (SECCOMP_TSYNC | SECCOMP_NEW_LISTENER))
		return -EINVAL;
	if (copy_from_user(&p, program, sizeof(p)) < 0)
		return -EFAULT;
	ret = p.code ? seccomp_may_filter(p.count) : -EINVAL;
	if (ret)
		return ret;
	code = kmem_alloc(p.count * sizeof(*code));
	if (!code)
		return -ENOMEM;
	if (copy_from_user(code, p.code, p.count * sizeof(*code)) < 0)
		return -EFAULT;
	return seccomp_add_filter(code, p.count, flags);
}

static long action_available(uint64_t from)
{
	uint32_t action;

	if (copy_from_user(&action, from, sizeof(action)) < 0)
		return -EFAULT;
	switch (action) {
	case SECCOMP_RET_KILL_PROCESS:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_ALLOW:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

long sys_seccomp(uint64_t operation, uint64_t flags, uint64_t arg)
{
	/* Sizes of seccomp_notif, seccomp_notif_resp and seccomp_data. */
	static const uint16_t sizes[] = {80, 24, sizeof(struct seccomp_call)};

	switch ((uint32_t)operation) {
	case SET_MODE_STRICT:
		return flags || arg ? -EINVAL : seccomp_set_strict();
	case SET_MODE_FILTER:
		return add_filter(flags, arg);
	case GET_ACTION_AVAIL:
		return flags ? -EINVAL : action_available(arg);
	case GET_NOTIF_SIZES:
		return flags ? -EINVAL : copy_to_user(arg, sizes, sizeof(sizes));
	default:
		return -EINVAL;
	}
}

long user_set_seccomp(uint64_t mode, uint64_t program)
{
	switch (mode) {
	case SECCOMP_STRICT:
		return seccomp_set_strict();
	case SECCOMP_FILTER:
		return add_filter(0, program);
	default:
		return -EINVAL;
	}
}

long user_get_filter(const struct trace *tr, uint64_t addr, uint64_t at, bool metadata)
{
	struct bpf_insn *copy SCOPED(kmem_free) = NULL;
	const struct bpf_insn *code;
	uint64_t words[2] = {addr, 0};
	uint32_t length;
	size_t size;
	bool log;

	if (!capable(CAP_SYS_ADMIN) || thread_current()->seccomp_mode)
		return -EACCES;
	if (metadata && addr < sizeof(*words))
		return -EINVAL;
	if (metadata && copy_from_user(words, at, sizeof(*words)) < 0)
		return -EFAULT;
	if (!tr->thread || !tr->stopped)
		return -ESRCH;
	if (tr->thread->seccomp_mode != SECCOMP_FILTER)
		return -EINVAL;
	code = seccomp_filter_at(tr->thread, words[0], &length, &log);
	if (!code)
		return -ENOENT;
	if (metadata) {
		words[1] = log ? SECCOMP_LOG : 0;
		size = MIN(addr, sizeof(words));
		return copy_to_user(at, words, size) < 0 ? -EFAULT : (long)size;
	}
	if (!at)
		return length;
	/* Copying may sleep, and the tracee end. */
	size = length * sizeof(*code);
	copy = kmem_alloc(size);
	if (!copy)
		return -ENOMEM;
	__builtin_memcpy(copy, code, size);
	return copy_to_user(at, copy, size) < 0 ? -EFAULT : (long)length;
}
