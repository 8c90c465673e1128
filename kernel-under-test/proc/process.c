/* Process creation, pids, and process 1. */
#include "proc/process.h"

#include "arch/spin.h"
#include "arch/time.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "mm/kmem.h"
#include "net/socket.h"
#include "proc/exec/exec.h"
#include "proc/process_internal.h"
#include "proc/signal/signal.h"
#include "proc/uts.h"
#include "sched/sched.h"

#define PID_BUCKETS 256

/*
 * C libraries compare the release to find out what is supported: the Linux release whose ABI this
 * kernel follows.
 */
char uts[UTS_NAMES][UTS_LEN] = {
	"Linux", "bantam", "6.1.0-bantam", "Bantam 0.1", "x86_64", "(none)",
};

static struct list by_pid[PID_BUCKETS];
/* Threads that do not lead their process; leaders are found as processes. */
static struct list by_tid[PID_BUCKETS];
uint64_t process_last_pid;
static uint64_t fork_count;

void process_init(void)
{
	/* The boot code creates files as root. */
	credentials_install(thread_current(), &credentials_root);
	for (size_t i = 0; i < PID_BUCKETS; i++) {
		list_init(&by_pid[i]);
		list_init(&by_tid[i]);
	}
}

uint64_t process_fork_count(void)
{
	return fork_count;
}

/* Finds zombies too: their pid is still taken. */
struct process *process_find_any(int pid)
{
	struct list *bucket = &by_pid[(unsigned int)pid % PID_BUCKETS];
	struct process *p;

	list_for_each (p, bucket, by_pid)
		if (p->pid == pid)
			return p;
	return NULL;
}

struct process *process_find(int pid)
{
	struct process *p = process_find_any(pid);

	return p && !p->zombie ? p : NULL;
}

struct thread *thread_find(int tid)
{
	struct process *p = process_find(tid);
	struct thread *t;

	if (p)
		list_for_each (t, &p->threads, sibling)
			if (t->tid == tid)
				return t;
	list_for_each (t, &by_tid[(unsigned int)tid % PID_BUCKETS], by_tid)
		if (t->tid == tid)
			return t;
	return NULL;
}

struct process *process_find_by_tid(int id)
{
	struct process *p = process_find(id);
	const struct thread *t = p ? NULL : thread_find(id);

	return t ? t->process : p;
}

static bool for_each_process(bool (*fn)(struct process *p, void *ctx), void *ctx, bool zombies)
{
	for (size_t i = 0; i < PID_BUCKETS; i++) {
		struct process *p, *next;

		list_for_each_safe (p, next, &by_pid[i], by_pid)
			if ((zombies || !p->zombie) && !fn(p, ctx))
				return false;
	}
	return true;
}

bool process_for_each(bool (*fn)(struct process *p, void *ctx), void *ctx)
{
	return for_each_process(fn, ctx, false);
}

bool process_for_each_any(bool (*fn)(struct process *p, void *ctx), void *ctx)
{
	return for_each_process(fn, ctx, true);
}

uint64_t process_pid_max = PID_MAX_DEFAULT;
struct process *init_process;

/* The next free id after the last one allocated, so that ids are not reused soon. */
static int pid_alloc(void)
{
	for (int tries = (int)process_pid_max, last = tries - 1; tries; tries--) {
		int pid = (int)process_last_pid;

		pid = pid >= last ? (pid >= 300 ? 300 : 1) : pid + 1;
		process_last_pid = (uint64_t)pid;
		if (!process_find_any(pid) && !thread_find(pid))
			return pid;
	}
	return -EAGAIN;
}

struct process *process_alloc(void)
{
	struct process *p = kmem_zalloc(sizeof(*p));
	struct thread *t;
	int pid;

	if (!p)
		return NULL;
	t = thread_create();
	pid = t ? pid_alloc() : -1;
	if (pid < 0) {
		if (t)
			thread_free(t);
		kmem_free(p);
		return NULL;
	}
	p->pid = p->pgid = p->sid = pid;
	p->serial = ++fork_count;
	p->started_ns = arch_time_ns();
	p->umask = 022;
	list_init(&p->threads);
	list_init(&p->signals);
	wait_init(&p->thread_ended);
	wait_init(&p->continued);
	p->alarm.expire = signal_alarm_expired;
	p->cpu_limit.expire = signal_cpu_limit_expired;
	process_attach(p, t, pid);
	list_init(&p->children);
	list_init(&p->sibling);
	list_init(&p->fs_sharers);
	list_init(&p->action_sharers);
	wait_init(&p->child_changed);
	wait_init(&p->space_returned);
	list_push_front(&by_pid[(unsigned int)pid % PID_BUCKETS], &p->by_pid);
	return p;
}

void process_free(struct process *p)
{
	list_remove(&p->by_pid);
	list_remove(&p->sibling);
	kmem_free(p);
}

void process_attach(struct process *p, struct thread *t, int tid)
{
	t->process = p;
	t->tid = tid;
	if (tid != p->pid)
		list_push_front(&by_tid[(unsigned int)tid % PID_BUCKETS], &t->by_tid);
	list_push_back(&p->threads, &t->sibling);
	p->thread_count++;
}

void process_abort_create(struct process *p)
{
	if (p->files)
		files_put(p->files);
	if (p->space)
		space_put(p->space);
	thread_free(process_any_thread(p));
	process_free(p);
}

