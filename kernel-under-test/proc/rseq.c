/* Restartable sequences: rseq(2). */
#include "proc/rseq.h"

#include "arch/spin.h"
#include "arch/trap.h"
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "proc/signal/signal.h"

/* struct rseq of the Linux ABI. */
struct rseq {
	uint32_t first_cpu, cpu;
	uint64_t sequence; /* address of a struct sequence (rseq_cs), or 0 */
	uint32_t flags, pad[3];
};

struct sequence {
	uint32_t version, flags;
	uint64_t start, length, abort;
};

_Static_assert(sizeof(struct rseq) == RSEQ_SIZE, "Linux ABI");

int rseq_fixup(struct regs *r)
{
	const struct thread *t = thread_current();
	const uint64_t none = 0;
	struct rseq user;
	struct sequence s;
	uint32_t signature;

	if (copy_from_user(&user, t->rseq, sizeof(user)) < 0)
		return -EFAULT;
	if (likely(!user.sequence))
		return 0;
	if (copy_from_user(&s, user.sequence, sizeof(s)) < 0)
		return -EFAULT;
	if (s.version || s.start >= USER_TOP || s.length >= USER_TOP - s.start ||
	    s.abort >= USER_TOP || s.abort - s.start < s.length)
		return -EINVAL;
	if (copy_from_user(&signature, s.abort - sizeof(signature), sizeof(signature)) < 0)
		return -EFAULT;
	if (signature != t->rseq_signature)
		return -EINVAL;
	if (r->rip - s.start < s.length) {
		if (s.flags | user.flags)
			return -EINVAL;
		r->rip = s.abort;
	}
	return copy_to_user(t->rseq + offsetof(struct rseq, sequence), &none, sizeof(none));
}

void rseq_handle_resume(struct regs *r)
{
	const uint32_t cpu = arch_cpu_id(), cpus[] = {cpu, cpu};
	uint64_t at = thread_current()->rseq;

	if (rseq_fixup(r) < 0 || copy_to_user(at, cpus, sizeof(cpus)) < 0) {
		KERNEL_SCOPE_NESTED();
		trap_user_fault(r, SIGSEGV, SI_KERNEL, 0);
	}
}

int rseq_unregister(void)
{
	const uint32_t cpus[] = {0, UINT32_MAX};

	return copy_to_user(thread_current()->rseq, cpus, sizeof(cpus));
}
