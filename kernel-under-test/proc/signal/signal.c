/* Sending and queueing signals. */
#include "proc/signal/signal.h"

#include "fs/credentials.h"
#include "ipc/mqueue.h"
#include "mm/kmem.h"
#include "proc/posix_timer.h"
#include "proc/trace/trace.h"
#include "sched/sched.h"

/* Ignored by default. */
#define SIGNALS_IGNORED_BY_DEFAULT                                                                 \
	(SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG) | SIGNAL_BIT(SIGWINCH))

struct wait_queue signal_watchers = {LIST_INIT(signal_watchers.waiters)};
uint32_t signal_watched;

struct sigqueue {
	struct list link;
	struct signal_info info;
};

struct signal_info signal_info_user(int signo, int code)
{
	struct signal_info info = {.signo = signo, .code = code};

	info.pid = process_current()->pid;
	info.uid = credentials_current()->uid;
	return info;
}

void signal_recalc_pending(struct thread *t)
{
	struct process *p = t->process;

	if (((t->pending | p->pending) & ~t->blocked) || p->exiting || p->stopped)
		thread_add_work(t, WORK_SIGNAL);
	else
		thread_clear_work(t, WORK_SIGNAL);
	sched_kick(t);
}

void signal_wake(struct thread *t)
{
	thread_add_work(t, WORK_SIGNAL);
	if (t == thread_current())
		return;
	sched_interrupt_sleep(t, true);
	sched_kick(t);
}

static bool is_ignored(const struct process *p, int signo)
{
	uint64_t handler = p->actions[signo - 1].handler, bit = SIGNAL_BIT(signo);

	if (handler == SIG_IGN || (handler == SIG_DFL && (bit & SIGNALS_IGNORED_BY_DEFAULT)))
		return true;
	/* Process 1 ignores signals without a handler: the system depends on it. */
	return p->pid == 1 && handler == SIG_DFL;
}

static void discard(struct process *p, struct list *signals, uint64_t *pending, uint64_t set)
{
	struct sigqueue *q, *next;

	if (!(*pending & set))
		return;
	list_for_each_safe (q, next, signals, link) {
		if (!(SIGNAL_BIT(q->info.signo) & set))
			continue;
		list_remove(&q->link);
		if (unlikely(q->info.code == SI_TIMER) && p)
			posix_timer_rearm(p, &q->info);
		if (p)
			p->signals_queued--;
		kmem_free(q);
	}
	*pending &= ~set;
}

static void discard_everywhere(struct process *p, uint64_t set)
{
	struct thread *t;

	discard(p, &p->signals, &p->pending, set);
	list_for_each (t, &p->threads, sibling) {
		discard(p, &t->signals, &t->pending, set);
		signal_recalc_pending(t);
	}
}

static void continue_process(struct process *p)
{
	discard_everywhere(p, SIGNALS_STOP);
	if (!p->stopped)
		return;
	p->stopped = false;
	p->cont_reported = true;
	trace_continued(p);
	wait_wake_all(&p->continued);
	signal_send_child(p);
	wait_wake_all(&p->parent->child_changed);
}

/* Immediate effects of a signal, whatever its disposition. False: discard it. */
static bool prepare_signal(struct process *p, int signo)
{
	if (p->zombie)
		return false;
	if (signo == SIGCONT || signo == SIGKILL)
		continue_process(p);
	if (SIGNAL_BIT(signo) & SIGNALS_STOP)
		discard_everywhere(p, SIGNAL_BIT(SIGCONT));
	return true;
}

static void enqueue(struct process *p, struct list *signals, uint64_t *pending,
		    const struct signal_info *info)
{
	uint64_t bit = SIGNAL_BIT(info->signo);
	struct sigqueue *q;

	/* Standard signals are not queued: one pending is enough. */
	if (info->signo < SIGRTMIN && (*pending & bit) && likely(info->code != SI_TIMER))
		return;
	/* Before the blocked sets are read: see proc/signal/mask.c. */
	__atomic_fetch_or(pending, bit, __ATOMIC_SEQ_CST);
	/* Beyond the limit or without memory it is still pending, but carries no details. */
	if (p->signals_queued >= p->limits[RLIMIT_SIGPENDING][0] && info->code <= 0)
		return;
	q = kmem_alloc(sizeof(*q));
	if (!q)
		return;
	p->signals_queued++;
	q->info = *info;
	list_push_back(signals, &q->link);
	if (unlikely(signal_watched))
		wait_wake_all(&signal_watchers);
}

