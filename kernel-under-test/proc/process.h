/* A process: what threads own together. */
#pragma once

#include "fs/file.h"
#include "fs/path.h"
#include "lib/list.h"
#include "proc/usage.h"
#include "sched/thread.h"
#include "sched/timer.h"
#include "sched/wait.h"

/* Pids wrap around there, unless /proc/sys/kernel/pid_max says otherwise, up to PID_MAX_LIMIT. */
#define PID_MAX_DEFAULT 32768
#define PID_MAX_LIMIT	(4u << 20)
extern uint64_t process_pid_max, process_last_pid;

#define SIGNALS_MAX 64

/* Limits, numbered as on Linux. */
enum limit {
	RLIMIT_CPU,
	RLIMIT_FSIZE,
	RLIMIT_DATA,
	RLIMIT_STACK,
	RLIMIT_CORE,
	RLIMIT_RSS,
	RLIMIT_NPROC,
	RLIMIT_NOFILE,
	RLIMIT_MEMLOCK,
	RLIMIT_AS,
	RLIMIT_LOCKS,
	RLIMIT_SIGPENDING,
	RLIMIT_MSGQUEUE,
	RLIMIT_NICE,
	RLIMIT_RTPRIO,
	RLIMIT_RTTIME,
	RLIMITS,
};

/* The next program is not placed at random (ADDR_NO_RANDOMIZE). */
#define PERSONALITY_FIXED 0x0040000
/* select() leaves its timeout as it was (STICKY_TIMEOUTS). */
#define PERSONALITY_STICKY 0x4000000

#define UNLIMITED UINT64_MAX

/* What a process does when a signal comes. */
struct signal_action {
	uint64_t handler; /* SIG_DFL, SIG_IGN, or where to jump */
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask; /* blocked while the handler runs */
};

struct posix_timers;

/* Number 1, which never goes. */
extern struct process *init_process;

/*
 * Guarded by the kernel lock. Without it a thread of the process may read `pid` and `files`, which
 * do not change, and `parent_pid`, which may change at any time.
 */
struct process {
	/* Fixed from birth to death. */
	int pid;
	uint64_t serial; /* no two have the same */
	uint64_t started_ns;

	/* The family. A zombie has nothing left but its status. */
	struct process *parent;
	/*
	 * The parent's pid, or 0: for code without the kernel lock, which may not follow the
	 * pointer.
	 */
	int parent_pid;
	struct list children;
	struct list sibling;
	struct list by_pid;
	struct wait_queue child_changed;
	uint8_t zombie; /* 0, WAIT_EXITED or ZOMBIE_HELD */
	uint32_t uid;	/* of a zombie, kept for its parent with the name */
	char comm[COMM_MAX];
	int exit_status; /* as wait4() gives it */
	int exit_signal; /* what its parent gets when it ends; 0: nothing */
	int pgid, sid;

	/* Its threads; while `exiting`, each ends on its way to user mode. */
	struct list threads;
	unsigned int thread_count;
	bool exiting;
	struct wait_queue thread_ended;

	/* Stopped by job control; `stop_reported` and `cont_reported`: the parent was told. */
	bool stopped, stop_reported, cont_reported;
	int stop_signal;
	struct wait_queue continued;

	/* What it works on. */
	struct space *space;
	struct files *files;
	struct inode *root, *cwd;
	struct inode *exe;
	/* The ring of those that change directories and umask together (CLONE_FS). */
	struct list fs_sharers;
	/* What its threads that have ended used, and its children that were waited for. */
	struct usage used, children_used;
	struct usage_told told;
	/* Limits (setrlimit), soft and hard; the clock of RLIMIT_CPU. */
	uint64_t limits[RLIMITS][2];
	struct timer cpu_limit;

