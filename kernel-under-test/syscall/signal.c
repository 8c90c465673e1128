/* System calls on signals. */
#include "proc/signal.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define SIG_DFL 0
#define SIG_IGN 1

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

struct user_sigaction {
	uint64_t handler, flags, restorer, mask;
};

long sys_rt_sigaction(uint64_t signo, uint64_t new, uint64_t old, uint64_t mask_size)
{
	struct process *p = process_current();
	struct user_sigaction a = {0};
	uint64_t bit;

	if (!signo || signo > SIGNALS_MAX || mask_size != sizeof(a.mask))
		return -EINVAL;
	bit = SIGNAL_BIT(signo);
	a.handler = p->ignored & bit ? SIG_IGN : SIG_DFL;
	if (old && copy_to_user(old, &a, sizeof(a)) < 0)
		return -EFAULT;
	if (!new)
		return 0;
	if (copy_from_user(&a, new, sizeof(a)) < 0)
		return -EFAULT;
	if (signo == SIGKILL || signo == SIGSTOP)
		return -EINVAL;
	if (a.handler != SIG_DFL && a.handler != SIG_IGN)
		return -ENOSYS;
	if (a.handler == SIG_IGN) {
		p->ignored |= bit;
		p->pending &= ~bit;
		signal_set_blocked(p, p->blocked);
	} else {
		p->ignored &= ~bit;
	}
	return 0;
}

long sys_rt_sigprocmask(uint64_t how, uint64_t new, uint64_t old, uint64_t mask_size)
{
	struct process *p = process_current();
	uint64_t set, before = p->blocked;

	if (mask_size != sizeof(set))
		return -EINVAL;
	if (new) {
		if (copy_from_user(&set, new, sizeof(set)) < 0)
			return -EFAULT;
		if (how == SIG_BLOCK)
			set |= before;
		else if (how == SIG_UNBLOCK)
			set = before & ~set;
		else if (how != SIG_SETMASK)
			return -EINVAL;
		signal_set_blocked(p, set);
	}
	if (old && copy_to_user(old, &before, sizeof(before)) < 0)
		return -EFAULT;
	return 0;
}

long sys_kill(uint64_t pid, uint64_t signo)
{
	return signal_kill((int)pid, (int)signo);
}

long sys_tkill(uint64_t tid, uint64_t signo)
{
	return (int)tid > 0 ? signal_kill((int)tid, (int)signo) : -EINVAL;
}

long sys_tgkill(uint64_t pid, uint64_t tid, uint64_t signo)
{
	return pid == tid ? sys_tkill(tid, signo) : -ESRCH;
}
