/* prctl. */
#include "lib/string.h"
#include "proc/signal/signal.h"
#include "proc/trace/dispatch.h"
#include "syscall/user.h"

#define PR_SET_PDEATHSIG	     1
#define PR_GET_PDEATHSIG	     2
#define PR_GET_DUMPABLE		     3
#define PR_SET_DUMPABLE		     4
#define PR_GET_KEEPCAPS		     7
#define PR_SET_KEEPCAPS		     8
#define PR_SET_NAME		     15
#define PR_GET_NAME		     16
#define PR_GET_SECCOMP		     21
#define PR_SET_SECCOMP		     22
#define PR_CAPBSET_READ		     23
#define PR_CAPBSET_DROP		     24
#define PR_GET_TSC		     25
#define PR_SET_TSC		     26
#define PR_GET_SECUREBITS	     27
#define PR_SET_SECUREBITS	     28
#define PR_SET_TIMERSLACK	     29
#define PR_GET_TIMERSLACK	     30
#define PR_SET_CHILD_SUBREAPER	     36
#define PR_GET_CHILD_SUBREAPER	     37
#define PR_SET_NO_NEW_PRIVS	     38
#define PR_GET_NO_NEW_PRIVS	     39
#define PR_GET_TID_ADDRESS	     40
#define PR_SET_THP_DISABLE	     41
#define PR_GET_THP_DISABLE	     42
#define PR_CAP_AMBIENT		     47
#define PR_SET_SYSCALL_USER_DISPATCH 59

/* The time stamp counter can be read. */
#define TSC_ENABLE 1

/* SECBIT_KEEP_CAPS. */
#define KEEP_CAPS (1 << 4)

#define AMBIENT_IS_SET	  1
#define AMBIENT_RAISE	  2
#define AMBIENT_LOWER	  3
#define AMBIENT_CLEAR_ALL 4

/* Default timer slack. */
#define TIMER_SLACK_NS 50000

static long set_name(struct thread *t, uint64_t arg)
{
	char name[COMM_MAX];
	long n = copy_string_from_user(name, arg, sizeof(name));

	if (n == -EFAULT)
		return n;
	name[COMM_MAX - 1] = '\0';
	memset(t->comm, 0, COMM_MAX);
	memcpy(t->comm, name, strlen(name));
	return 0;
}

static long put_int(uint64_t at, int v)
{
	return copy_to_user(at, &v, sizeof(v));
}

/* A copy of the caller's credentials, to be changed. NULL: no memory. */
static struct credentials *copy(void)
{
	return credentials_copy(credentials_current(), credentials_current()->group_count);
}

static long ambient(uint64_t what, uint64_t capability)
{
	const struct credentials *now = credentials_current();
	uint64_t bit = capability <= CAP_LAST ? BIT(capability) : 0;
	struct credentials *c;

	if (what == AMBIENT_CLEAR_ALL ? capability != 0 : !bit)
		return -EINVAL;
	if (what == AMBIENT_IS_SET)
		return (now->ambient & bit) != 0;
	if (what < AMBIENT_RAISE || what > AMBIENT_CLEAR_ALL)
		return -EINVAL;
	if (what == AMBIENT_RAISE && !(now->permitted & now->inheritable & bit))
		return -EPERM;
	c = copy();
	if (!c)
		return -ENOMEM;
	c->ambient = what == AMBIENT_CLEAR_ALL ? 0
		     : what == AMBIENT_RAISE   ? c->ambient | bit
					       : c->ambient & ~bit;
	credentials_commit(c);
	return 0;
}

static long drop_bound(uint64_t capability)
{
	struct credentials *c;

	if (!capable(CAP_SETPCAP))
		return -EPERM;
	if (capability > CAP_LAST)
		return -EINVAL;
	c = copy();
	if (!c)
		return -ENOMEM;
	c->bounding &= ~BIT(capability);
	credentials_commit(c);
	return 0;
}

static long set_flag(uint64_t option, uint64_t v)
{
	struct credentials *c = copy();

	if (!c)
		return -ENOMEM;
	if (option == PR_SET_KEEPCAPS)
		c->keep_capabilities = v;
	else
		c->no_new_privileges = true;
	credentials_commit(c);
	return 0;
}

