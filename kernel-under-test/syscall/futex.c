/* The futex system call. */
#include "ipc/futex.h"

#include "arch/spin.h"
#include "arch/time.h"
#include "sched/wait.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define FUTEX_WAIT	  0
#define FUTEX_WAKE	  1
#define FUTEX_REQUEUE	  3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10

#define FUTEX_PRIVATE	     128u
#define FUTEX_CLOCK_REALTIME 256u

#define ANY UINT32_MAX

/* The `val2` of a requeue comes where other operations have their timeout. */
static int get_deadline(uint64_t timeout, unsigned int op, bool realtime, uint64_t *deadline)
{
	uint64_t ns, past = time_epoch_ns();
	int err;

	*deadline = WAIT_FOREVER;
	if (!timeout)
		return 0;
	err = time_get_user(timeout, &ns);
	if (err)
		return err;
	if (op == FUTEX_WAIT)
		*deadline = arch_time_ns() + ns;
	else
		*deadline = realtime ? ns - MIN(ns, past) : ns;
	return 0;
}

/* Runs without the kernel lock. */
long sys_futex(uint64_t addr, uint64_t op, uint64_t value, uint64_t timeout, uint64_t addr2,
	       uint64_t value3)
{
	unsigned int command = (unsigned int)op & ~(FUTEX_PRIVATE | FUTEX_CLOCK_REALTIME);
	bool shared = !(op & FUTEX_PRIVATE);
	uint32_t v = (uint32_t)value, v3 = (uint32_t)value3;
	uint64_t deadline;
	int err;

	switch (command) {
	case FUTEX_WAIT:
	case FUTEX_WAIT_BITSET:
		err = get_deadline(timeout, command, op & FUTEX_CLOCK_REALTIME, &deadline);
		return err ? err
			   : futex_wait(addr, v, deadline, command == FUTEX_WAIT ? ANY : v3,
					shared);
	case FUTEX_WAKE:
	case FUTEX_WAKE_BITSET:
		return futex_wake(addr, v, command == FUTEX_WAKE ? ANY : v3, shared);
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
		kernel_lock();
		err = (int)futex_requeue(addr, addr2, v, (unsigned int)timeout,
					 command == FUTEX_REQUEUE ? NULL : &v3, shared);
		kernel_unlock();
		return err;
	default:
		return -ENOSYS;
	}
}
