/* sched_yield, CPU affinity, getcpu, rseq. */
#include "arch/smp.h"
#include "arch/spin.h"
#include "proc/rseq.h"
#include "sched/sched.h"
#include "syscall/user.h"

/* Without the kernel lock, unless another thread waits for the CPU. */
long sys_sched_yield(void)
{
	if (unlikely(sched_has_waiters()))
		sched_yield();
	return 0;
}

static uint64_t all_cpus(void)
{
	return (1ull << arch_cpu_count()) - 1;
}

long sys_sched_setaffinity(uint64_t tid, uint64_t size, uint64_t from)
{
	struct thread *t = user_thread(tid);
	uint64_t mask = 0;

	if (!t)
		return -ESRCH;
	/* Bits of CPUs beyond the mask are ignored. */
	if (copy_from_user(&mask, from, MIN(size, sizeof(mask))) < 0)
		return -EFAULT;
	if (!user_may_schedule(t))
		return -EPERM;
	mask &= all_cpus();
	if (!mask)
		return -EINVAL;
	sched_set_allowed(t, (uint32_t)mask);
	/* Moves to an allowed CPU before returning. */
	if (t == thread_current())
		sched_yield();
	return 0;
}

static long get_affinity(const struct thread *t, uint64_t *mask)
{
	*mask = t ? t->allowed & all_cpus() : 0;
	return t ? 0 : -ESRCH;
}

/* Without the kernel lock for the caller's own. */
long sys_sched_getaffinity(uint64_t tid, uint64_t size, uint64_t out)
{
	uint64_t mask;
	long err = tid ? WITH_KERNEL_LOCK(get_affinity(thread_find((int)tid), &mask))
		       : get_affinity(thread_current(), &mask);

	if (err)
		return err;
	if (size < sizeof(mask) || size % sizeof(mask))
		return -EINVAL;
	return copy_to_user(out, &mask, sizeof(mask)) < 0 ? -EFAULT : (long)sizeof(mask);
}

/* A single NUMA node. Without the kernel lock. */
long sys_getcpu(uint64_t cpu_out, uint64_t node_out)
{
	static const uint32_t node;
	uint32_t cpu = arch_cpu_id();

	if (cpu_out && copy_to_user(cpu_out, &cpu, sizeof(cpu)) < 0)
		return -EFAULT;
	return node_out ? copy_to_user(node_out, &node, sizeof(node)) : 0;
}

#define RSEQ_UNREGISTER 1

/* Without the kernel lock: all of it is the calling thread's own. */
long sys_rseq(uint64_t at, uint64_t size, uint64_t flags, uint64_t signature)
{
	struct thread *t = thread_current();
	bool end = (uint32_t)flags == RSEQ_UNREGISTER;

	if (((uint32_t)flags && !end) || (end && !t->rseq))
		return -EINVAL;
	if (t->rseq) {
		if (at != t->rseq || (uint32_t)size != RSEQ_SIZE)
			return -EINVAL;
		if ((uint32_t)signature != t->rseq_signature)
			return -EPERM;
		if (!end)
			return -EBUSY;
		if (rseq_unregister() < 0)
			return -EFAULT;
		t->rseq = 0;
		return 0;
	}
	if (at % RSEQ_SIZE || (uint32_t)size != RSEQ_SIZE)
		return -EINVAL;
	if (!user_range_ok(at, size))
		return -EFAULT;
	t->rseq = at;
	t->rseq_signature = (uint32_t)signature;
	t->unusual |= UNUSUAL_RSEQ;
	thread_notify_resume(t);
	return 0;
}
