/* execve(): replaces the program of a process. */
#include "proc/exec/exec.h"

#include "arch/signal.h"
#include "fs/credentials.h"
#include "fs/volume.h"
#include "ipc/aio.h"
#include "lib/errno.h"
#include "lib/string.h"
#include "proc/exec/elf.h"
#include "proc/exec/stack.h"
#include "proc/posix_timer.h"
#include "proc/signal/signal.h"
#include "proc/trace/dispatch.h"
#include "proc/trace/trace.h"
#include "sched/sched.h"

/* Longest first line of a script; most nested interpreters. */
#define SHEBANG_MAX 255
#define SCRIPTS_MAX 5

/* Most random pages between program and heap. */
#define BRK_SPREAD 8192

static void set_name(struct thread *t, const char *path)
{
	const char *name = path;
	size_t n;

	for (; *path; path++)
		if (*path == '/')
			name = path + 1;
	n = MIN(strlen(name), (size_t)COMM_MAX - 1);
	memset(t->comm, 0, COMM_MAX);
	memcpy(t->comm, name, n);
}

/*
 * Opens `path` unless *file is given, and checks that it can be executed. On an error no reference
 * is left.
 */
static int open_program(struct process *p, const char *path, struct inode **file)
{
	struct path_base base = process_path_base(p);
	int err = *file ? 0 : path_find(&base, path, true, file);

	if (err)
		return err;
	if (inode_is(*file, S_IFREG) && ((*file)->mode & 0111) &&
	    inode_permission(*file, MAY_EXEC) == 0 && !inode_forbids(*file, VOLUME_NOEXEC))
		err = (*file)->writers ? -ETXTBSY : 0;
	else
		err = -EACCES;
	if (err)
		inode_put(*file);
	return err;
}

/* If *file is a script (*script), replaces it by its interpreter and prepends the arguments. */
static int resolve_script(struct process *p, const char *path, struct inode **file,
			  struct args *args, bool *script)
{
	char line[SHEBANG_MAX + 1], *interpreter, *option, *end;
	long n = file_read_at(*file, 0, line, SHEBANG_MAX);
	struct inode *program = NULL;
	int err;

	*script = n >= 2 && line[0] == '#' && line[1] == '!';
	if (!*script)
		return 0;
	if (args->hidden)
		return -ENOENT;
	line[n] = '\0';
	for (end = line; *end && *end != '\n';)
		end++;
	while (end > line && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
		end--;
	*end = '\0';
	for (interpreter = line + 2; *interpreter == ' ' || *interpreter == '\t';)
		interpreter++;
	for (option = interpreter; *option && *option != ' ' && *option != '\t';)
		option++;
	if (option == interpreter)
		return -ENOEXEC;
	if (*option)
		*option++ = '\0';
	while (*option == ' ' || *option == '\t')
		option++;

	const char *const first[] = {interpreter, *option ? option : path, *option ? path : NULL,
				     NULL};

	err = open_program(p, interpreter, &program);
	if (err)
		return err;
	err = args_replace_argv0(args, first);
	if (err) {
		inode_put(program);
		return err;
	}
	inode_put(*file);
	*file = program;
	return 0;
}

/* The ELF file that `path` resolves to, through at most SCRIPTS_MAX interpreters. */
static int find_program(struct process *p, const char *path, struct inode **file, struct args *args)
{
	bool script = true;
	int err = open_program(p, path, file);

	for (int depth = 0; !err && script; depth++) {
		err = depth <= SCRIPTS_MAX ? resolve_script(p, path, file, args, &script) : -ELOOP;
		if (err)
			inode_put(*file);
	}
	return err;
}

static bool may_gain_privileges(const struct credentials *now, const struct inode *file)
{
	return !now->no_new_privileges && !inode_forbids(file, VOLUME_NOSUID);
}

/*
 * Credentials for running `file`, with a reference: unchanged unless the file is setuid or setgid,
 * or capabilities depend on the user. NULL: no memory.
 */
static struct credentials *credentials_for(struct credentials *now, const struct inode *file)
{
	bool set_uid = (file->mode & S_ISUID) && may_gain_privileges(now, file);
	bool set_gid =
		(file->mode & (S_ISGID | 010)) == (S_ISGID | 010) && may_gain_privileges(now, file);
	struct credentials *c;

