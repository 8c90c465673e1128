/* System calls on limits and on what was used. */
#include "arch/time.h"
#include "mm/space.h"
#include "syscall/syscalls.h"
#include "syscall/user.h"

#define RLIMIT_STACK  3
#define RLIMIT_NOFILE 7
#define RLIMIT_COUNT  16
#define UNLIMITED     UINT64_MAX

#define RUSAGE_SIZE	144
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD	1
#define NS_PER_TICK	10000000ull

/* The few limits that exist are fixed. */
long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old)
{
	uint64_t limit[2] = {UNLIMITED, UNLIMITED};

	if (pid && !process_find((int)pid))
		return -ESRCH;
	if (resource >= RLIMIT_COUNT)
		return -EINVAL;
	if (resource == RLIMIT_STACK)
		limit[0] = limit[1] = STACK_MAX;
	if (resource == RLIMIT_NOFILE)
		limit[0] = limit[1] = FILES_MAX;
	if (old && copy_to_user(old, limit, sizeof(limit)) < 0)
		return -EFAULT;
	return new ? sys_setrlimit(resource, new) : 0;
}

long sys_getrlimit(uint64_t resource, uint64_t out)
{
	return sys_prlimit64(0, resource, 0, out);
}

/* Taken, and without effect: see docs/caveats.md. */
long sys_setrlimit(uint64_t resource, uint64_t in)
{
	uint64_t limit[2];

	if (resource >= RLIMIT_COUNT)
		return -EINVAL;
	return copy_from_user(limit, in, sizeof(limit)) < 0 ? -EFAULT : 0;
}

/* Times are not accounted yet. */
long sys_getrusage(uint64_t who, uint64_t out)
{
	if ((int)who < RUSAGE_CHILDREN || (int)who > RUSAGE_THREAD)
		return -EINVAL;
	return clear_user(out, RUSAGE_SIZE);
}

long sys_times(uint64_t out)
{
	if (out && clear_user(out, 4 * sizeof(uint64_t)) < 0)
		return -EFAULT;
	return (long)(arch_time_ns() / NS_PER_TICK);
}
