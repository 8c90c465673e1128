/*
 * Linux AIO: io_setup and the like. Requests complete before io_submit() returns, as on Linux for
 * everything that goes through the page cache.
 */
#include "ipc/aio.h"

#include "arch/spin.h"
#include "arch/time.h"
#include "syscall/time/time.h"
#include "syscall/user.h"

#define MAP_PRIVATE_ANONYMOUS 0x22
#define PROT_READ_WRITE	      3

#define FLAG_EVENTFD  1
#define FLAG_PRIORITY 2
#define RWF_HIPRI     1

enum { PREAD, PWRITE, FSYNC, FDSYNC, PREADV = 7, PWRITEV };

/* struct iocb of the ABI. */
struct user_iocb {
	uint64_t data;
	uint32_t key, rw_flags;
	uint16_t opcode;
	int16_t priority;
	uint32_t fd;
	uint64_t buf, len, offset, reserved;
	uint32_t flags, event_fd;
};

/* For calls that take the kernel lock themselves where needed. */
#define WITHOUT_LOCK(call)                                                                         \
	({                                                                                         \
		long result_;                                                                      \
                                                                                                   \
		kernel_unlock();                                                                   \
		result_ = (call);                                                                  \
		kernel_lock();                                                                     \
		result_;                                                                           \
	})

static struct aio **current_contexts(void)
{
	return &process_current()->aio;
}

/* A context's id is the address of a mapping: C libraries look for a ring there. */
long sys_io_setup(uint64_t capacity, uint64_t at)
{
	uint64_t id;
	long page;
	int err;

	if (copy_from_user(&id, at, sizeof(id)) < 0)
		return -EFAULT;
	if (id || !(uint32_t)capacity)
		return -EINVAL;
	page = WITHOUT_LOCK(sys_mmap(0, PAGE_SIZE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, 0, 0));
	if (page < 0)
		return page;
	id = (uint64_t)page;
	err = aio_create(current_contexts(), id, (uint32_t)capacity);
	if (err) {
		WITHOUT_LOCK(sys_munmap(id, PAGE_SIZE));
		return err;
	}
	return copy_to_user(at, &id, sizeof(id));
}

long sys_io_destroy(uint64_t id)
{
	struct aio *a SCOPED(aio_put) = aio_find(*current_contexts(), id);

	if (!a)
		return -EINVAL;
	aio_destroy(current_contexts(), a);
	WITHOUT_LOCK(sys_munmap(id, PAGE_SIZE));
	return 0;
}

static long perform(const struct user_iocb *i)
{
	switch (i->opcode) {
	case PREAD:
		return WITHOUT_LOCK(sys_pread64(i->fd, i->buf, i->len, i->offset));
	case PWRITE:
		return WITHOUT_LOCK(sys_pwrite64(i->fd, i->buf, i->len, i->offset));
	case FSYNC:
	case FDSYNC:
		return sys_fsync(i->fd);
	case PREADV:
		return sys_preadv(i->fd, i->buf, i->len, i->offset);
	default:
		return sys_pwritev(i->fd, i->buf, i->len, i->offset);
	}
}

static int check(const struct user_iocb *i)
{
	const struct file *f = user_file(i->fd), *e = user_file(i->event_fd);

	if (i->reserved || (int64_t)i->len < 0 || (i->flags & ~(FLAG_EVENTFD | FLAG_PRIORITY)))
		return -EINVAL;
	if (!f)
		return -EBADF;
	if (i->flags & FLAG_EVENTFD) {
		if (!e)
			return -EBADF;
		if (!e->ops->kind || strcmp(e->ops->kind, "anon_inode:[eventfd]") != 0)
			return -EINVAL;
	}
	if (i->opcode > PWRITEV || (i->opcode > FDSYNC && i->opcode < PREADV))
		return -EINVAL;
	if (i->opcode == FSYNC || i->opcode == FDSYNC)
		return 0;
	if (i->opcode == PWRITE || i->opcode == PWRITEV ? !file_writable(f) : !file_readable(f))
		return -EBADF;
	return i->rw_flags & ~(uint32_t)RWF_HIPRI ? -EOPNOTSUPP : 0;
}

static void notify_eventfd(uint32_t fd)
{
	struct file *f SCOPED(file_put) = user_file_get(fd);
	uint64_t one = 1;
	struct uio u = uio_kernel(&one, sizeof(one));

	/* Another thread may have closed it. */
	if (f && f->ops->kind && strcmp(f->ops->kind, "anon_inode:[eventfd]") == 0)
		f->ops->write(f, &u);
}

static int submit(struct aio *a, uint64_t at)
{
	struct user_iocb i;
	struct aio_event *e;
	uint32_t key = 0;
	int err;

	if (copy_from_user(&i, at, sizeof(i)) < 0)
		return -EFAULT;
	err = check(&i) ?: aio_reserve(a, &e);
	if (err)
		return err;
	if (copy_to_user(at + offsetof(struct user_iocb, key), &key, sizeof(key)) < 0) {
		aio_cancel(a, e);
		return -EFAULT;
	}
	e->data = i.data;
	e->iocb = at;
	e->result = perform(&i);
	aio_complete(a, e);
	if (i.flags & FLAG_EVENTFD)
		notify_eventfd(i.event_fd);
	return 0;
}

long sys_io_submit(uint64_t id, uint64_t count, uint64_t list)
{
	struct aio *a SCOPED(aio_put) = aio_find(*current_contexts(), id);
	int64_t done = 0;
	int err = 0;

	if (!a || (int64_t)count < 0)
		return -EINVAL;
	for (; done < (int64_t)MIN(count, a->capacity) && !err; done += !err) {
		uint64_t at;

		if (copy_from_user(&at, list + (uint64_t)done * sizeof(at), sizeof(at)) < 0)
			err = -EFAULT;
		else
			err = a->destroyed ? -EINVAL : submit(a, at);
	}
	return done ? done : err;
}

/* No request is ever in progress. */
long sys_io_cancel(uint64_t, uint64_t iocb, uint64_t)
{
	uint32_t key;

	if (copy_from_user(&key, iocb + offsetof(struct user_iocb, key), sizeof(key)) < 0)
		return -EFAULT;
	return -EINVAL;
}

long sys_io_getevents(uint64_t id, uint64_t min_events, uint64_t max_events, uint64_t out,
		      uint64_t timeout)
{
	struct aio *a SCOPED(aio_put) = aio_find(*current_contexts(), id);
	uint64_t deadline = WAIT_FOREVER, now = arch_time_ns();
	struct aio_event e;
	int64_t n = 0;
	int err = 0;

	if (timeout) {
		err = time_get_user(timeout, &deadline);
		if (err)
			return err;
		deadline = deadline ? now + deadline : 0;
	}
	if (!a || (int64_t)min_events < 0 || (int64_t)min_events > (int64_t)max_events)
		return -EINVAL;
	while (n < (int64_t)max_events && !err) {
		err = aio_get_event(a, n < (int64_t)min_events ? deadline : 0, &e);
		if (err)
			break;
		if (copy_to_user(out + (uint64_t)n * sizeof(e), &e, sizeof(e)) < 0)
			err = -EFAULT;
		n += !err;
	}
	if (err == -ERESTARTSYS)
		err = -EINTR;
	return n || err == -ETIMEDOUT ? n : err;
}
