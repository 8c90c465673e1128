/* The end of a process, and its burial. */
#include "arch/uaccess.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "proc/process.h"
#include "proc/process_make.h"
#include "proc/signal.h"
#include "sched/sched.h"

/* Orphans go to process 1. */
static void give_away_children(struct process *p)
{
	struct process *init = process_find(1), *c, *next;

	list_for_each_safe(c, next, &p->children, sibling) {
		list_remove(&c->sibling);
		c->parent = init;
		list_push_back(&init->children, &c->sibling);
		if (c->zombie)
			wait_wake_all(&init->child_changed);
	}
}

static void leave_space(struct process *p)
{
	static const uint32_t zero;

	/* Someone else sees this memory: tell him, as he asked (set_tid_address). */
	if (p->clear_tid && p->space->refs > 1)
		copy_to_user(p->clear_tid, &zero, sizeof(zero));
	sched_set_space(NULL);
	space_put(p->space);
	p->space = NULL;
	process_return_space(p);
}

void process_exit(int status)
{
	struct process *p = process_current();

	if (p->pid == 1)
		panic("process 1 ended with status 0x%x", (unsigned int)status);
	files_put(p->files);
	inode_put(p->cwd);
	inode_put(p->root);
	leave_space(p);
	give_away_children(p);
	p->zombie = true;
	p->exit_status = status;
	signal_send(p->parent, SIGCHLD);
	wait_wake_all(&p->parent->child_changed);
	sched_exit();
}

static bool matches(const struct process *child, int pid, const struct process *parent)
{
	if (pid > 0)
		return child->pid == pid;
	if (pid == 0)
		return child->pgid == parent->pgid;
	return pid == -1 || child->pgid == -pid;
}

long process_wait(int pid, unsigned int options, int *status)
{
	struct process *p = process_current(), *c;

	for (;;) {
		bool any = false;
		int err;

		list_for_each(c, &p->children, sibling) {
			if (!matches(c, pid, p))
				continue;
			any = true;
			if (c->zombie) {
				pid = c->pid;
				*status = c->exit_status;
				process_free(c);
				return pid;
			}
		}
		if (!any)
			return -ECHILD;
		if (options & WAIT_NOHANG)
			return 0;
		err = wait_sleep(&p->child_changed, WAIT_INTERRUPTIBLE);
		if (err)
			return err;
	}
}
