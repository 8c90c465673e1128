/* seccomp user notification. */
#include "proc/trace/notify.h"

#include "arch/uaccess.h"
#include "fs/file.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "proc/signal/signal.h"
#include "proc/trace/seccomp.h"
#include "sched/sched.h"

/* ioctl() requests. The size field (bits 16 to 29) of the last one may vary. */
#define NOTIF_RECV	   0xc0502100u
#define NOTIF_SEND	   0xc0182101u
#define NOTIF_ID_VALID	   0x40082102u
#define NOTIF_ID_VALID_OLD 0x80082102u
#define NOTIF_ADDFD	   0x2103u
#define REQUEST_NAME(r)	   ((r)&0xffff)
#define REQUEST_SIZE(r)	   ((r) >> 16 & 0x3fff)

#define ANSWER_CONTINUE 1
#define ADDFD_SETFD	1
#define ADDFD_SEND	2

enum notice_state {
	NOTICE_NEW,
	NOTICE_RECEIVED,
	NOTICE_ANSWERED,
};

/* On the stack of the waiting caller. */
struct notice {
	struct list link;
	struct thread *thread;
	const struct seccomp_call *call;
	uint64_t id, result;
	enum notice_state state;
	bool go_on;
};

struct seccomp_listener {
	struct seccomp_listener **home; /* NULL: the filter was freed */
	struct list notices;
	/* Notifications not yet received; some may have been withdrawn. */
	uint32_t unreceived;
	bool patient;
	uint64_t last_id;
	struct wait_queue changed;
};

/* Structures of the Linux ABI. */
struct user_notification {
	uint64_t id;
	uint32_t pid, flags;
	struct seccomp_call call;
};

struct user_response {
	uint64_t id;
	int64_t value;
	int32_t error;
	uint32_t flags;
};

struct user_addfd {
	uint64_t id;
	uint32_t flags, from, to, to_flags;
};

_Static_assert(sizeof(struct user_notification) == 80 && sizeof(struct user_response) == 24,
	       "Linux ABI");

static struct notice *find(const struct seccomp_listener *l, uint64_t id)
{
	struct notice *n;

	list_for_each (n, &l->notices, link)
		if (n->id == id)
			return n;
	return NULL;
}

static struct notice *find_in(const struct seccomp_listener *l, enum notice_state state)
{
	struct notice *n;

	list_for_each (n, &l->notices, link)
		if (n->state == state)
			return n;
	return NULL;
}

static void answer(struct notice *n, uint64_t result, bool go_on)
{
	n->state = NOTICE_ANSWERED;
	n->result = result;
	n->go_on = go_on;
	sched_wake(n->thread);
}

/* Signals whose default action is no death, or one with a core, which is not at once. */
#define NOT_FATAL                                                                                  \
	(SIGNALS_STOP | SIGNAL_BIT(SIGCHLD) | SIGNAL_BIT(SIGCONT) | SIGNAL_BIT(SIGURG) |           \
	 SIGNAL_BIT(SIGWINCH) | SIGNAL_BIT(SIGQUIT) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) |   \
	 SIGNAL_BIT(SIGABRT) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSEGV) |     \
	 SIGNAL_BIT(SIGXCPU) | SIGNAL_BIT(SIGXFSZ) | SIGNAL_BIT(SIGSYS))

/* Whether a signal ends `t` that it neither blocks nor handles: as on Linux, as good as SIGKILL. */
static bool is_killed(const struct thread *t)
{
	const struct process *p = t->process;
	uint64_t set = (t->pending | p->pending) & ~t->blocked & ~NOT_FATAL;

	for (; set && !t->trace; set &= set - 1)
		if (p->actions[__builtin_ctzll(set)].handler == SIG_DFL)
			return true;
	return signal_kills(t);
}

bool listener_ask(struct seccomp_listener *l, const struct seccomp_call *call, uint64_t *result)
{
	struct thread *t = thread_current();
	struct notice n = {.thread = t, .call = call};

	if (!l) {
		*result = (uint64_t)-ENOSYS;
		return false;
	}
	n.id = ++l->last_id;
	list_push_back(&l->notices, &n.link);
	l->unreceived++;
	wait_wake_all(&l->changed);
	/* After an answer the listener may be freed. */
	while (n.state != NOTICE_ANSWERED) {
		bool patient = l->patient && n.state == NOTICE_RECEIVED;

		if (patient ? is_killed(t) : t->work & WORK_INTERRUPT) {
			n.result = (uint64_t)wait_interrupted();
			break;
		}
		t->interruptible = true;
		t->killable = patient;
		sched_block();
	}
	t->killable = false;
	list_remove(&n.link);
	*result = n.result;
	return n.go_on;
}

static long receive(struct seccomp_listener *l, uint64_t at)
{
	struct user_notification told = {0};
	struct notice *n;
	int err = user_tail_is_zero(at, sizeof(told));

	if (err)
		return err == -E2BIG ? -EINVAL : err;
	while (!l->unreceived)
		if (wait_sleep(&l->changed, WAIT_INTERRUPTIBLE))
			return -EINTR;
	l->unreceived--;
	n = find_in(l, NOTICE_NEW);
	if (!n)
		return -ENOENT;
	told.id = n->id;
	told.pid = (uint32_t)n->thread->tid;
	told.call = *n->call;
	n->state = NOTICE_RECEIVED;
	wait_wake_all(&l->changed);
	if (!copy_to_user(at, &told, sizeof(told)))
		return 0;
	/* Offers it again; by now it may be gone, or have been interrupted. */
	n = find(l, told.id);
	if (n && n->state == NOTICE_RECEIVED) {
		n->state = NOTICE_NEW;
		l->unreceived++;
		sched_wake(n->thread);
	}
	return -EFAULT;
}