	/* Where its argument strings were put. */
	uint64_t args_start, args_size;
	/* After them the environment; and the auxiliary vector. */
	uint64_t env_size, aux_start, aux_size;
	uint32_t umask;
	/* prctl(): sent when the parent ends; takes over the orphans below it. */
	int death_signal;
	bool undumpable, subreaper;
	/* It has called execve(): its parent may not move it to another group any more. */
	bool did_exec;
	/* It traces somebody, or did. */
	bool is_tracer;
	uint32_t personality; /* personality(2): these two count, the rest is kept */
	int16_t oom_score_adj;
	uint16_t core_filter; /* which areas are in a core dump: other bits than CORE_FILTER's */
	/* What membarrier() was told to be ready for, until execve(). */
	uint32_t membarriers;

	/* vfork: the parent sleeps until the child has a space of its own. */
	bool borrows_space;
	struct wait_queue space_returned;

	/* Signals for any of its threads. */
	struct list signals;
	uint64_t pending;
	/* Those that are kept, its threads' too: for RLIMIT_SIGPENDING. */
	uint32_t signals_queued;
	struct signal_action actions[SIGNALS_MAX];
	/* Odd while one is changed, for its threads that look without the kernel lock. */
	uint32_t action_seq;
	/* Those that were ever set: the others are all zero. */
	uint64_t actions_set;
	/* The ring of those whose actions change together (CLONE_SIGHAND). */
	struct list action_sharers;
	struct timer alarm;
	struct posix_timers *timers; /* NULL: never had any */
	struct semaphore_undo *semaphore_undo;
	struct aio *aio; /* contexts of io_setup() */
	uint64_t alarm_deadline, alarm_interval;
};

static inline struct process *process_current(void)
{
	return thread_current()->process;
}

static inline struct path_base process_path_base(const struct process *p)
{
	return (struct path_base){.root = READ_ONCE(p->root), .from = READ_ONCE(p->cwd)};
}

void process_init(void);

/* How many there ever were. */
uint64_t process_fork_count(void);

/* The process of that number, or NULL. */
struct process *process_find(int pid);

/* The same, or the process of the thread with that number. */
struct process *process_find_by_tid(int id);

/* The same, zombies included. */
struct process *process_find_any(int pid);

/*
 * Whether the caller may inspect and change that process (Linux: PTRACE_MODE_ATTACH): its own, a
 * dumpable one of the same user, or, with the capability, any.
 */
bool process_may_ptrace(const struct process *p);

/* The caller's soft limit. */
static inline uint64_t process_limit(enum limit l)
{
	return process_current()->limits[l][0];
}

/* The limits of process 1. */
void process_init_limits(struct process *p);

/* Calls `fn` for each process but zombies until it returns false. Returns whether it never did. */
bool process_for_each(bool (*fn)(struct process *p, void *ctx), void *ctx);
/* The same, zombies included. */
bool process_for_each_any(bool (*fn)(struct process *p, void *ctx), void *ctx);

/* Whether a process group is orphaned: no member has a parent outside the group, in its session. */
bool process_group_is_orphaned(int pgid);

/*
 * Process 1: runs `path` with `argv`, both ended by NULL. 0 or -errno; on success it is ready to
 * run once the caller gives up the CPU.
 */
int process_start_init(struct inode *root, const char *path, const char *const argv[]);

struct fork_request {
	/* The child uses the parent's space; the parent sleeps until it runs another program. */
	bool share_space, wait;
	/* 0: the same stack pointer. */
	uint64_t stack;
	/* Where to write the child's number, in the parent and in the child; 0: nowhere. */
	uint64_t parent_tid, child_tid;
	/* Where the kernel writes 0 when the child ends. */
	uint64_t clear_tid;
	/* Threads: `set_fs` loads it as the FS base. */
	bool set_fs;
	uint64_t fs_base;
	/* Where to write a descriptor for the child (pidfd_open); 0: nowhere. */
	uint64_t pidfd;
	/* The caller's parent is the child's too. */
	bool sibling;
	/* What changes for both when one changes it; and whether the child forgets all handlers. */
	bool share_fs, share_files, share_actions, clear_handlers;
	/* Of processes: what the parent gets at the end, SIGCHLD as a rule. */
	int exit_signal;
};

