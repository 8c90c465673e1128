/* seccomp: strict mode and BPF filters. */
#include "proc/trace/seccomp.h"

#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "proc/signal/signal.h"
#include "proc/trace/notify.h"
#include "proc/trace/trace.h"
#include "sched/sched.h"

/* Limit on the instructions of all filters of a thread; each filter counts OVERHEAD more. */
#define TOTAL_MAX 32768
#define OVERHEAD  4

#define AUDIT_ARCH_X86_64 0xc000003e
#define SYS_SECCOMP	  1
#define ERRNO_MAX	  4095

/* A list, newest first, whose tails are shared by all threads that inherited them. */
struct seccomp_filter {
	uint32_t refs, total, length;
	bool log;
	struct seccomp_filter *older;
	struct seccomp_listener *listener;
	struct bpf_insn code[];
};

_Static_assert(sizeof(struct seccomp_call) == 64, "Linux ABI");

static struct seccomp_filter *filter_get(struct seccomp_filter *f)
{
	if (f)
		f->refs++;
	return f;
}

static void filter_put(struct seccomp_filter *f)
{
	while (f && --f->refs == 0) {
		struct seccomp_filter *older = f->older;

		if (f->listener)
			listener_leave(f->listener);
		kmem_free(f);
		f = older;
	}
}

static void set_mode(struct thread *t, enum seccomp_mode mode)
{
	t->seccomp_mode = mode;
	t->unusual |= UNUSUAL_SECCOMP;
	arch_thread_trace_calls(&t->arch, true);
}

int seccomp_set_strict(void)
{
	struct thread *t = thread_current();

	if (t->seccomp_mode != SECCOMP_DISABLED && t->seccomp_mode != SECCOMP_STRICT)
		return -EINVAL;
	set_mode(t, SECCOMP_STRICT);
	return 0;
}

/* Only aligned words of struct seccomp_call, and no BPF_MOD, as on Linux. */
static bool insns_are_allowed(const struct bpf_insn *code, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned int class = code[i].code & BPF_CLASS, rest = code[i].code & 0xf8u;

		if (class <= BPF_LDX && rest == (BPF_W | BPF_ABS)) {
			if ((code[i].k & 3) || code[i].k >= sizeof(struct seccomp_call))
				return false;
		} else if (class <= BPF_LDX && rest != (BPF_W | BPF_IMM) &&
			   rest != (BPF_W | BPF_MEM) && rest != (BPF_W | BPF_LEN)) {
			return false;
		}
		if (class == BPF_ALU && (rest & 0xf0) == BPF_MOD)
			return false;
	}
	return true;
}

static bool is_older(const struct seccomp_filter *old, const struct seccomp_filter *than)
{
	while (than && than != old)
		than = than->older;
	return than == old;
}

/* A thread of the caller's process with filters that the caller lacks; 0: none. */
static int find_unsynced(const struct thread *me)
{
	struct thread *t;

	list_for_each (t, &me->process->threads, sibling)
		if (t != me && t->seccomp_mode != SECCOMP_DISABLED &&
		    (t->seccomp_mode != SECCOMP_FILTER || !is_older(t->filter, me->filter)))
			return t->tid;
	return 0;
}

/*
 * The thread may be reading its credentials without a lock: the old ones are freed after a grace
 * period.
 */
static void set_no_new_privileges(struct thread *t)
{
	struct credentials *old = t->cred, *c;

	if (old->no_new_privileges)
		return;
	c = credentials_copy(old, old->group_count);
	if (!c)
		return;
	c->no_new_privileges = true;
	credentials_install(t, c);
	sched_synchronize();
	credentials_put(old);
}

/* SECCOMP_FILTER_FLAG_TSYNC: gives the caller's filters to all threads of its process. */
static void sync_threads(struct thread *me)
{
	struct thread *t;

	list_for_each (t, &me->process->threads, sibling) {
		struct seccomp_filter *old = t->filter;

		if (t == me)
			continue;
		t->filter = filter_get(me->filter);
		filter_put(old);
		if (me->cred->no_new_privileges)
			set_no_new_privileges(t);
		set_mode(t, SECCOMP_FILTER);
	}
}

int seccomp_may_filter(size_t n)
{
	if (!n || n > BPF_INSNS_MAX)
		return -EINVAL;
	return credentials_current()->no_new_privileges || capable(CAP_SYS_ADMIN) ? 0 : -EACCES;
}

/* Whether `f`, of `n` instructions, can be added to the caller's filters. */
static long check_add(struct seccomp_filter *f, size_t n, uint64_t flags)
{
	const struct thread *t = thread_current();
	long err = flags & SECCOMP_TSYNC ? find_unsynced(t) : 0;

	if (err && (flags & SECCOMP_TSYNC_ESRCH))
		err = -ESRCH;
	f->total = (uint32_t)n + OVERHEAD + (t->filter ? t->filter->total : 0);
	if (!err && f->total > TOTAL_MAX)
		err = -ENOMEM;
	for (const struct seccomp_filter *o = t->filter; o && !err; o = o->older)
		if ((flags & SECCOMP_NEW_LISTENER) && o->listener)
			err = -EBUSY;
	return err;
}