int process_new_tid(void)
{
	return pid_alloc();
}

static int open_console(struct process *p)
{
	struct path_base base = process_path_base(p);
	struct inode *console;
	struct file *f;
	int err = path_find(&base, "/dev/console", true, &console);

	if (err)
		return err;
	err = file_open(console, O_RDWR, &f);
	inode_put(console);
	if (err)
		return err;
	for (int fd = 0; fd < 3 && err >= 0; fd++)
		err = files_add(p->files, file_get(f), 0, false);
	file_put(f);
	return err < 0 ? err : 0;
}

int process_start_init(struct inode *root, const char *path, const char *const argv[])
{
	static const char *const envp[] = {"HOME=/", "TERM=linux",
					   "PATH=/bin:/sbin:/usr/bin:/usr/sbin", NULL};
	struct process *p = process_alloc();
	struct args args;
	int err;

	if (!p)
		return -ENOMEM;
	ASSERT(p->pid == 1);
	init_process = p;
	/* In no session yet, as on Linux, so that it can call setsid(). */
	p->pgid = p->sid = 0;
	process_init_limits(p);
	p->root = inode_get(root);
	p->cwd = inode_get(root);
	credentials_install(process_any_thread(p), credentials_get(&credentials_root));
	p->files = files_create();
	if (!p->files)
		return -ENOMEM;
	err = open_console(p);
	if (err)
		log_printf("init: /dev/console can't be opened (error %d)\n", -err);
	err = args_from_kernel(&args, argv, envp);
	if (err)
		return err;
	err = process_exec(p, path, NULL, &args);
	args_free(&args);
	if (!err)
		sched_wake(process_any_thread(p));
	return err;
}

void socket_current_ucred(struct ucred *out)
{
	const struct credentials *c = credentials_current();

	*out = (struct ucred){process_current()->pid, c->euid, c->egid};
}

uint64_t process_cpu_ns(const struct process *p)
{
	uint64_t ns = p->used.cpu;
	struct thread *t;

	list_for_each (t, &p->threads, sibling)
		ns += thread_cpu_ns(t);
	return ns;
}

static bool lacks_controlling_parent(struct process *p, void *pgid)
{
	const struct process *parent = p->parent;

	return p->pgid != *(const int *)pgid || !parent || parent->pid == 1 ||
	       parent->pgid == p->pgid || parent->sid != p->sid;
}

bool process_group_is_orphaned(int pgid)
{
	return process_for_each(lacks_controlling_parent, &pgid);
}

/* Its threads may walk from the old directory without the kernel lock. */
static void replace_dir(struct process *p, struct inode **place, struct inode *inode)
{
	struct inode *old = *place;

	WRITE_ONCE(*place, inode);
	if (unlikely(p->thread_count > 1 || !list_empty(&p->fs_sharers)))
		sched_synchronize_all();
	inode_put(old);
}

void process_set_cwd(struct inode *inode)
{
	struct process *p = process_current(), *other;

	list_for_each (other, &p->fs_sharers, fs_sharers)
		replace_dir(other, &other->cwd, inode_get(inode));
	replace_dir(p, &p->cwd, inode);
}

void process_set_root(struct inode *inode)
{
	struct process *p = process_current(), *other;

	list_for_each (other, &p->fs_sharers, fs_sharers)
		replace_dir(other, &other->root, inode_get(inode));
	replace_dir(p, &p->root, inode);
}

void process_set_umask(uint32_t umask)
{
	struct process *p = process_current(), *other;

	list_for_each (other, &p->fs_sharers, fs_sharers)
		other->umask = umask;
	p->umask = umask;
}

int process_unshare_files(void)
{
	struct process *p = process_current();
	struct files *old = p->files, *files;

	if (old->refs == 1)
		return 0;
	files = files_clone(old);
	if (!files)
		return -ENOMEM;
	p->files = files;
	files_put(old);
	return 0;
}

bool process_may_ptrace(const struct process *p)
{
	const struct credentials *c = credentials_current(), *other;

	if (p == process_current() || capable(CAP_SYS_PTRACE))
		return true;
	if (p->undumpable || p->zombie)
		return false;
	other = process_any_thread(p)->cred;
	return c->uid == other->uid && c->uid == other->euid && c->uid == other->suid &&
	       c->gid == other->gid && c->gid == other->egid && c->gid == other->sgid &&
	       !(other->permitted & ~c->permitted);
}

static bool runs_other_program(struct process *p, void *inode)
{
	return p->exe != inode;
}

bool file_is_running(const struct inode *inode)
{
	return !process_for_each(runs_other_program, (void *)(uintptr_t)inode);
}

struct range {
	struct object *object;
	uint64_t from, end;
	bool copies;
};

static bool unmap_range(struct process *p, void *ctx)
{
	const struct range *r = ctx;

	if (p->space)
		space_unmap_object(p->space, r->object, r->from, r->end, r->copies);
	return true;
}

void object_unmap(struct object *o, uint64_t from, uint64_t end, bool copies)
{
	process_for_each(unmap_range, &(struct range){o, from, end, copies});
}

uint64_t process_own_cpu_ns(void)
{
	const struct process *p = process_current();

	/* Only the caller could create another thread. */
	if (likely(READ_ONCE(p->thread_count) == 1))
		return p->used.cpu + thread_cpu_ns(thread_current());
	KERNEL_SCOPE();
	return process_cpu_ns(p);
}
