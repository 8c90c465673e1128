/* Processes: what threads own together. */
#pragma once

#include "fs/file.h"
#include "fs/path.h"
#include "lib/list.h"
#include "proc/usage.h"
#include "sched/thread.h"
#include "sched/timer.h"
#include "sched/wait.h"

/* Pids wrap around there; /proc/sys/kernel/pid_max may raise it to PID_MAX_LIMIT. */
#define PID_MAX_DEFAULT 32768
#define PID_MAX_LIMIT	(4u << 20)
extern uint64_t process_pid_max, process_last_pid;

#define SIGNALS_MAX 64

/* Resource limits, numbered as on Linux. */
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

/* ADDR_NO_RANDOMIZE: the next program is loaded without address randomization. */
#define PERSONALITY_FIXED 0x0040000
/* STICKY_TIMEOUTS: select() does not update its timeout. */
#define PERSONALITY_STICKY 0x4000000

#define UNLIMITED UINT64_MAX

/* The disposition of a signal. */
struct signal_action {
	uint64_t handler; /* SIG_DFL, SIG_IGN, or the handler's address */
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask; /* signals blocked while the handler runs */
};

struct posix_timers;

/* Process 1, which never ends. */
extern struct process *init_process;

/*
 * Guarded by the kernel lock. Without it a thread of the process may read `pid` and `files`, which
 * are constant, and `parent_pid`, which may change at any time.
 */
struct process {
	/* Constant. */
	int pid;
	uint64_t serial; /* unique, unlike the pid */
	uint64_t started_ns;

	/* Family. Of a zombie only its status and usage are left. */
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
	uint8_t zombie; /* 0, WAIT_EXITED, or ZOMBIE_HELD */
	uint32_t uid;	/* of a zombie, like the name */
	char comm[COMM_MAX];
	int exit_status; /* as wait4() reports it */
	int exit_signal; /* signal to the parent when it ends; 0: none */
	int pgid, sid;

	/* Threads. While `exiting`, each ends on its way to user mode. */
	struct list threads;
	unsigned int thread_count;
	bool exiting;
	struct wait_queue thread_ended;

	/*
	 * Job control. `stop_reported`: the parent was told of the stop; `cont_reported`: it is yet
	 * to be told of the continuation.
	 */
	bool stopped, stop_reported, cont_reported;
	int stop_signal;
	struct wait_queue continued;

	/* Resources. */
	struct space *space;
	struct files *files;
	struct inode *root, *cwd;
	struct inode *exe;
	/* Ring of the processes that share root, cwd and umask (CLONE_FS). */
	struct list fs_sharers;
	/* Usage of ended threads, and of reaped children. */
	struct usage used, children_used;
	struct usage_reported reported;
	/* Limits, soft and hard; the timer for RLIMIT_CPU. */
	uint64_t limits[RLIMITS][2];
	struct timer cpu_limit;

	/* Where the argument strings were placed by execve(). */
	uint64_t args_start, args_size;
	/* The environment follows them; and the auxiliary vector. */
	uint64_t env_size, aux_start, aux_size;
	uint32_t umask;
	/* prctl(): PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER. */
	int death_signal;
	bool undumpable, subreaper;
	/* It has called execve(): its parent can no longer change its process group. */
	bool did_exec;
	/* It traces or has traced a thread. */
	bool is_tracer;
	uint32_t personality; /* personality(2): the two PERSONALITY_* bits have an effect */
	int16_t oom_score_adj;
	uint16_t core_filter; /* bits of /proc/PID/coredump_filter that differ from CORE_FILTER */
	/* Registered membarrier() commands; reset by execve(). */
	uint32_t membarriers;

	/* vfork(): the parent sleeps until the child has its own address space. */
	bool borrows_space;
	struct wait_queue space_returned;

