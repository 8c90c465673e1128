/* System calls on signals. */
#include "arch/signal.h"
#include "arch/spin.h"
#include "proc/signal/signal.h"
#include "sched/sched.h"
#include "syscall/file/poll.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define MINSIGSTKSZ 2048

struct user_sigaction {
	uint64_t handler, flags, restorer, mask;
};

long sys_rt_sigaction(uint64_t signo, uint64_t new, uint64_t old, uint64_t mask_size)
{
	struct process *p = process_current();
	struct user_sigaction a;
	struct signal_action *now;

	if (!signo || signo > SIGNALS_MAX || mask_size != sizeof(a.mask))
		return -EINVAL;
	if (new && (SIGNAL_BIT(signo) & SIGNALS_UNBLOCKABLE))
		return -EINVAL;
	if (new &&copy_from_user(&a, new, sizeof(a)) < 0)
		return -EFAULT;
	now = &p->actions[signo - 1];
	if (old) {
		struct user_sigaction was = {now->handler, now->flags, now->restorer, now->mask};

		if (copy_to_user(old, &was, sizeof(was)) < 0)
			return -EFAULT;
	}
	if (new) {
		struct signal_action set = {a.handler, a.flags, a.restorer, a.mask};

		signal_set_action(p, (int)signo, &set);
	}
	return 0;
}

/* Without the kernel lock. */
long sys_rt_sigprocmask(uint64_t how, uint64_t new, uint64_t old, uint64_t mask_size)
{
	uint64_t set, before = thread_current()->blocked;

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
		signal_set_blocked_unlocked(set);
	}
	return old && copy_to_user(old, &before, sizeof(before)) < 0 ? -EFAULT : 0;
}

long sys_rt_sigpending(uint64_t out, uint64_t mask_size)
{
	struct thread *t = thread_current();
	uint64_t set = (t->pending | t->process->pending) & t->blocked;

	if (mask_size != sizeof(set))
		return -EINVAL;
	return copy_to_user(out, &set, sizeof(set));
}

static long sleep_for_signal(void)
{
	for (;;) {
		int err = wait_until(WAIT_FOREVER, NULL);

		if (err)
			return -ERESTARTNOHAND;
	}
}

long sys_restart_syscall(void)
{
	struct restart *here = &thread_current()->restart, r = *here;

	here->call = NULL;
	return r.call ? r.call(&r) : -EINTR;
}

long sys_rt_sigsuspend(uint64_t mask, uint64_t mask_size)
{
	uint64_t set;

	if (mask_size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)) < 0)
		return -EFAULT;
	signal_set_blocked_for_sleep(set);
	return sleep_for_signal();
}

long sys_pause(void)
{
	return sleep_for_signal();
}

long sys_rt_sigtimedwait(uint64_t mask, uint64_t info_out, uint64_t timeout, uint64_t mask_size)
{
	struct thread *t = thread_current();
	uint64_t set, blocked = t->blocked, deadline;
	struct signal_info info = {0};
	long err = 0;

	if (mask_size != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, mask, sizeof(set)) < 0)
		return -EFAULT;
	set &= ~SIGNALS_UNBLOCKABLE;
	err = poll_deadline(timeout, &deadline);
	if (err)
		return err;
	if (!signal_dequeue(t, set, &info)) {
		if (!deadline)
			return -EAGAIN;
		/* Unblocked so that it ends the sleep; dequeued here, before a handler can run. */
		t->waited = blocked & set;
		signal_set_blocked(blocked & ~set);
		do
			err = wait_until(deadline, NULL);
		while (!signal_dequeue(t, set, &info) && !err);
		t->waited = 0;
		signal_set_blocked(blocked);
	}
	if (err && !info.signo)
		return err == -ETIMEDOUT ? -EAGAIN : -EINTR;
	if (info_out && copy_to_user(info_out, &info, sizeof(info)) < 0)
		return -EFAULT;
	return info.signo;
}

static long set_stack(struct thread *t, const struct signal_stack *s)
{
	int mode = s->flags & ~SS_AUTODISARM;

	if (signal_stack_used(&t->alt_stack, arch_thread_regs(&t->arch)->rsp))
		return -EPERM;
	if (mode & ~SS_ONSTACK && mode != SS_DISABLE)
		return -EINVAL;
	if (mode == SS_DISABLE)
		t->alt_stack = (struct signal_stack){.flags = s->flags};
	else if (s->size < MINSIGSTKSZ)
		return -ENOMEM;
	else
		t->alt_stack = *s;
	return 0;
}

/* Without the kernel lock. */
long sys_rt_sigreturn(void)
{
	struct thread *t = thread_current();
	struct regs *r = arch_thread_regs(&t->arch);
	struct signal_stack stack;
	uint64_t blocked;

	if (arch_signal_leave(r, &t->arch, &blocked, &stack) < 0) {
		kernel_lock();
		process_exit(STATUS_SIGNAL(SIGSEGV));
	}
	set_stack(t, &stack);
	signal_set_blocked_unlocked(blocked);
	thread_add_work(t, WORK_REGS);
	/* The exit path stores the result as rax, which must be the frame's. */
	return (long)r->rax;
}

