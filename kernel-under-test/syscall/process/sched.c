/* Scheduling policies and priorities. */
#include "sched/sched.h"
#include "ipc/futex_pi.h"
#include "syscall/user.h"

#define PRIO_PROCESS 0
#define PRIO_PGRP    1
#define PRIO_USER    2
#define NICE_MIN     (-20)
#define NICE_MAX     19

#define SCHED_DEADLINE	6
#define SCHED_RESET	0x40000000
#define ATTR_RESET	1
#define RT_MIN		1
#define RT_MAX		99
#define ATTR_SIZE_FIRST 48

/* The thread of that tid, 0 being the caller. -EINVAL, -ESRCH. */
static int find(uint64_t tid, struct thread **t)
{
	*t = (int)tid < 0 ? NULL : user_thread(tid);
	return *t ? 0 : (int)tid < 0 ? -EINVAL : -ESRCH;
}

/* Raising the nice value is always allowed; lowering it down to RLIMIT_NICE. -EPERM, -EACCES. */
static int check_nice(const struct thread *t, int nice)
{
	if (!user_may_schedule(t))
		return -EPERM;
	return nice >= t->nice || 20 - nice <= (int64_t)t->process->limits[RLIMIT_NICE][0] ||
			       capable(CAP_SYS_NICE)
		       ? 0
		       : -EACCES;
}

struct search {
	uint64_t which;
	int who, nice;
	bool set;
	long result; /* getpriority(): the highest 20 - nice */
};

static bool visit_process(struct process *p, void *ctx)
{
	struct search *s = ctx;
	struct thread *t = process_any_thread(p);
	int err = s->set ? check_nice(t, s->nice) : 0;

	if (s->which == PRIO_PGRP ? p->pgid != s->who : (int)t->cred->uid != s->who)
		return true;
	if (!s->set)
		s->result = MAX(s->result, 20l - t->nice);
	else if (err || s->result == -ESRCH)
		s->result = err;
	if (s->set && !err)
		list_for_each (t, &p->threads, sibling)
			sched_set_nice(t, s->nice);
	return true;
}

static long for_each_target(uint64_t which, uint64_t who, int nice, bool set)
{
	struct search s = {which, (int)who, nice, set, -ESRCH};
	struct thread *t;
	int err;

	if (which > PRIO_USER)
		return -EINVAL;
	if (which == PRIO_PROCESS) {
		t = user_thread(who);
		if (!t)
			return -ESRCH;
		if (!set)
			return 20 - t->nice;
		err = check_nice(t, nice);
		if (!err)
			sched_set_nice(t, nice);
		return err;
	}
	if (!who)
		s.who = which == PRIO_PGRP ? process_current()->pgid
					   : (int)credentials_current()->uid;
	process_for_each(visit_process, &s);
	return s.result;
}

/* Without the kernel lock for the caller's own. */
long sys_getpriority(uint64_t which, uint64_t who)
{
	if ((uint32_t)which == PRIO_PROCESS && !who)
		return 20 - thread_current()->nice;
	return WITH_KERNEL_LOCK(for_each_target((uint32_t)which, who, 0, false));
}

long sys_setpriority(uint64_t which, uint64_t who, uint64_t nice)
{
	return for_each_target((uint32_t)which, who, MAX(MIN((int)nice, NICE_MAX), NICE_MIN), true);
}