bool signal_send(struct process *p, const struct signal_info *info)
{
	uint64_t bit = SIGNAL_BIT(info->signo);
	struct thread *taker;

	if (!prepare_signal(p, info->signo))
		return false;
	/* A blocked signal may be waited for, so it stays pending even if ignored. */
	taker = signal_find_taker(p, bit);
	if (taker && !(taker->waited & bit) && is_ignored(p, info->signo) && !taker->trace)
		return false;
	enqueue(p, &p->signals, &p->pending, info);
	/* The thread may have blocked it meanwhile: look again. */
	if (!taker || unlikely(READ_ONCE(taker->blocked) & bit))
		taker = signal_find_taker(p, bit);
	if (taker)
		signal_wake(taker);
	return true;
}

bool signal_send_thread(struct thread *t, const struct signal_info *info)
{
	struct process *p = t->process;

	if (!prepare_signal(p, info->signo))
		return false;
	if (!((t->blocked | t->waited) & SIGNAL_BIT(info->signo)) && is_ignored(p, info->signo) &&
	    !t->trace)
		return false;
	enqueue(p, &t->signals, &t->pending, info);
	if (!(READ_ONCE(t->blocked) & SIGNAL_BIT(info->signo)))
		signal_wake(t);
	return true;
}

void signal_raise(struct process *p, int signo)
{
	struct signal_info info = {.signo = signo, .code = SI_KERNEL};

	signal_send(p, &info);
}

void signal_force(const struct signal_info *info)
{
	struct thread *t = thread_current();
	uint64_t bit = SIGNAL_BIT(info->signo);

	if ((t->blocked & bit) || t->process->actions[info->signo - 1].handler == SIG_IGN) {
		t->process->actions[info->signo - 1] = (struct signal_action){0};
		signal_set_blocked(t->blocked & ~bit);
	}
	signal_send_thread(t, info);
}

void signal_send_child(struct process *p)
{
	struct signal_info info = {.signo = SIGCHLD, .pid = p->pid, .uid = p->uid};
	bool job = p->stopped || !p->zombie;

	if (!p->zombie) {
		info.code = p->stopped ? CLD_STOPPED : CLD_CONTINUED;
		info.status = p->stopped ? p->stop_signal : SIGCONT;
	} else if (p->exit_status & 0x7f) {
		info.code = p->exit_status & STATUS_DUMPED ? CLD_DUMPED : CLD_KILLED;
		info.status = p->exit_status & 0x7f;
	} else {
		info.code = CLD_EXITED;
		info.status = p->exit_status >> 8 & 0xff;
	}
	if (job && (p->parent->actions[SIGCHLD - 1].flags & SA_NOCLDSTOP))
		return;
	if (!job)
		info.signo = p->exit_signal;
	if (info.signo < 1 || info.signo > SIGNALS_MAX)
		return;
	signal_send(p->parent, &info);
}

bool signal_may_send(const struct process *p, int signo)
{
	const struct credentials *c = credentials_current(), *to;

	if (likely(credentials_capable(c, CAP_KILL)) || p == process_current())
		return true;
	if (list_empty(&p->threads))
		return true;
	to = process_any_thread(p)->cred;
	if (signo == SIGCONT && p->sid == process_current()->sid)
		return true;
	return c->euid == to->uid || c->euid == to->suid || c->uid == to->uid || c->uid == to->suid;
}

struct kill {
	int group; /* 0: all but process 1 and the caller */
	const struct signal_info *info;
	bool trusted; /* sent by the kernel */
	bool found, denied;
};

static bool kill_one(struct process *p, void *ctx)
{
	struct kill *k = ctx;

	if (k->group ? p->pgid != k->group : p->pid == 1 || p == process_current())
		return true;
	if (!k->trusted && !signal_may_send(p, k->info->signo)) {
		k->denied = true;
		return true;
	}
	k->found = true;
	if (k->info->signo)
		signal_send(p, k->info);
	return true;
}

