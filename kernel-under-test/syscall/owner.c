/* Whom an open file would tell of changes (fcntl's owner). It is kept and told; nobody is told. */
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define F_SETOWN    8
#define F_GETOWN    9
#define F_SETSIG    10
#define F_GETSIG    11
#define F_SETOWN_EX 15
#define F_GETOWN_EX 16

enum {
	OWNER_THREAD,
	OWNER_PROCESS,
	OWNER_GROUP,
	OWNER_KINDS,
};

struct owner_arg {
	int32_t kind, number;
};

static bool is_there(int32_t number)
{
	return process_number_taken(number) || thread_find(number);
}

static int set_owner(struct file *f, struct owner_arg a)
{
	if (a.kind < 0 || a.kind >= OWNER_KINDS)
		return -EINVAL;
	if (a.number && !is_there(a.number))
		return -ESRCH;
	f->owner = a.number;
	f->owner_kind = (uint8_t)a.kind;
	return 0;
}

/* By one number: a group's is negative. */
static int set_owner_number(struct file *f, int32_t number)
{
	if (number == INT32_MIN)
		return -EINVAL;
	return set_owner(f, number < 0 ? (struct owner_arg){OWNER_GROUP, -number}
				       : (struct owner_arg){OWNER_PROCESS, number});
}

static struct owner_arg owner_of(const struct file *f)
{
	int32_t number = is_there(f->owner) ? f->owner : 0;

	return (struct owner_arg){f->owner_kind, number};
}

long owner_control(struct file *f, uint64_t command, uint64_t arg)
{
	struct owner_arg a;

	switch (command) {
	case F_SETOWN:
		return set_owner_number(f, (int32_t)arg);
	case F_GETOWN:
		a = owner_of(f);
		return a.kind == OWNER_GROUP ? -a.number : a.number;
	case F_SETSIG:
		if (arg > SIGNALS_MAX)
			return -EINVAL;
		f->owner_signal = (uint8_t)arg;
		return 0;
	case F_GETSIG:
		return f->owner_signal;
	case F_SETOWN_EX:
		return copy_from_user(&a, arg, sizeof(a)) < 0 ? -EFAULT : set_owner(f, a);
	case F_GETOWN_EX:
		a = owner_of(f);
		return copy_to_user(arg, &a, sizeof(a));
	default:
		return -EINVAL;
	}
}

int owner_async(struct file *f, bool on)
{
	/* What sleeps and has a name or another end: not what an eventfd is like. */
	bool tells = f->ops->poll && !(f->ops->kind && f->ops->kind[0] == 'a');

	if (on == !!(f->flags & O_ASYNC))
		return 0;
	if (!tells)
		return -ENOTTY;
	f->flags ^= O_ASYNC;
	return 0;
}