static long set_dispatch(uint64_t on, uint64_t code, uint64_t len, uint64_t selector)
{
	if (on == 1)
		return dispatch_begin(code, len, selector);
	if (on || code || len || selector)
		return -EINVAL;
	if (thread_current()->dispatch)
		dispatch_end(thread_current());
	return 0;
}

long sys_prctl(uint64_t option, uint64_t arg, uint64_t arg3, uint64_t arg4, uint64_t arg5)
{
	struct process *p = process_current();
	uint64_t rest = arg3 | arg4 | arg5;

	switch ((int)option) {
	case PR_SET_PDEATHSIG:
		if (arg > SIGNALS_MAX)
			return -EINVAL;
		p->death_signal = (int)arg;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_int(arg, p->death_signal);
	case PR_GET_DUMPABLE:
		return !p->undumpable;
	case PR_SET_DUMPABLE:
		if (arg > 1)
			return -EINVAL;
		p->undumpable = !arg;
		return 0;
	case PR_GET_KEEPCAPS:
		return credentials_current()->keep_capabilities;
	case PR_SET_KEEPCAPS:
		return arg > 1 ? -EINVAL : set_flag(PR_SET_KEEPCAPS, arg);
	case PR_SET_NAME:
		return set_name(thread_current(), arg);
	case PR_GET_NAME:
		return copy_to_user(arg, thread_current()->comm, COMM_MAX);
	case PR_GET_SECCOMP:
		return thread_current()->seccomp_mode;
	case PR_SET_SECCOMP:
		return user_set_seccomp(arg, arg3);
	case PR_CAPBSET_READ:
		return arg > CAP_LAST ? -EINVAL
				      : (long)(credentials_current()->bounding >> arg & 1);
	case PR_CAPBSET_DROP:
		return drop_bound(arg);
	case PR_GET_SECUREBITS:
		return credentials_current()->keep_capabilities ? KEEP_CAPS : 0;
	case PR_SET_SECUREBITS:
		/* Only SECBIT_KEEP_CAPS is supported. */
		if (!capable(CAP_SETPCAP))
			return -EPERM;
		return arg & ~(uint64_t)KEEP_CAPS ? -EINVAL
						  : set_flag(PR_SET_KEEPCAPS, arg == KEEP_CAPS);
	case PR_SET_TIMERSLACK:
		/* Stored and reported; timers are never deferred. */
		thread_current()->timer_slack_ns =
			(int64_t)arg > 0 ? arg : thread_current()->default_slack_ns;
		return 0;
	case PR_GET_TIMERSLACK:
		return thread_current()->timer_slack_ns ? (long)thread_current()->timer_slack_ns
							: TIMER_SLACK_NS;
	case PR_GET_TSC:
		return put_int(arg, TSC_ENABLE);
	case PR_SET_TSC:
		return arg == TSC_ENABLE ? 0 : -EINVAL;
	case PR_SET_CHILD_SUBREAPER:
		p->subreaper = arg != 0;
		return 0;
	case PR_GET_CHILD_SUBREAPER:
		return put_int(arg, p->subreaper);
	case PR_SET_NO_NEW_PRIVS:
		return arg != 1 || rest ? -EINVAL : set_flag(PR_SET_NO_NEW_PRIVS, 1);
	case PR_GET_NO_NEW_PRIVS:
		return arg || rest ? -EINVAL : credentials_current()->no_new_privileges;
	case PR_GET_TID_ADDRESS:
		return copy_to_user(arg, &thread_current()->clear_tid, sizeof(uint64_t));
	case PR_SET_SYSCALL_USER_DISPATCH:
		return set_dispatch(arg, arg3, arg4, arg5);
	case PR_SET_THP_DISABLE:
		return rest ? -EINVAL : 0;
	case PR_GET_THP_DISABLE:
		return arg || rest ? -EINVAL : 0;
	case PR_CAP_AMBIENT:
		return arg4 | arg5 ? -EINVAL : ambient(arg, arg3);
	default:
		return -EINVAL;
	}
}