static bool is_realtime(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static long set_policy(uint64_t tid, int policy, int priority)
{
	struct thread *t;
	int kind = policy & ~SCHED_RESET, err = find(tid, &t);

	if (err)
		return err;
	if (policy < 0)
		return -EINVAL;
	if (!is_realtime(kind) && kind != SCHED_OTHER && kind != SCHED_BATCH && kind != SCHED_IDLE)
		return -EINVAL;
	if (is_realtime(kind) ? priority < RT_MIN || priority > RT_MAX : priority != 0)
		return -EINVAL;
	if (!user_may_schedule(t) ||
	    (is_realtime(kind) && priority > t->rt_priority &&
	     (uint64_t)priority > t->process->limits[RLIMIT_RTPRIO][0] && !capable(CAP_SYS_NICE)))
		return -EPERM;
	t->policy = (uint8_t)kind;
	t->unusual &= (uint8_t)~UNUSUAL_PLAIN_CHILDREN;
	if (policy & SCHED_RESET)
		t->unusual |= UNUSUAL_PLAIN_CHILDREN;
	if (priority)
		t->unusual |= UNUSUAL_RT;
	t->rt_priority = (uint8_t)priority;
	sched_set_nice(t, t->nice);
	futex_pi_update_priority(t);
	return 0;
}

static int reported_policy(const struct thread *t)
{
	return t->policy | (t->unusual & UNUSUAL_PLAIN_CHILDREN ? SCHED_RESET : 0);
}

long sys_sched_setscheduler(uint64_t tid, uint64_t policy, uint64_t at)
{
	int priority;

	if (!at || (int)policy < 0)
		return -EINVAL;
	if (copy_from_user(&priority, at, sizeof(priority)) < 0)
		return -EFAULT;
	return set_policy(tid, (int)policy, priority);
}

long sys_sched_setparam(uint64_t tid, uint64_t at)
{
	const struct thread *t = (int)tid < 0 ? NULL : user_thread(tid);
	int priority;

	if (!at || (int)tid < 0)
		return -EINVAL;
	if (copy_from_user(&priority, at, sizeof(priority)) < 0)
		return -EFAULT;
	return t ? set_policy(tid, reported_policy(t), priority) : -ESRCH;
}

static long policy_of(const struct thread *t, int *priority)
{
	if (!t)
		return -ESRCH;
	*priority = t->rt_priority;
	return reported_policy(t);
}

/* Without the kernel lock, which only another thread's needs. */
static long look_up(uint64_t tid, int *priority)
{
	if (!tid)
		return policy_of(thread_current(), priority);
	if ((int)tid < 0)
		return -EINVAL;
	return WITH_KERNEL_LOCK(policy_of(thread_find((int)tid), priority));
}

/* These, up to sched_rr_get_interval(), run without the kernel lock. */
long sys_sched_getscheduler(uint64_t tid)
{
	int priority;

	return look_up(tid, &priority);
}

long sys_sched_getparam(uint64_t tid, uint64_t at)
{
	int priority;
	long err = at ? look_up(tid, &priority) : -EINVAL;

	return err < 0 ? err : copy_to_user(at, &priority, sizeof(priority));
}

long sys_sched_get_priority_max(uint64_t policy)
{
	if (is_realtime((int)policy))
		return RT_MAX;
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE ||
			       policy == SCHED_DEADLINE
		       ? 0
		       : -EINVAL;
}

long sys_sched_get_priority_min(uint64_t policy)
{
	return is_realtime((int)policy) ? RT_MIN : sys_sched_get_priority_max(policy);
}

long sys_sched_rr_get_interval(uint64_t tid, uint64_t out)
{
	int priority;
	long policy = look_up(tid, &priority), kind = policy & ~SCHED_RESET;
	const int64_t ts[2] = {0, kind == SCHED_FIFO ? 0
				  : kind == SCHED_RR ? (int64_t)SCHED_RR_NS
						     : (int64_t)SLICE_NS};

	return policy < 0 ? policy : copy_to_user(out, ts, sizeof(ts));
}

/* struct sched_attr, first version. */
struct user_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

long sys_sched_setattr(uint64_t tid, uint64_t at, uint64_t flags)
{
	struct user_attr a;
	long err;

	if (!at || (int)tid < 0 || flags)
		return -EINVAL;
	if (copy_from_user(&a.size, at, sizeof(a.size)) < 0)
		return -EFAULT;
	if (a.size && a.size < ATTR_SIZE_FIRST)
		return -E2BIG;
	if (a.size > sizeof(a) &&
	    (a.size > PAGE_SIZE || user_tail_is_zero(at + sizeof(a), a.size - sizeof(a)))) {
		a.size = sizeof(a);
		return copy_to_user(at, &a.size, sizeof(a.size)) < 0 ? -EFAULT : -E2BIG;
	}
	if (copy_from_user(&a, at, sizeof(a)) < 0)
		return -EFAULT;
	if (a.flags & ~(uint64_t)ATTR_RESET || ((int)a.policy & SCHED_RESET))
		return -EINVAL;
	err = set_policy(tid, (int)(a.policy | (a.flags & ATTR_RESET ? SCHED_RESET : 0)),
			 (int)a.priority);
	if (!err && !is_realtime((int)a.policy))
		err = for_each_target(PRIO_PROCESS, tid, MAX(MIN(a.nice, NICE_MAX), NICE_MIN),
				      true);
	return err;
}

long sys_sched_getattr(uint64_t tid, uint64_t out, uint64_t size, uint64_t flags)
{
	struct user_attr a = {.size = sizeof(a)};
	struct thread *t;
	int err = !out || flags || size < ATTR_SIZE_FIRST || size > PAGE_SIZE ? -EINVAL
									      : find(tid, &t);

	if (err)
		return err;
	a.policy = t->policy;
	a.flags = t->unusual & UNUSUAL_PLAIN_CHILDREN ? ATTR_RESET : 0;
	a.priority = t->rt_priority;
	a.nice = is_realtime(t->policy) ? 0 : t->nice;
	return copy_to_user(out, &a, sizeof(a));
}

/* I/O priorities are stored and reported; I/O is done in order of arrival. */
#define IOPRIO_CLASS(v) ((v) >> 13)

long sys_ioprio_set(uint64_t which, uint64_t who, uint64_t v)
{
	struct thread *t = user_thread(who);

	if (which < 1 || which > 3 || IOPRIO_CLASS(v) > 3 ||
	    (v & 0x1fff) > (IOPRIO_CLASS(v) ? 7 : 0))
		return -EINVAL;
	if (IOPRIO_CLASS(v) == 1 && !capable(CAP_SYS_NICE))
		return -EPERM;
	if (which != 1)
		return 0;
	if (!t)
		return -ESRCH;
	t->io_priority = (uint16_t)v;
	return 0;
}

long sys_ioprio_get(uint64_t which, uint64_t who)
{
	const struct thread *t = user_thread(who);

	if (which < 1 || which > 3)
		return -EINVAL;
	return which != 1 ? 0 : t ? t->io_priority : -ESRCH;
}