static long send(const struct seccomp_listener *l, uint64_t at)
{
	struct user_response a;
	struct notice *n;

	if (copy_from_user(&a, at, sizeof(a)) < 0)
		return -EFAULT;
	if ((a.flags & ~ANSWER_CONTINUE) || (a.flags && (a.error || a.value)))
		return -EINVAL;
	n = find(l, a.id);
	if (!n)
		return -ENOENT;
	if (n->state != NOTICE_RECEIVED)
		return -EINPROGRESS;
	answer(n, a.error ? (uint64_t)a.error : (uint64_t)a.value, a.flags);
	return 0;
}

/* Takes over the reference to `f` on success. */
static int install_file(struct files *t, struct file *f, const struct user_addfd *a)
{
	bool cloexec = a->to_flags & O_CLOEXEC;
	int fd;

	/*
	 * Raises the count so that files_replace() waits for lockless lookups by that process's
	 * threads.
	 */
	files_get(t);
	if (!(a->flags & ADDFD_SETFD))
		fd = files_add(t, f, 0, cloexec);
	else
		fd = a->to < t->limit ? files_replace(t, f, a->to, cloexec) : -EBADF;
	files_put(t);
	return fd;
}

static long add_file(const struct seccomp_listener *l, uint64_t at, size_t size)
{
	struct user_addfd a;
	struct notice *n;
	struct file *f;
	long fd;

	if (size < sizeof(a) || size >= PAGE_SIZE)
		return -EINVAL;
	fd = user_tail_is_zero(at + sizeof(a), size - sizeof(a));
	if (fd)
		return fd;
	if (copy_from_user(&a, at, sizeof(a)) < 0)
		return -EFAULT;
	if ((a.to_flags & ~(uint32_t)O_CLOEXEC) || (a.flags & ~(ADDFD_SETFD | ADDFD_SEND)) ||
	    (a.to && !(a.flags & ADDFD_SETFD)))
		return -EINVAL;
	f = files_find(process_current()->files, a.from);
	if (!f || (f->flags & O_PATH))
		return -EBADF;
	n = find(l, a.id);
	if (!n)
		return -ENOENT;
	if (n->state != NOTICE_RECEIVED)
		return -EINPROGRESS;
	fd = install_file(n->thread->process->files, file_get(f), &a);
	if (fd < 0) {
		file_put(f);
	} else if (a.flags & ADDFD_SEND) {
		/* Closing the file that was replaced may have slept. */
		n = find(l, a.id);
		if (n && n->state == NOTICE_RECEIVED)
			answer(n, (uint64_t)fd, false);
	}
	return fd;
}

static long listener_ioctl(struct file *f, uint64_t request, uint64_t arg)
{
	struct seccomp_listener *l = f->data;
	const struct notice *n;
	uint64_t id;

	switch (request) {
	case NOTIF_RECV:
		return receive(l, arg);
	case NOTIF_SEND:
		return send(l, arg);
	case NOTIF_ID_VALID:
	case NOTIF_ID_VALID_OLD:
		if (copy_from_user(&id, arg, sizeof(id)) < 0)
			return -EFAULT;
		n = find(l, id);
		return n && n->state == NOTICE_RECEIVED ? 0 : -ENOENT;
	default:
		return REQUEST_NAME(request) == NOTIF_ADDFD
			       ? add_file(l, arg, REQUEST_SIZE(request))
			       : -EINVAL;
	}
}

static uint32_t listener_poll(struct file *f, struct poll_entry *e)
{
	struct seccomp_listener *l = f->data;

	poll_add(e, &l->changed);
	return (find_in(l, NOTICE_NEW) ? POLL_READABLE : 0) |
	       (find_in(l, NOTICE_RECEIVED) ? POLL_WRITABLE : 0) | (l->home ? 0 : POLL_HUP);
}

static void listener_release(struct file *f)
{
	struct seccomp_listener *l = f->data;
	struct notice *n, *next;

	if (l->home)
		*l->home = NULL;
	list_for_each_safe (n, next, &l->notices, link) {
		list_remove(&n->link);
		if (n->state != NOTICE_ANSWERED)
			answer(n, (uint64_t)-ENOSYS, false);
	}
	kmem_free(l);
}

static const struct file_ops listener_ops = {
	.kind = "anon_inode:seccomp notify",
	.ioctl = listener_ioctl,
	.poll = listener_poll,
	.release = listener_release,
};

int listener_add(struct seccomp_listener **home, bool patient)
{
	struct seccomp_listener *l = kmem_zalloc(sizeof(*l));
	struct file *f;

	if (!l)
		return -ENOMEM;
	l->home = home;
	l->patient = patient;
	list_init(&l->notices);
	wait_init(&l->changed);
	l->last_id = random_u64();
	if (file_create_anon(&listener_ops, O_RDWR, l, &f))
		return -ENOMEM;
	*home = l;
	return process_add_file(f, true);
}

void listener_leave(struct seccomp_listener *l)
{
	l->home = NULL;
	wait_wake_all(&l->changed);
}
