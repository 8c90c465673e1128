/* epoll and eventfd. */
#include "ipc/epoll.h"
#include "arch/time.h"
#include "ipc/eventfd.h"
#include "syscall/file/poll.h"
#include "syscall/user.h"

long sys_epoll_create1(uint64_t flags)
{
	struct file *f;

	if (flags & ~(uint64_t)O_CLOEXEC)
		return -EINVAL;
	return epoll_create(&f) ?: process_add_file(f, flags & O_CLOEXEC);
}

long sys_epoll_create(uint64_t size)
{
	return (int)size > 0 ? sys_epoll_create1(0) : -EINVAL;
}

long sys_epoll_ctl(uint64_t set, uint64_t op, uint64_t fd, uint64_t event)
{
	struct file *s = user_file(set), *f = user_file(fd);
	struct epoll_event e = {0};

	if (!s || !f || (f->flags & O_PATH))
		return -EBADF;
	if (op != EPOLL_CTL_DEL && copy_from_user(&e, event, sizeof(e)) < 0)
		return -EFAULT;
	return epoll_control(s, (int)op, f, (int)fd, &e);
}

/* Without the kernel lock. */
static long wait_for(uint64_t set, uint64_t events, uint64_t max, uint64_t deadline)
{
	struct file *s;
	long n;

	if ((int)max <= 0 || max > INT32_MAX / sizeof(struct epoll_event))
		return -EINVAL;
	s = user_file_get(set);
	if (!s)
		return -EBADF;
	n = epoll_wait(s, events, (unsigned int)max, deadline);
	file_put_unlocked(s);
	return n;
}

long sys_epoll_wait(uint64_t set, uint64_t events, uint64_t max, uint64_t timeout_ms)
{
	int ms = (int)timeout_ms;

	return wait_for(set, events, max,
			ms < 0 ? WAIT_FOREVER
			: ms   ? arch_time_ns() + (uint64_t)ms * NS_PER_MS
			       : 0);
}

long sys_epoll_pwait(uint64_t set, uint64_t events, uint64_t max, uint64_t timeout_ms,
		     uint64_t mask, uint64_t mask_size)
{
	return poll_use_mask(mask, mask_size) ?: sys_epoll_wait(set, events, max, timeout_ms);
}

long sys_epoll_pwait2(uint64_t set, uint64_t events, uint64_t max, uint64_t timeout, uint64_t mask,
		      uint64_t mask_size)
{
	uint64_t deadline;
	int err = poll_deadline(timeout, &deadline) ?: poll_use_mask(mask, mask_size);

	return err ? err : wait_for(set, events, max, deadline);
}

long sys_eventfd2(uint64_t count, uint64_t flags)
{
	struct file *f;

	if (flags & ~(uint64_t)(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK))
		return -EINVAL;
	return eventfd_create((uint32_t)count, flags & EFD_SEMAPHORE, flags & O_NONBLOCK, &f)
		       ?: process_add_file(f, flags & O_CLOEXEC);
}