	/* Signals pending for the process as a whole. */
	struct list signals;
	uint64_t pending;
	/* Queued signals, its threads' included: for RLIMIT_SIGPENDING. */
	uint32_t signals_queued;
	struct signal_action actions[SIGNALS_MAX];
	/* A sequence count, odd during a change: for lockless readers among its threads. */
	uint32_t action_seq;
	/* Signals whose action was ever set: all others are zero. */
	uint64_t actions_set;
	/* Ring of the processes that share signal actions (CLONE_SIGHAND). */
	struct list action_sharers;
	struct timer alarm;
	struct posix_timers *timers; /* NULL: none yet */
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

/* Processes created since boot. */
uint64_t process_fork_count(void);

/* NULL: no such process, or a zombie. */
struct process *process_find(int pid);

/* The process of that pid, or of the thread with that tid. */
struct process *process_find_by_tid(int id);

/* Zombies included. */
struct process *process_find_any(int pid);

/*
 * Whether the caller may inspect and modify the process (PTRACE_MODE_ATTACH): it is the caller's
 * own, a dumpable one of the same user, or the caller has CAP_SYS_PTRACE.
 */
bool process_may_ptrace(const struct process *p);

/* The caller's soft limit. */
static inline uint64_t process_limit(enum limit l)
{
	return process_current()->limits[l][0];
}

/* Sets the limits of process 1. */
void process_init_limits(struct process *p);

/* Calls `fn` for each process but zombies, until it returns false. True: it never did. */
bool process_for_each(bool (*fn)(struct process *p, void *ctx), void *ctx);
/* Zombies included. */
bool process_for_each_any(bool (*fn)(struct process *p, void *ctx), void *ctx);

/* Whether no member of the group has a parent in its session but outside the group. */
bool process_group_is_orphaned(int pgid);

/*
 * Starts process 1: `path` with `argv`, which is NULL-terminated. 0 or -errno; on success it runs
 * once the caller gives up the CPU.
 */
int process_start_init(struct inode *root, const char *path, const char *const argv[]);

struct fork_request {
	/*
	 * CLONE_VM: shares the address space. CLONE_VFORK: the caller sleeps until the child has
	 * its own.
	 */
	bool share_space, wait;
	/* Initial stack pointer; 0: the caller's. */
	uint64_t stack;
	/* Where to store the child's tid, in the parent's and in the child's memory; 0: nowhere. */
	uint64_t parent_tid, child_tid;
	/* CLONE_CHILD_CLEARTID: cleared, and a futex wake-up, when the child ends. */
	uint64_t clear_tid;
	/* CLONE_SETTLS: load `fs_base`. */
	bool set_fs;
	uint64_t fs_base;
	/* CLONE_PIDFD: where to store a pidfd; 0: nowhere. */
	uint64_t pidfd;
	/* CLONE_PARENT: the child's parent is the caller's. */
	bool sibling;
	/* CLONE_FS, CLONE_FILES, CLONE_SIGHAND, CLONE_CLEAR_SIGHAND. */
	bool share_fs, share_files, share_actions, clear_handlers;
	/* Processes: the signal to the parent at the end, usually SIGCHLD. */
	int exit_signal;
};

/* For the caller and the processes that share it (CLONE_FS). Take over the caller's reference. */
void process_set_cwd(struct inode *inode);
void process_set_root(struct inode *inode);
void process_set_umask(uint32_t umask);
/* Gives the caller a private copy of a shared descriptor table. 0, -ENOMEM. */
int process_unshare_files(void);

/*
 * Installs `f` at the caller's lowest free descriptor. -EMFILE, -ENOMEM. Takes over the reference
 * in any case. With the kernel lock or without.
 */
static inline int process_add_file(struct file *f, bool cloexec)
{
	int fd = files_add(process_current()->files, f, 0, cloexec);

	if (unlikely(fd < 0))
		file_put_unlocked(f);
	return fd;
}

/* A copy of the calling process: its pid, or -errno. */
long process_fork(struct fork_request *r);
/* A new thread in the calling process: its tid, or -errno. */
long process_add_thread(struct fork_request *r);

/*
 * The calling thread is about to lose its memory: hands its robust and priority-inheriting futexes
 * on (set_robust_list, ipc/futex_pi.h), and clears its tid (set_tid_address). Sleeps.
 */
void thread_exit_memory(struct thread *t);
/* Ends the calling thread, and with the last one its process. */
_Noreturn void thread_exit(int status);
/* exit_group(): ends the calling process with a wait4() status. */
_Noreturn void process_exit(int status);
/* Ends the calling process as killed by `signo`, with a core dump if that is due. */
_Noreturn void process_exit_by_signal(int signo);
/* Ends all other threads of the calling process. Sleeps until they are gone. */
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
#define WAIT_ALL       0x40000000 /* __WALL: whatever the exit signal */
#define WAIT_CLONE     0x80000000 /* __WCLONE: only children whose exit signal is not SIGCHLD */
#define WAIT_GROUP     0x00010000 /* the id is a process group's; internal */

/* A zombie whose tracer is to be told before its parent. */
#define ZOMBIE_HELD 0x80

#define WAIT_ANY (-1)

/*
 * wait4(): waits for a child to change state, and reaps it if it has ended. `id`: WAIT_ANY, a pid,
 * or with WAIT_GROUP a process group, 0 being the caller's. Returns the pid; 0: WAIT_NOHANG and
 * nothing has changed; -ECHILD, -ERESTARTSYS. *used, unless NULL, gets the child's usage.
 */
long process_wait(int id, unsigned int options, int *status, struct usage *used);

/* Implemented by drivers: the session leader has ended, which frees its terminal. */
void terminal_session_exit(int sid);

/* Reports the end of a held zombie to its parent, which may reap it: `p` may be gone afterwards. */
void process_notify_parent(struct process *p);

/* Ends the vfork() sleep of the parent, if it is in one. */
void process_vfork_done(struct process *p);

/* CPU time of all its threads, in ns. */
uint64_t process_cpu_ns(const struct process *p);
/* The caller's own, with or without the kernel lock. */
uint64_t process_own_cpu_ns(void);
/* Arms or disarms the timer for RLIMIT_CPU. */
void process_update_cpu_limit(struct process *p);

/* Any of its threads; it must have one. */
static inline struct thread *process_any_thread(const struct process *p)
{
	return list_first(&p->threads, struct thread, sibling);
}
