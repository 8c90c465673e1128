/* System calls on limits and on what was used. */
#include "arch/time.h"
#include "lib/string.h"
#include "mm/space.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define RLIMIT_CPU    0
#define RLIMIT_STACK  3
#define RLIMIT_NOFILE 7
#define RLIMIT_COUNT  16
#define UNLIMITED     UINT64_MAX

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD	1
#define NS_PER_TICK	10000000ull
#define NS_PER_USEC	1000ull
#define USEC_PER_SEC	1000000ull

/* Those that exist; the others are unlimited, and can't be limited. */
static uint64_t *limit_of(struct process *p, uint64_t resource)
{
	switch (resource) {
	case RLIMIT_CPU:
		return p->limit_cpu;
	case RLIMIT_NOFILE:
		return p->limit_files;
	default:
		return NULL;
	}
}

static long set_limit(struct process *p, uint64_t resource, const uint64_t new[2])
{
	uint64_t *limit = limit_of(p, resource);

	if (new[0] > new[1])
		return -EINVAL;
	if (resource == RLIMIT_STACK || !limit)
		return 0;
	if (limit && new[1] > limit[1] && !capable(CAP_SYS_RESOURCE))
		return -EPERM;
	if (resource == RLIMIT_NOFILE && new[1] > FILES_MAX)
		return -EPERM;
	memcpy(limit, new, 2 * sizeof(*limit));
	if (resource == RLIMIT_CPU)
		process_watch_cpu(p);
	if (resource == RLIMIT_NOFILE)
		p->files->limit = (uint32_t) new[0];
	return 0;
}

long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old)
{
	struct process *p = pid ? process_find((int)pid) : process_current();
	uint64_t now[2] = {UNLIMITED, UNLIMITED}, set[2], *limit;

	if (resource >= RLIMIT_COUNT)
		return -EINVAL;
	if (!p)
		return -ESRCH;
	limit = limit_of(p, resource);
	if (limit)
		memcpy(now, limit, sizeof(now));
	if (resource == RLIMIT_STACK)
		now[0] = STACK_MAX;
	if (new &&copy_from_user(set, new, sizeof(set)) < 0)
		return -EFAULT;
	if (old && copy_to_user(old, now, sizeof(now)) < 0)
		return -EFAULT;
	return new ? set_limit(p, resource, set) : 0;
}

long sys_getrlimit(uint64_t resource, uint64_t out)
{
	return sys_prlimit64(0, resource, 0, out);
}

long sys_setrlimit(uint64_t resource, uint64_t in)
{
	return sys_prlimit64(0, resource, in, 0);
}

int usage_put(uint64_t out, uint64_t cpu_ns)
{
	/* User seconds and microseconds, then the system's, then what is not kept. */
	uint64_t usage[18] = {cpu_ns / NS_PER_USEC / USEC_PER_SEC,
			      cpu_ns / NS_PER_USEC % USEC_PER_SEC};

	_Static_assert(sizeof(usage) == 144, "x86_64 ABI");
	return copy_to_user(out, usage, sizeof(usage));
}

/* User and system time are not told apart: all of it counts as the user's. */
long sys_getrusage(uint64_t who, uint64_t out)
{
	const struct process *p = process_current();

	switch ((int)who) {
	case RUSAGE_SELF:
		return usage_put(out, process_cpu_ns(p));
	case RUSAGE_CHILDREN:
		return usage_put(out, p->children_cpu_ns);
	case RUSAGE_THREAD:
		return usage_put(out, thread_cpu_ns(thread_current()));
	default:
		return -EINVAL;
	}
}

long sys_times(uint64_t out)
{
	const struct process *p = process_current();
	const uint64_t ticks[4] = {process_cpu_ns(p) / NS_PER_TICK, 0,
				   p->children_cpu_ns / NS_PER_TICK, 0};

	if (out && copy_to_user(out, ticks, sizeof(ticks)) < 0)
		return -EFAULT;
	return (long)(arch_time_ns() / NS_PER_TICK);
}