/*
 * For the caller and those that share it (CLONE_FS). Takes over the caller's reference to `inode`.
 */
void process_set_cwd(struct inode *inode);
void process_set_root(struct inode *inode);
void process_set_umask(uint32_t umask);
/* Gives the caller its own copy of a descriptor table that it shares. 0, -ENOMEM. */
int process_unshare_files(void);

/*
 * The lowest free descriptor of the calling process for `f`, or -EMFILE, -ENOMEM. The caller's
 * reference is gone in any case.
 */
static inline int process_add_file(struct file *f, bool cloexec)
{
	int fd = files_add(process_current()->files, f, 0, cloexec);

	if (fd < 0)
		file_put(f);
	return fd;
}

/* A copy of the calling process: its pid, or -errno. */
long process_fork(struct fork_request *r);
/* Another thread of the calling process: its tid, or -errno. */
long process_add_thread(struct fork_request *r);

/*
 * The calling thread `t` is about to lose its memory: passes its locks on (ipc/futex_pi.h,
 * set_robust_list), and tells those who wait for its end (set_tid_address). Sleeps.
 */
void thread_exit_memory(struct thread *t);
/* Ends the calling thread, and with the last one the process. */
_Noreturn void thread_exit(int status);
/* Ends the calling process. `status` as wait4() gives it. */
_Noreturn void process_exit(int status);
/* The same by a signal, with a core if that is wanted. */
_Noreturn void process_exit_by_signal(int signo);
/* Ends all threads of the calling process but the caller; returns when they are gone. */
void process_kill_other_threads(void);

#define STATUS_EXIT(code)   (((code)&0xff) << 8)
#define STATUS_SIGNAL(sig)  ((sig)&0x7f)
#define STATUS_DUMPED	    0x80
#define STATUS_STOPPED(sig) ((sig) << 8 | 0x7f)
#define STATUS_CONTINUED    0xffff

#define WAIT_NOHANG    1
#define WAIT_STOPPED   2
#define WAIT_EXITED    4
#define WAIT_CONTINUED 8
#define WAIT_NOREAP    0x01000000
#define WAIT_ALL       0x40000000 /* of both kinds that WAIT_CLONE tells apart */
#define WAIT_CLONE     0x80000000 /* those whose exit signal is not SIGCHLD, not the others */
#define WAIT_GROUP     0x00010000 /* the id is a group's; no number of Linux's */

/* A zombie whose tracer must hear of it before its parent does. */
#define ZOMBIE_HELD 0x80

#define WAIT_ANY (-1)

/*
 * Waits for a child to change and, if it has ended, buries it. `id` is WAIT_ANY or a pid; with
 * WAIT_GROUP a process group, 0 for the caller's. The pid, 0 (WAIT_NOHANG and none has changed),
 * -ECHILD, -ERESTARTSYS. What that child has used goes to *used if it is not NULL.
 */
long process_wait(int id, unsigned int options, int *status, struct usage *used);

/* Given by drivers: the leader of a session has ended, and its terminal is free. */
void terminal_session_end(int sid);

/* Tells the parent of a zombie that was held. `p` may be gone afterwards. */
void process_notify_parent(struct process *p);

/* The caller's vfork parent, if any, may go on. */
void process_vfork_done(struct process *p);

/* CPU time of all its threads, in nanoseconds. */
uint64_t process_cpu_ns(const struct process *p);
/* The same of the caller's, without the kernel lock. */
uint64_t process_own_cpu_ns(void);
/* Sets the clock of the CPU limit going, or stops it. */
void process_update_cpu_limit(struct process *p);

/* Some thread of a process that has one. */
static inline struct thread *process_any_thread(const struct process *p)
{
	return list_first(&p->threads, struct thread, sibling);
}