/* Without the kernel lock. */
long sys_sigaltstack(uint64_t new, uint64_t old)
{
	struct thread *t = thread_current();
	struct signal_stack s, was = t->alt_stack;

	if (new &&copy_from_user(&s, new, sizeof(s)) < 0)
		return -EFAULT;
	was.flags = (was.flags & SS_AUTODISARM) |
		    (!was.size							? SS_DISABLE
		     : signal_stack_used(&was, arch_thread_regs(&t->arch)->rsp) ? SS_ONSTACK
										: 0);
	if (old && copy_to_user(old, &was, sizeof(was)) < 0)
		return -EFAULT;
	return new ? set_stack(t, &s) : 0;
}

/* These three run without the kernel lock when a thread signals itself. */
long sys_kill(uint64_t pid, uint64_t signo)
{
	const struct process *p = process_current();
	struct signal_info info;

	if ((int)pid == p->pid && !signo)
		return 0;
	info = signal_info_user((int)signo, SI_USER);
	/* A single-threaded process: only the caller itself could add a thread. */
	if ((int)pid == p->pid && signo - 1 < SIGNALS_MAX && p->thread_count == 1 &&
	    signal_send_self(&info))
		return 0;
	return WITH_KERNEL_LOCK(signal_kill((int)pid, &info));
}

static long send_to_thread(uint64_t pid, uint64_t tid, uint64_t signo, struct signal_info *info)
{
	struct thread *t = thread_find((int)tid);

	if ((int)pid <= 0 || (int)tid <= 0 || signo > SIGNALS_MAX)
		return -EINVAL;
	if (!t || t->process->pid != (int)pid)
		return -ESRCH;
	if (!signal_may_send(t->process, (int)signo))
		return -EPERM;
	if (!signal_has_room(t->process, (int)signo))
		return -EAGAIN;
	if (signo)
		signal_send_thread(t, info);
	return 0;
}

long sys_tgkill(uint64_t pid, uint64_t tid, uint64_t signo)
{
	struct signal_info info = signal_info_user((int)signo, SI_TKILL);
	const struct thread *t = thread_current();

	if ((int)tid == t->tid && (int)pid == t->process->pid && signo - 1 < SIGNALS_MAX &&
	    signal_send_self(&info))
		return 0;
	return WITH_KERNEL_LOCK(send_to_thread(pid, tid, signo, &info));
}

long sys_tkill(uint64_t tid, uint64_t signo)
{
	struct thread *t = thread_current();
	uint64_t pid = (uint64_t)t->process->pid;

	if ((int)tid <= 0)
		return -EINVAL;
	if ((int)tid != t->tid) {
		kernel_lock();
		t = thread_find((int)tid);
		pid = t ? (uint64_t)t->process->pid : 0;
		kernel_unlock();
	}
	return pid ? sys_tgkill(pid, tid, signo) : -ESRCH;
}

/* siginfo from user space: other processes may not be sent the codes of the kernel and kill(). */
static int get_info(uint64_t from, uint64_t signo, bool own, struct signal_info *info)
{
	if (copy_from_user(info, from, sizeof(*info)) < 0)
		return -EFAULT;
	if ((info->code >= 0 || info->code == SI_TKILL) && !own)
		return -EPERM;
	if (signo > SIGNALS_MAX)
		return -EINVAL;
	info->signo = (int)signo;
	return 0;
}

static int may_queue(const struct process *p, uint64_t signo)
{
	if (!signal_may_send(p, (int)signo))
		return -EPERM;
	return signal_has_room(p, (int)signo) ? 0 : -EAGAIN;
}

long sys_rt_sigqueueinfo(uint64_t pid, uint64_t signo, uint64_t from)
{
	struct signal_info info;
	struct process *p;
	int err = get_info(from, signo, (int)pid == thread_current()->tid, &info);

	if (err)
		return err;
	p = process_find_by_tid((int)pid);
	if (!p)
		return process_find_any((int)pid) ? 0 : -ESRCH;
	err = may_queue(p, signo);
	if (!err && signo)
		signal_send(p, &info);
	return err;
}

long sys_rt_tgsigqueueinfo(uint64_t pid, uint64_t tid, uint64_t signo, uint64_t from)
{
	struct signal_info info;
	struct thread *t;
	int err;

	if ((int)pid <= 0 || (int)tid <= 0)
		return -EINVAL;
	err = get_info(from, signo, (int)tid == thread_current()->tid, &info);
	if (err)
		return err;
	t = thread_find((int)tid);
	if (!t || t->process->pid != (int)pid)
		return -ESRCH;
	err = may_queue(t->process, signo);
	if (!err && signo)
		signal_send_thread(t, &info);
	return err;
}
