/* Resource limits and usage. */
#include "arch/spin.h"
#include "arch/time.h"
#include "lib/string.h"
#include "mm/space.h"
#include "proc/usage.h"
#include "sched/sched.h"
#include "syscall/user.h"

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD	1
#define NS_PER_TICK	10000000ull

static long set_limit(struct process *p, uint64_t resource, const uint64_t new[2])
{
	uint64_t *limit = p->limits[resource];

	if (new[0] > new[1])
		return -EINVAL;
	if ((new[1] > limit[1] && !capable(CAP_SYS_RESOURCE)) ||
	    (resource == RLIMIT_NOFILE && new[1] > files_nr_open))
		return -EPERM;
	memcpy(limit, new, 2 * sizeof(*limit));
	if (resource == RLIMIT_CPU)
		process_update_cpu_limit(p);
	if (resource == RLIMIT_STACK && p->space)
		p->space->stack_limit = new[0];
	if (resource == RLIMIT_NOFILE)
		p->files->limit = (uint32_t) new[0];
	return 0;
}

/* Setting another process's limits requires all of its user and group ids to match. */
static bool may_set_limits(const struct process *p)
{
	const struct credentials *c = credentials_current(), *to = process_any_thread(p)->cred;

	return p == process_current() || capable(CAP_SYS_RESOURCE) ||
	       (c->uid == to->euid && c->uid == to->suid && c->uid == to->uid &&
		c->gid == to->egid && c->gid == to->sgid && c->gid == to->gid);
}

static long exchange_limit(uint64_t pid, uint64_t resource, const uint64_t *set, uint64_t was[2])
{
	struct process *p = pid ? process_find_by_tid((int)pid) : process_current();

	if (!p)
		return -ESRCH;
	if (!may_set_limits(p))
		return -EPERM;
	if (resource >= RLIMITS)
		return -EINVAL;
	memcpy(was, p->limits[resource], 2 * sizeof(*was));
	return set ? set_limit(p, resource, set) : 0;
}

/* Without the kernel lock to read the caller's own. */
long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old)
{
	uint64_t set[2], was[2];
	long err;

	if (new &&copy_from_user(set, new, sizeof(set)) < 0)
		return -EFAULT;
	if (pid || new)
		err = WITH_KERNEL_LOCK(exchange_limit(pid, resource, new ? set : NULL, was));
	else
		err = exchange_limit(0, resource, NULL, was);
	return !err && old ? copy_to_user(old, was, sizeof(was)) : err;
}

int usage_put(uint64_t out, const struct usage *u)
{
	uint64_t user = (u->cpu - u->system) / NS_PER_US, system = u->system / NS_PER_US;
	const uint64_t usage[18] = {
		[0] = user / US_PER_SEC,
		[1] = user % US_PER_SEC,
		[2] = system / US_PER_SEC,
		[3] = system % US_PER_SEC,
		[4] = u->max_rss_pages * (PAGE_SIZE / 1024),
		[8] = u->faults - u->major_faults,
		[9] = u->major_faults,
		[16] = u->voluntary_switches,
		[17] = u->involuntary_switches,
	};

	_Static_assert(sizeof(usage) == 144, "x86_64 ABI");
	return copy_to_user(out, usage, sizeof(usage));
}

/* Without the kernel lock. */
long sys_getrusage(uint64_t who, uint64_t out)
{
	struct usage u;

	switch ((int)who) {
	case RUSAGE_SELF:
		u = usage_own();
		break;
	case RUSAGE_CHILDREN:
		u = WITH_KERNEL_LOCK(process_current()->children_used);
		break;
	case RUSAGE_THREAD:
		u = usage_of_thread(thread_current());
		break;
	default:
		return -EINVAL;
	}
	if (unlikely(!thread_current()->sampled))
		sched_start_sampling();
	return usage_put(out, &u);
}

/* Without the kernel lock. */
long sys_times(uint64_t out)
{
	const struct usage u = usage_own(), *children = &process_current()->children_used;
	/* Another thread may be updating both: clamp, so that the difference is not negative. */
	uint64_t system = READ_ONCE(children->system), cpu = MAX(READ_ONCE(children->cpu), system);
	const uint64_t ticks[4] = {
		(u.cpu - u.system) / NS_PER_TICK,
		u.system / NS_PER_TICK,
		(cpu - system) / NS_PER_TICK,
		system / NS_PER_TICK,
	};

	if (unlikely(!thread_current()->sampled))
		sched_start_sampling();
	if (out && copy_to_user(out, ticks, sizeof(ticks)) < 0)
		return -EFAULT;
	return (long)(arch_time_ns() / NS_PER_TICK);
}
