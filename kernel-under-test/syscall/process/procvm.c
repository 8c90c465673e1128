/* process_vm_readv, process_vm_writev, kcmp, get_robust_list. */
#include "mm/kmem.h"
#include "mm/space.h"
#include "syscall/user.h"

#define ROBUST_HEAD_SIZE 24

long sys_get_robust_list(uint64_t tid, uint64_t head_out, uint64_t size_out)
{
	static const uint64_t size = ROBUST_HEAD_SIZE;
	const struct thread *t = user_thread(tid);

	if (!t)
		return -ESRCH;
	if (!process_may_ptrace(t->process))
		return -EPERM;
	if (copy_to_user(size_out, &size, sizeof(size)) < 0)
		return -EFAULT;
	return copy_to_user(head_out, &t->robust_list, sizeof(t->robust_list));
}

enum kcmp_type {
	KCMP_FILE,
	KCMP_VM,
	KCMP_FILES,
	KCMP_FS,
	KCMP_SIGHAND,
	KCMP_IO,
	KCMP_SYSVSEM,
};

/* 0: equal; 1 or 2: a consistent order. */
static long compare(const void *a, const void *b)
{
	return a == b ? 0 : a < b ? 1 : 2;
}

/* A ring is identified by its member at the lowest address. */
static const struct list *ring_name(const struct list *ring)
{
	const struct list *first = ring;

	for (const struct list *l = ring->next; l != ring; l = l->next)
		first = MIN(first, l);
	return first;
}

long sys_kcmp(uint64_t pid1, uint64_t pid2, uint64_t type, uint64_t index1, uint64_t index2)
{
	const struct thread *t1 = thread_find((int)pid1), *t2 = thread_find((int)pid2);
	const struct process *a, *b;
	const struct file *f1, *f2;

	if (!t1 || !t2)
		return -ESRCH;
	a = t1->process, b = t2->process;
	if (!process_may_ptrace(a) || !process_may_ptrace(b))
		return -EPERM;
	switch ((int)type) {
	case KCMP_FILE:
		f1 = files_find(a->files, index1);
		f2 = files_find(b->files, index2);
		return f1 && f2 ? compare(f1, f2) : -EBADF;
	case KCMP_VM:
		return compare(a->space, b->space);
	case KCMP_FILES:
		return compare(a->files, b->files);
	case KCMP_FS:
		return compare(ring_name(&a->fs_sharers), ring_name(&b->fs_sharers));
	case KCMP_SIGHAND:
		return compare(ring_name(&a->action_sharers), ring_name(&b->action_sharers));
	case KCMP_IO:
		/* There are no I/O contexts. */
		return 0;
	case KCMP_SYSVSEM:
		return a->semaphore_undo || b->semaphore_undo ? compare(a, b) : 0;
	default:
		return -EINVAL;
	}
}

#define VECTOR_MAX 1024

struct iovec_entry {
	uint64_t at, left;
};

/* Position in an iovec array. */
struct iovec_iter {
	uint64_t vector, count;
	struct iovec_entry now;
};

static int next_entry(struct iovec_iter *p)
{
	while (!p->now.left && p->count) {
		if (copy_from_user(&p->now, p->vector, sizeof(p->now)) < 0)
			return -EFAULT;
		p->vector += sizeof(p->now);
		p->count--;
	}
	return 0;
}

/* Validates the array; *bytes is its total length. */
static int check_iovec(struct iovec_iter p, uint64_t *bytes)
{
	*bytes = 0;
	for (; p.count; p.count--, p.vector += sizeof(p.now)) {
		if (copy_from_user(&p.now, p.vector, sizeof(p.now)) < 0)
			return -EFAULT;
		if ((int64_t)p.now.left < 0)
			return -EINVAL;
		if (p.now.left && !user_range_ok(p.now.at, p.now.left))
			return -EFAULT;
		*bytes += p.now.left;
	}
	return 0;
}

/* Through a kernel buffer, since both ends may fault. */
static long copy_between(struct space *s, struct iovec_iter *local, struct iovec_iter *remote,
			 bool write)
{
	char *buffer SCOPED(kmem_free) = kmem_alloc(PAGE_SIZE);
	long done = 0;
	int err = 0;

	if (!buffer)
		return -ENOMEM;
	while (!err && done < (long)RW_MAX) {
		uint64_t far, near, n;

		err = next_entry(local) ?: next_entry(remote);
		if (err || !local->now.left || !remote->now.left)
			break;
		far = remote->now.at, near = local->now.at;
		n = MIN(local->now.left, remote->now.left);
		n = MIN(n, PAGE_SIZE - (far & (PAGE_SIZE - 1)));
		if (write)
			err = copy_from_user(buffer, near, n) ?: space_write(s, far, buffer, n);
		else
			err = space_peek(s, far, buffer, n) ?: copy_to_user(near, buffer, n);
		if (err)
			break;
		local->now.at += n, local->now.left -= n;
		remote->now.at += n, remote->now.left -= n;
		done += (long)n;
	}
	return done ? done : err ? (err == -ENOMEM ? err : -EFAULT) : 0;
}

static long process_vm(uint64_t pid, struct iovec_iter local, struct iovec_iter remote,
		       uint64_t flags, bool write)
{
	const struct thread *t;
	struct space *s;
	uint64_t bytes;
	long ret;
	int err;

	if (flags || local.count > VECTOR_MAX)
		return -EINVAL;
	err = check_iovec(local, &bytes);
	if (err || !bytes)
		return err;
	if (remote.count > VECTOR_MAX)
		return -EINVAL;
	for (uint64_t i = 0; i < remote.count; i++) {
		struct iovec_entry p;

		if (copy_from_user(&p, remote.vector + i * sizeof(p), sizeof(p)) < 0)
			return -EFAULT;
		if ((int64_t)p.left < 0)
			return -EINVAL;
	}
	t = thread_find((int)pid);
	if (!t)
		return -ESRCH;
	if (!process_may_ptrace(t->process))
		return -EPERM;
	s = space_get(t->process->space);
	ret = copy_between(s, &local, &remote, write);
	space_put(s);
	return ret;
}

long sys_process_vm_readv(uint64_t pid, uint64_t local, uint64_t local_count, uint64_t remote,
			  uint64_t remote_count, uint64_t flags)
{
	return process_vm(pid, (struct iovec_iter){local, local_count, {0, 0}},
			  (struct iovec_iter){remote, remote_count, {0, 0}}, flags, false);
}

long sys_process_vm_writev(uint64_t pid, uint64_t local, uint64_t local_count, uint64_t remote,
			   uint64_t remote_count, uint64_t flags)
{
	return process_vm(pid, (struct iovec_iter){local, local_count, {0, 0}},
			  (struct iovec_iter){remote, remote_count, {0, 0}}, flags, true);
}
