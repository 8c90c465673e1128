/* System V semaphores. */
#include "ipc/semaphore.h"

#include "mm/kmem.h"
#include "proc/procfs/text.h"
#include "syscall/file/poll.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define GETPID	     11
#define GETVAL	     12
#define GETALL	     13
#define GETNCNT	     14
#define GETZCNT	     15
#define SETVAL	     16
#define SETALL	     17
#define SEM_STAT     18
#define SEM_INFO     19
#define SEM_STAT_ANY 20

long sys_semget(uint64_t key, uint64_t count, uint64_t flags)
{
	return semaphore_get((int)key, (unsigned int)count, (unsigned int)flags);
}

static long operate(uint64_t id, uint64_t ops_at, uint64_t n, uint64_t deadline)
{
	struct process *p = process_current();
	const struct semaphore_user me = {p->pid, &p->semaphore_undo};
	struct semaphore_op few[8], *ops = few;
	long err;

	if (!n)
		return -EINVAL;
	if (n > SEMAPHORE_OPS_MAX)
		return -E2BIG;
	if (n > ARRAY_SIZE(few)) {
		ops = kmem_alloc(n * sizeof(*ops));
		if (!ops)
			return -ENOMEM;
	}
	err = copy_from_user(ops, ops_at, n * sizeof(*ops))
		      ?: semaphore_operate((int)id, ops, n, deadline, &me);
	if (ops != few)
		kmem_free(ops);
	return err;
}

long sys_semop(uint64_t id, uint64_t ops_at, uint64_t n)
{
	return operate(id, ops_at, n, WAIT_FOREVER);
}

long sys_semtimedop(uint64_t id, uint64_t ops_at, uint64_t n, uint64_t timeout)
{
	uint64_t deadline;

	return poll_deadline(timeout, &deadline) ?: operate(id, ops_at, n, deadline);
}

void proc_sysv_sem(struct text *t, const struct proc_subject *)
{
	text_add(t,
		 "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      "
		 "ctime\n");
	for (int i = 0; i < IPC_SLOTS; i++) {
		struct semaphore_status s;
		const struct ipc_permissions *p = &s.permissions;
		long id = semaphore_status(i, true, true, &s);

		if (id >= 0)
			text_add(t, "%10d %10ld  %4o %10lu %5u %5u %5u %5u %10lu %10lu\n", p->key,
				 id, p->mode, (uint64_t)s.count, p->uid, p->gid, p->cuid, p->cgid,
				 (uint64_t)s.otime, (uint64_t)s.ctime);
	}
}

/* Copies each value of the set; sets are small. */
static long transfer_all(int id, uint64_t at, bool set)
{
	long count = semaphore_count(id), err = MIN(count, 0);
	uint16_t v;

	for (long i = 0; i < count && !err; i++, at += sizeof(v)) {
		if (set) {
			err = copy_from_user(&v, at, sizeof(v))
				      ?: semaphore_set(id, (unsigned int)i, v,
						       process_current()->pid);
		} else {
			long value = semaphore_query(id, (unsigned int)i, SEMAPHORE_VALUE);

			v = (uint16_t)value;
			err = value < 0 ? value : copy_to_user(at, &v, sizeof(v));
		}
	}
	return err;
}

/* struct seminfo. */
struct user_limits {
	int32_t map, sets, all, undos, per_set, ops, undos_each, undo_size, value, adjust;
};

static long put_limits(uint64_t at, bool used)
{
	struct user_limits l = {
		.map = IPC_SLOTS * SEMAPHORES_MAX,
		.sets = IPC_SLOTS,
		.all = IPC_SLOTS * SEMAPHORES_MAX,
		.undos = IPC_SLOTS * SEMAPHORES_MAX,
		.per_set = SEMAPHORES_MAX,
		.ops = SEMAPHORE_OPS_MAX,
		.undos_each = SEMAPHORE_OPS_MAX,
		.undo_size = 20,
		.value = SEMAPHORE_VALUE_MAX,
		.adjust = SEMAPHORE_VALUE_MAX,
	};
	int sets, all, highest = semaphore_totals(&sets, &all);

	if (used) {
		l.undo_size = sets;
		l.adjust = all;
	}
	return copy_to_user(at, &l, sizeof(l)) < 0 ? -EFAULT : highest;
}

static long put_status(int id, uint64_t at, bool by_slot, bool any)
{
	struct semaphore_status s;
	long found = semaphore_status(id, by_slot, any, &s);

	return found >= 0 && copy_to_user(at, &s, sizeof(s)) < 0 ? -EFAULT : found;
}

static long permit(int id, uint64_t at)
{
	struct semaphore_status s;

	return copy_from_user(&s, at, sizeof(s)) < 0
		       ? -EFAULT
		       : semaphore_set_permissions(id, &s.permissions);
}

long sys_semctl(uint64_t set, uint64_t number, uint64_t command, uint64_t arg)
{
	int id = (int)set;

	switch ((int)command & ~IPC_64) {
	case IPC_RMID:
		return semaphore_remove(id);
	case IPC_SET:
		return permit(id, arg);
	case IPC_STAT:
		return put_status(id, arg, false, false);
	case SEM_STAT:
	case SEM_STAT_ANY:
		return put_status(id, arg, true, command == SEM_STAT_ANY);
	case IPC_INFO:
	case SEM_INFO:
		return put_limits(arg, command == SEM_INFO);
	case GETPID:
		return semaphore_query(id, (unsigned int)number, SEMAPHORE_PID);
	case GETVAL:
		return semaphore_query(id, (unsigned int)number, SEMAPHORE_VALUE);
	case GETNCNT:
		return semaphore_query(id, (unsigned int)number, SEMAPHORE_NCNT);
	case GETZCNT:
		return semaphore_query(id, (unsigned int)number, SEMAPHORE_ZCNT);
	case SETVAL:
		return semaphore_set(id, (unsigned int)number, (int)arg, process_current()->pid);
	case GETALL:
	case SETALL:
		return transfer_all(id, arg, command == SETALL);
	default:
		return -EINVAL;
	}
}