	if (likely(!set_uid && !set_gid && !now->uid && !now->euid && !now->suid && !now->sgid &&
		   !now->gid && !now->egid && now->effective == CAP_ALL &&
		   now->bounding == CAP_ALL && now->permitted == CAP_ALL))
		return credentials_get(now);
	c = credentials_copy(now, now->group_count);
	if (!c)
		return NULL;
	if (trace_restricts_exec(thread_current()))
		set_uid = set_gid = false;
	if (set_uid)
		c->euid = file->uid;
	if (set_gid)
		c->egid = file->gid;
	c->suid = c->fsuid = c->euid;
	c->sgid = c->fsgid = c->egid;
	if (set_uid || set_gid)
		c->ambient = 0;
	c->permitted = c->euid && c->uid ? c->ambient : c->bounding | c->inheritable;
	c->effective = c->euid ? c->ambient : c->permitted;
	c->keep_capabilities = false;
	return c;
}

/* The program to be run, prepared. */
struct next_program {
	struct space *space;
	struct inode *file;
	struct credentials *cred;
	struct elf_image image;
	struct initial_stack stack;
};

/* Everything that can fail. On an error the caller calls discard(). */
static int prepare(struct process *p, const char *path, struct inode *file, struct args *args,
		   struct next_program *new)
{
	const struct thread *t = p == process_current() ? thread_current() : process_any_thread(p);
	bool random = space_random && !(p->personality & PERSONALITY_FIXED);
	struct path_base base = process_path_base(p);
	int err;

	new->cred = NULL;
	new->file = file;
	new->space = space_create(random, p->limits[RLIMIT_STACK][0]);
	if (!new->space)
		return -ENOMEM;
	err = find_program(p, path, &new->file, args);
	if (err) {
		new->file = NULL;
		return err;
	}
	new->cred = credentials_for(t->cred, new->file);
	if (!new->cred)
		return -ENOMEM;
	err = elf_load(new->space, &base, new->file, &new->image)
		      ?: stack_build(new->space, path, args, &new->image, new->cred, &new->stack);
	return err || p != process_current() ? err : process_unshare_files();
}

static void discard(const struct next_program *new)
{
	if (new->cred)
		credentials_put(new->cred);
	if (new->file)
		inode_put(new->file);
	if (new->space)
		space_put(new->space);
}

/* The point of no return: nothing can fail from here on. */
static void commit(struct process *p, const char *path, const struct args *args,
		   const struct next_program *new)
{
	struct space *space = new->space, *old = p->space;
	struct credentials *cred = new->cred;
	struct thread *t;

	if (p == process_current()) {
		process_kill_other_threads();
		t = thread_current();
		if (unlikely(t->robust_list | t->clear_tid))
			thread_exit_memory(t);
	}
	space->brk_start = space->brk =
		ALIGN_UP(new->image.end, PAGE_SIZE) + space_random_gap(space, BRK_SPREAD);
	usage_exit_space(p);
	p->space = space;
	if (p->exe)
		inode_put(p->exe);
	p->exe = new->file;
	p->exe->executed = true;
	p->args_start = new->stack.strings;
	p->args_size = args_argv_bytes(args);
	p->env_size = args->used - p->args_size;
	p->aux_start = new->stack.aux;
	p->aux_size = new->stack.aux_size;
	t = process_any_thread(p);
	set_name(t, path);
	/* Whichever thread called is the leader now, with the leader's tid. */
	list_remove(&t->by_tid);
	t->tid = p->pid;
	t->alt_stack = (struct signal_stack){.flags = SS_DISABLE};
	t->rseq = 0;
	if (unlikely(t->dispatch))
		dispatch_end(t);
	p->undumpable = cred->euid != cred->uid || cred->egid != cred->gid ||
			cred->euid != t->cred->euid || cred->egid != t->cred->egid ||
			(cred->permitted & ~t->cred->permitted);
	if (unlikely(p->undumpable))
		p->death_signal = 0;
	credentials_put(t->cred);
	credentials_install(t, cred);
	list_remove(&p->action_sharers);
	signal_reset_actions(p);
	p->did_exec = true;
	p->membarriers = 0;
	/* An exit signal set by clone() does not survive execve(). */
	p->exit_signal = SIGCHLD;
	if (unlikely(p->timers))
		posix_timers_delete_all(p, false);
	if (unlikely(p->aio))
		aio_destroy_all(&p->aio);
	if (t == thread_current())
		sched_set_space(space);
	else
		t->space = space;
	process_vfork_done(p);
	if (old)
		space_put(old);
	files_close_on_exec(p->files);
	arch_thread_reset_user(&t->arch, new->image.start, new->stack.sp);
	if (t == thread_current()) {
		arch_thread_load_user(&t->arch);
		thread_add_work(t, WORK_RESTORE);
	}
}

int process_exec(struct process *p, const char *path, struct inode *file, struct args *args)
{
	struct next_program new;
	int err = prepare(p, path, file, args, &new);

	if (err)
		discard(&new);
	else
		commit(p, path, args, &new);
	return err;
}