long seccomp_add_filter(const struct bpf_insn *code, size_t n, uint64_t flags)
{
	struct thread *t = thread_current();
	struct seccomp_filter *f = kmem_alloc(sizeof(*f) + n * sizeof(*code));
	uint16_t *scratch = kmem_alloc(n * sizeof(*scratch));
	long ret = f && scratch ? bpf_check(code, n, scratch) : -ENOMEM;

	kmem_free(scratch);
	if (!ret && (!insns_are_allowed(code, n) || t->seccomp_mode == SECCOMP_STRICT))
		ret = -EINVAL;
	if (!ret)
		ret = check_add(f, n, flags);
	if (ret) {
		kmem_free(f);
		return ret;
	}
	f->listener = NULL;
	if (flags & SECCOMP_NEW_LISTENER)
		ret = listener_add(&f->listener, flags & SECCOMP_WAIT_KILLABLE);
	if (ret < 0) {
		kmem_free(f);
		return ret;
	}
	memcpy(f->code, code, n * sizeof(*code));
	f->length = (uint32_t)n;
	f->log = flags & SECCOMP_LOG;
	f->refs = 1;
	f->older = t->filter;
	t->filter = f;
	set_mode(t, SECCOMP_FILTER);
	if (flags & SECCOMP_TSYNC)
		sync_threads(t);
	return ret;
}

unsigned int seccomp_filter_count(const struct thread *t)
{
	unsigned int n = 0;

	for (const struct seccomp_filter *f = t->filter; f; f = f->older)
		n++;
	return n;
}

const struct bpf_insn *seccomp_filter_at(const struct thread *t, uint64_t i, uint32_t *length,
					 bool *log)
{
	const struct seccomp_filter *f = t->filter;
	unsigned int n = seccomp_filter_count(t);

	if (i >= n)
		return NULL;
	while (--n > i)
		f = f->older;
	*length = f->length;
	*log = f->log;
	return f->code;
}

/*
 * The strictest result is the smallest action as a signed number; *by is the filter it came from.
 */
static uint32_t strictest_result(const struct thread *t, const struct seccomp_call *call,
				 const struct seccomp_filter **by)
{
	const struct bpf_data d = {(const uint8_t *)call, sizeof(*call), true};
	uint32_t strictest = SECCOMP_RET_ALLOW;

	for (const struct seccomp_filter *f = t->filter; f; f = f->older) {
		uint32_t answer = bpf_run(f->code, &d);

		if ((int32_t)(answer & SECCOMP_RET_ACTION) <
		    (int32_t)(strictest & SECCOMP_RET_ACTION)) {
			strictest = answer;
			*by = f;
		}
	}
	return strictest;
}

void seccomp_signal(struct regs *r, int code, uint32_t data)
{
	const struct signal_info info = {
		.signo = SIGSYS,
		.error = (int32_t)data,
		.code = code,
		.call_addr = r->rip,
		.call = (int32_t)r->code,
		.call_arch = AUDIT_ARCH_X86_64,
	};

	r->rax = r->code;
	signal_force(&info);
}

_Noreturn static void kill_caller(uint32_t action)
{
	struct process *p = process_current();

	if (action == SECCOMP_RET_KILL_THREAD && p->thread_count > 1)
		thread_exit(STATUS_SIGNAL(SIGSYS));
	process_exit_by_signal(SIGSYS);
}

static bool strict_allows(const struct seccomp_call *call)
{
	/* read, write, rt_sigreturn, exit */
	if (call->nr == 0 || call->nr == 1 || call->nr == 15 || call->nr == 60)
		return true;
	thread_exit(STATUS_SIGNAL(SIGKILL));
}

static bool run_filters(struct regs *r, bool again)
{
	const struct thread *t = thread_current();
	const struct seccomp_call call = {(int32_t)r->code,
					  AUDIT_ARCH_X86_64,
					  r->rip,
					  {r->rdi, r->rsi, r->rdx, r->r10, r->r8, r->r9}};
	const struct seccomp_filter *by = NULL;
	uint32_t answer, data;

	if (t->seccomp_mode == SECCOMP_DISABLED ||
	    (t->trace && (t->trace->options & TRACE_SUSPEND_SECCOMP)))
		return true;
	if (t->seccomp_mode == SECCOMP_STRICT)
		return strict_allows(&call);
	answer = strictest_result(t, &call, &by);
	data = answer & SECCOMP_RET_DATA;
	/* After SECCOMP_RET_TRACE all filters run again on the call that the tracer left behind. */
	if (again && (answer & SECCOMP_RET_ACTION) == SECCOMP_RET_TRACE)
		return true;
	switch (answer & SECCOMP_RET_ACTION) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
		return true;
	case SECCOMP_RET_ERRNO:
		r->rax = -(uint64_t)MIN(data, (uint32_t)ERRNO_MAX);
		return false;
	case SECCOMP_RET_TRAP:
		seccomp_signal(r, SYS_SECCOMP, data);
		return false;
	case SECCOMP_RET_USER_NOTIF:
		return listener_ask(by->listener, &call, &r->rax);
	case SECCOMP_RET_TRACE:
		/* Without a tracer the result is -ENOSYS, set by the entry code. */
		return trace_seccomp(data) && (int32_t)r->code >= 0 && run_filters(r, true);
	default:
		kill_caller(answer & SECCOMP_RET_ACTION);
	}
}

bool seccomp_allows(struct regs *r)
{
	return run_filters(r, false);
}

void seccomp_inherit(struct thread *to)
{
	to->filter = filter_get(thread_current()->filter);
	set_mode(to, thread_current()->seccomp_mode);
}

void seccomp_release(struct thread *t)
{
	filter_put(t->filter);
	t->filter = NULL;
}
