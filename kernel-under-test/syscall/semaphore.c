/* System calls on System V semaphores. */
#include "ipc/semaphore.h"

#include "arch/time.h"
#include "mm/kmem.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define IPC_RMID 0
#define GETVAL	 12
#define GETALL	 13
#define SETVAL	 16
#define SETALL	 17
#define SEM_UNDO 0x1000

long sys_semget(uint64_t key, uint64_t count, uint64_t flags)
{
	return semaphore_get((int)key, (unsigned int)count, (unsigned int)flags);
}

static long operate(uint64_t id, uint64_t ops_at, uint64_t n, uint64_t deadline)
{
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
	err = copy_from_user(ops, ops_at, n * sizeof(*ops));
	/* Nothing is undone at exit here, so nothing is promised. */
	for (size_t i = 0; i < n && !err; i++)
		if (ops[i].flags & SEM_UNDO)
			err = -EINVAL;
	if (!err)
		err = semaphore_operate((int)id, ops, n, deadline);
	if (ops != few)
		kmem_free(ops);
	return err;
}

long sys_semop(uint64_t id, uint64_t ops_at, uint64_t n)
{
	return operate(id, ops_at, n, UINT64_MAX);
}

long sys_semtimedop(uint64_t id, uint64_t ops_at, uint64_t n, uint64_t timeout)
{
	uint64_t ns;
	int err;

	if (!timeout)
		return sys_semop(id, ops_at, n);
	err = time_get_user(timeout, &ns);
	return err ? err : operate(id, ops_at, n, arch_time_ns() + ns);
}

/* Each value of the set, read or written one by one: no set is large. */
static long transfer_all(int id, uint64_t at, bool set)
{
	long count = semaphore_count(id), err = MIN(count, 0);
	uint16_t v;

	for (long i = 0; i < count && !err; i++, at += sizeof(v)) {
		if (set) {
			err = copy_from_user(&v, at, sizeof(v));
			if (!err)
				err = semaphore_set(id, (unsigned int)i, v);
		} else {
			v = (uint16_t)semaphore_value(id, (unsigned int)i);
			err = copy_to_user(at, &v, sizeof(v));
		}
	}
	return err;
}

long sys_semctl(uint64_t id, uint64_t number, uint64_t command, uint64_t arg)
{
	switch (command) {
	case IPC_RMID:
		return semaphore_remove((int)id);
	case GETVAL:
		return semaphore_value((int)id, (unsigned int)number);
	case SETVAL:
		return semaphore_set((int)id, (unsigned int)number, (int)arg);
	case GETALL:
	case SETALL:
		return transfer_all((int)id, arg, command == SETALL);
	default:
		return -EINVAL;
	}
}
