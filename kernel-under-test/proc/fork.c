#include "lib/errno.h"
#include "lib/string.h"
#include "proc/process.h"
#include "proc/process_make.h"
#include "sched/sched.h"

static int copy_space(struct process *child, struct process *parent, unsigned int flags)
{
	if (flags & FORK_SHARE_SPACE) {
		child->space = space_get(parent->space);
		child->borrows_space = true;
	} else {
		child->space = space_clone(parent->space);
	}
	return child->space ? 0 : -ENOMEM;
}

static void copy_rest(struct process *child, struct process *parent)
{
	child->root = inode_get(parent->root);
	child->cwd = inode_get(parent->cwd);
	child->umask = parent->umask;
	child->pgid = parent->pgid;
	child->sid = parent->sid;
	child->ignored = parent->ignored;
	child->blocked = parent->blocked;
	memcpy(child->comm, parent->comm, COMM_MAX);
	child->parent = parent;
	list_push_back(&parent->children, &child->sibling);
}

long process_fork(unsigned int flags, uint64_t stack)
{
	struct process *parent = process_current(), *child = process_make();
	struct regs *regs;
	int err;

	if (!child)
		return -EAGAIN;
	err = copy_space(child, parent, flags);
	if (err)
		goto fail;
	child->files = files_clone(parent->files);
	if (!child->files) {
		err = -ENOMEM;
		goto fail_space;
	}

	/* From here on nothing can fail. */
	copy_rest(child, parent);
	child->thread->space = child->space;
	arch_thread_copy_user(&child->thread->arch, &thread_current()->arch);
	regs = arch_thread_regs(&child->thread->arch);
	regs->rax = 0;
	if (stack)
		regs->rsp = stack;
	sched_wake(child->thread);
	if (flags & FORK_SHARE_SPACE) {
		int pid = child->pid;

		/* It may end and be buried by nobody but us, so it is still there after the sleep. */
		while (child->borrows_space)
			wait_sleep(&child->space_returned, false);
		return pid;
	}
	return child->pid;

fail_space:
	space_put(child->space);
fail:
	process_free(child);
	return err;
}

void process_return_space(struct process *p)
{
	if (!p->borrows_space)
		return;
	p->borrows_space = false;
	wait_wake_all(&p->space_returned);
}
