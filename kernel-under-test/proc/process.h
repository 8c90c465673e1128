/* A process: what threads own together. */
#pragma once

#include "fs/file.h"
#include "fs/path.h"
#include "lib/list.h"
#include "sched/thread.h"
#include "sched/wait.h"

#define PID_MAX	    32768
#define COMM_MAX    16
#define SIGNALS_MAX 64

/* Memory that execve() may use for arguments and environment. */
#define ARGS_MAX (32 * PAGE_SIZE)

struct process {
	/* Fixed from birth to death. */
	int pid;
	struct thread *thread;

	/* The family. A zombie has nothing left but its status. */
	struct process *parent;
	struct list children;
	struct list sibling;
	struct list by_pid;
	struct wait_queue child_changed;
	bool zombie;
	int exit_status; /* as wait4() gives it */
	int pgid, sid;

	/* What it works on. */
	struct space *space;
	struct files *files;
	struct inode *root, *cwd;
	uint32_t umask;
	char comm[COMM_MAX];

	/* vfork: the parent sleeps until the child has a space of its own. */
	bool borrows_space;
	struct wait_queue space_returned;

	/* Where to write 0 at exit (set_tid_address), 0: nowhere. */
	uint64_t clear_tid;

	/* One bit a signal, bit 0 is signal 1. */
	uint64_t pending;
	uint64_t ignored;
	uint64_t blocked;
};

static inline struct process *process_current(void)
{
	return thread_current()->process;
}

static inline struct path_base process_path_base(const struct process *p)
{
	return (struct path_base){p->root, p->cwd};
}

void process_init(void);

/* The process of that number, or NULL. */
struct process *process_find(int pid);

/* Calls `fn` for each process that is no zombie, until it returns false. */
void process_each(bool (*fn)(struct process *p, void *ctx), void *ctx);

/*
 * Process 1: runs `path` with `argv`, both ended by NULL. 0 or -errno; on success it is ready to
 * run once the caller gives up the CPU.
 */
int process_start_init(struct inode *root, const char *path, const char *const argv[]);

#define FORK_SHARE_SPACE BIT(0) /* child uses the parent's space; the parent sleeps meanwhile */

/* A copy of the calling process; `stack` 0: the same stack pointer. Its pid, or -errno. */
long process_fork(unsigned int flags, uint64_t stack);

/* Ends the calling process. `status` as wait4() gives it. */
_Noreturn void process_exit(int status);

#define STATUS_EXIT(code)   (((code) & 0xff) << 8)
#define STATUS_SIGNAL(sig)  ((sig) & 0x7f)
#define WAIT_NOHANG	    1

/*
 * Waits for a child to end and buries it. `pid` as in wait4(). The pid, 0 (WAIT_NOHANG and none
 * has ended), -ECHILD, -EINTR.
 */
long process_wait(int pid, unsigned int options, int *status);

/* The caller's vfork parent, if any, may go on. */
void process_return_space(struct process *p);