int signal_kill(int pid, const struct signal_info *info)
{
	bool trusted = info->code == SI_KERNEL;
	struct kill k = {0, info, trusted, false, false};
	struct process *p;

	if (info->signo < 0 || info->signo > SIGNALS_MAX)
		return -EINVAL;
	if (pid > 0) {
		p = process_find_by_tid(pid);
		if (p && !trusted && !signal_may_send(p, info->signo))
			return -EPERM;
		if (p && info->signo)
			signal_send(p, info);
		return p || process_find_any(pid) ? 0 : -ESRCH;
	}
	if (pid == 0)
		k.group = process_current()->pgid;
	else if (pid == INT32_MIN)
		return -ESRCH;
	else if (pid != -1)
		k.group = -pid;
	process_for_each(kill_one, &k);
	return k.found ? 0 : k.denied ? -EPERM : -ESRCH;
}

void signal_set_blocked(uint64_t blocked)
{
	struct thread *t = thread_current();
	uint64_t before = t->blocked;

	t->blocked = blocked & ~SIGNALS_UNBLOCKABLE;
	/* Blocked now, though it was to take them. */
	if (unlikely(t->process->pending & t->blocked & ~before))
		signal_retarget(t->process, t->blocked & ~before);
	signal_recalc_pending(t);
}

static void set_action(struct process *p, int signo, const struct signal_action *a)
{
	__atomic_fetch_add(&p->action_seq, 1, __ATOMIC_SEQ_CST);
	p->actions[signo - 1] = *a;
	p->actions[signo - 1].mask &= ~SIGNALS_UNBLOCKABLE;
	__atomic_fetch_add(&p->action_seq, 1, __ATOMIC_SEQ_CST);
	p->actions_set |= SIGNAL_BIT(signo);
	if (is_ignored(p, signo))
		discard_everywhere(p, SIGNAL_BIT(signo));
}

void signal_set_action(struct process *p, int signo, const struct signal_action *a)
{
	struct process *other;

	set_action(p, signo, a);
	list_for_each (other, &p->action_sharers, action_sharers)
		set_action(other, signo, a);
}

void signal_reset_actions(struct process *p)
{
	for (uint64_t left = p->actions_set; left; left &= left - 1) {
		struct signal_action *a = &p->actions[__builtin_ctzll(left)];

		*a = (struct signal_action){.handler = a->handler == SIG_IGN ? SIG_IGN : SIG_DFL};
	}
}

static bool dequeue_from(struct process *p, struct list *signals, uint64_t *pending, uint64_t set,
			 struct signal_info *out)
{
	int signo = __builtin_ctzll(*pending & set) + 1;
	struct sigqueue *q, *next;
	bool found = false, more = false;

	*out = (struct signal_info){.signo = signo, .code = SI_USER};
	list_for_each_safe (q, next, signals, link) {
		if (q->info.signo != signo)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = true;
		*out = q->info;
		list_remove(&q->link);
		p->signals_queued--;
		kmem_free(q);
	}
	if (!more)
		*pending &= ~SIGNAL_BIT(signo);
	return true;
}

bool signal_dequeue(struct thread *t, uint64_t set, struct signal_info *out)
{
	struct process *p = t->process;

	bool taken = false;

	if (t->pending & set)
		taken = dequeue_from(p, &t->signals, &t->pending, set, out);
	else if (p->pending & set)
		taken = dequeue_from(p, &p->signals, &p->pending, set, out);
	if (unlikely(taken && out->code == SI_TIMER))
		posix_timer_rearm(p, out);
	return taken;
}

bool mqueue_notify_alive(const struct mqueue *q)
{
	const struct process *p = process_find(q->notification.pid);
	struct files *t = p && p->serial == q->notification.serial ? p->files : NULL;

	for (uint32_t fd = 0; t && fd < t->capacity; fd++) {
		struct file *f = files_find_get(t, fd);
		bool found = f && mqueue_of(f) == q;

		if (f)
			file_put(f);
		if (found)
			return true;
	}
	return false;
}

void mqueue_notify(const struct mqueue *q)
{
	struct signal_info info = signal_info_user(q->notification.signo, SI_MESGQ);

	info.value = q->notification.value;
	if (q->notification.signo && mqueue_notify_alive(q))
		signal_send(process_find(q->notification.pid), &info);
}

void signal_flush(struct process *p, struct list *signals)
{
	uint64_t all = UINT64_MAX;

	discard(p, signals, &all, UINT64_MAX);
}

bool signal_has_room(const struct process *p, int signo)
{
	return signo < SIGRTMIN || p->signals_queued < p->limits[RLIMIT_SIGPENDING][0];
}
