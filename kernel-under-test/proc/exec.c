#include "proc/exec.h"

#include "arch/cpu.h"
#include "arch/signal.h"
#include "fs/credentials.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/random.h"
#include "lib/string.h"
#include "proc/elf.h"
#include "proc/posix_timer.h"
#include "proc/signal.h"
#include "proc/trace.h"
#include "proc/vdso.h"
#include "sched/sched.h"

/* The first line of a script, and interpreters that are scripts themselves. */
#define SHEBANG_MAX 255
#define SCRIPTS_MAX 4

/* How far the heap may be from the program, in pages. */
#define BRK_SPREAD 8192

/* Keys of the auxiliary vector, numbered as on Linux. */
#define AT_NULL		0
#define AT_PHDR		3
#define AT_PHENT	4
#define AT_PHNUM	5
#define AT_PAGESZ	6
#define AT_BASE		7
#define AT_FLAGS	8
#define AT_ENTRY	9
#define AT_UID		11
#define AT_EUID		12
#define AT_GID		13
#define AT_EGID		14
#define AT_HWCAP	16
#define AT_CLKTCK	17
#define AT_SECURE	23
#define AT_PLATFORM	15
#define AT_RANDOM	25
#define AT_EXECFN	31
#define AT_SYSINFO_EHDR 33
#define AT_MINSIGSTKSZ	51
#define AUX_WORDS	(2 * 20)

static int write_strings(struct space *s, uint64_t to, const struct args *a)
{
	for (size_t at = 0; at < a->used; at += PAGE_SIZE) {
		int err = space_write(s, to + at, page_to_virt(args_page(a, at)),
				      MIN(PAGE_SIZE, a->used - at));

		if (err)
			return err;
	}
	return 0;
}

struct pusher {
	struct space *space;
	uint64_t at;
	uint64_t word[64];
	size_t count;
};

static int pusher_flush(struct pusher *p)
{
	int err = space_write(p->space, p->at, p->word, p->count * sizeof(uint64_t));

	p->at += p->count * sizeof(uint64_t);
	p->count = 0;
	return err;
}

static int push(struct pusher *p, uint64_t word)
{
	p->word[p->count++] = word;
	return p->count == ARRAY_SIZE(p->word) ? pusher_flush(p) : 0;
}

/* Pointers to `n` strings that start at *string in the new space and byte *at of the old. */
static int push_strings(struct pusher *p, const struct args *a, size_t n, size_t *at,
			uint64_t strings)
{
	int err = 0;

	for (; n && !err; n--) {
		err = push(p, strings + *at);
		while (((char *)page_to_virt(args_page(a, *at)))[*at & (PAGE_SIZE - 1)])
			++*at;
		++*at;
	}
	return err ? err : push(p, 0);
}

/*
 * The first stack, from high to low: path, random bytes, strings, auxiliary vector, envp, argv,
 * argc. *sp is where it ends, 16 bytes aligned.
 */
static int build_stack(struct space *s, const char *path, const struct args *a,
		       const struct elf_image *image, const struct credentials *cred, uint64_t *sp,
		       uint64_t *strings_at)
{
	size_t path_size = strlen(path) + 1, at = 0;
	uint64_t exec_fn = s->stack_top - 8 - path_size - (space_random_gap(s, 256) >> 8);
	struct {
		uint64_t seed[2];
		char platform[16];
	} given = {{random_u64(), random_u64()}, "x86_64"};
	uint64_t random = ALIGN_DOWN(exec_fn, 16) - sizeof(given);
	uint64_t strings = random - a->used;
	size_t words = 1 + a->argc + 1 + a->envc + 1 + AUX_WORDS;
	struct pusher p = {.space = s, .at = ALIGN_DOWN(strings - words * 8, 16)};
	uint64_t vdso = vdso_map(s);
	const uint64_t aux[AUX_WORDS] = {
		AT_PHDR,	 image->headers,
		AT_PHENT,	 sizeof(struct elf_segment),
		AT_PHNUM,	 image->header_count,
		AT_PAGESZ,	 PAGE_SIZE,
		AT_BASE,	 image->base,
		AT_FLAGS,	 0,
		AT_ENTRY,	 image->entry,
		AT_UID,		 cred->uid,
		AT_EUID,	 cred->euid,
		AT_GID,		 cred->gid,
		AT_EGID,	 cred->egid,
		AT_SECURE,	 cred->uid != cred->euid || cred->gid != cred->egid,
		AT_HWCAP,	 arch_cpu_features(),
		AT_CLKTCK,	 100,
		AT_PLATFORM,	 random + sizeof(given.seed),
		AT_RANDOM,	 random,
		AT_EXECFN,	 exec_fn,
		AT_SYSINFO_EHDR, vdso,
		AT_MINSIGSTKSZ,	 arch_signal_stack_least(),
		AT_NULL,	 0,
	};
	int err;

	err = space_map(s, ALIGN_DOWN(p.at, PAGE_SIZE), s->stack_top - ALIGN_DOWN(p.at, PAGE_SIZE),
			AREA_READ | AREA_WRITE | AREA_STACK, NULL, 0);
	*sp = p.at;
	*strings_at = strings;
	if (!err)
		err = space_write(s, exec_fn, path, path_size);
	if (!err)
		err = space_write(s, random, &given, sizeof(given));
	if (!err)
		err = write_strings(s, strings, a);
	if (!err)
		err = push(&p, a->argc);
	if (!err)
		err = push_strings(&p, a, a->argc, &at, strings);
	if (!err)
		err = push_strings(&p, a, a->envc, &at, strings);
	for (size_t i = 0; i < AUX_WORDS && !err; i++)
		err = push(&p, aux[i]);
	return err ? err : pusher_flush(&p);
}

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

static int open_program(struct process *p, const char *path, struct inode **out)
{
	struct path_base base = process_path_base(p);
	int err = path_find(&base, path, true, out);

	if (err)
		return err;
	if (inode_is(*out, S_IFREG) && ((*out)->mode & 0111) && may(*out, MAY_EXEC) == 0 &&
	    !inode_forbids(*out, VOLUME_NOEXEC))
		err = (*out)->writers ? -ETXTBSY : 0;
	else
		err = -EACCES;
	if (err)
		inode_put(*out);
	return err;
}

/*
 * If `file` is a script, replaces it by its interpreter and changes the arguments accordingly.
 * *script says whether it was one.
 */
static int interpret(struct process *p, const char *path, struct inode **file, struct args *args,
		     bool *script)
{
	char line[SHEBANG_MAX + 1], *interpreter, *option, *end;
	long n = file_read_at(*file, 0, line, SHEBANG_MAX);
	struct inode *program;
	int err;

	*script = n >= 2 && line[0] == '#' && line[1] == '!';
	if (!*script)
		return 0;
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
	err = args_replace_first(args, first);
	if (err) {
		inode_put(program);
		return err;
	}
	inode_put(*file);
	*file = program;
	return 0;
}

/* The ELF that `path` comes down to, after at most SCRIPTS_MAX interpreters. */
static int find_program(struct process *p, const char *path, struct inode **file, struct args *args)
{
	bool script = true;
	int err = open_program(p, path, file);

	for (int depth = 0; !err && script; depth++) {
		err = depth <= SCRIPTS_MAX ? interpret(p, path, file, args, &script) : -ELOOP;
		if (err)
			inode_put(*file);
	}
	return err;
}

static bool may_give(const struct credentials *now, const struct inode *file)
{
	return !now->no_new_privileges && !inode_forbids(file, VOLUME_NOSUID);
}

/*
 * Who runs `file`, with a reference: the same as before, unless the file says set-uid or set-gid,
 * or capabilities come or go with the user. NULL without memory.
 */
static struct credentials *credentials_for(struct credentials *now, const struct inode *file)
{
	bool set_uid = (file->mode & S_ISUID) && may_give(now, file);
	bool set_gid = (file->mode & (S_ISGID | 010)) == (S_ISGID | 010) && may_give(now, file);
	struct credentials *c;

	if (likely(!set_uid && !set_gid && !now->uid && !now->euid && !now->suid && !now->sgid &&
		   !now->gid && !now->egid && now->effective == CAP_ALL &&
		   now->bounding == CAP_ALL && now->permitted == CAP_ALL))
		return credentials_get(now);
	c = credentials_copy(now, now->group_count);
	if (!c)
		return NULL;
	if (trace_holds_rights(thread_current()))
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

int process_exec(struct process *p, const char *path, struct args *args)
{
	bool random = space_random && !(p->personality & PERSONALITY_FIXED);
	struct space *space = space_create(random, p->limits[RLIMIT_STACK][0]), *old = p->space;
	struct path_base base = process_path_base(p);
	struct elf_image image;
	struct inode *file;
	struct thread *t;
	struct credentials *cred = NULL;
	uint64_t sp, strings;
	int err;

	if (!space)
		return -ENOMEM;
	err = find_program(p, path, &file, args);
	if (err)
		goto fail;
	cred = credentials_for(
		(p == process_current() ? thread_current() : process_first_thread(p))->cred, file);
	err = cred ? elf_load(space, &base, file, &image) : -ENOMEM;
	if (!err)
		err = build_stack(space, path, args, &image, cred, &sp, &strings);
	if (err)
		goto fail_file;
	err = p == process_current() ? process_unshare_files() : 0;
	if (err)
		goto fail_file;

	/* From here on nothing can fail. */
	if (p == process_current()) {
		process_end_others();
		t = thread_current();
		if (unlikely(t->robust_list | t->clear_tid))
			thread_leave_memory(t);
	}
	space->brk_start = space->brk =
		ALIGN_UP(image.end, PAGE_SIZE) + space_random_gap(space, BRK_SPREAD);
	usage_leave_space(p);
	p->space = space;
	if (p->exe)
		inode_put(p->exe);
	p->exe = file;
	p->args_start = strings;
	p->args_size = args_first_bytes(args);
	p->env_size = args->used - p->args_size;
	p->aux_start = sp + (1 + args->argc + 1 + args->envc + 1) * sizeof(uint64_t);
	p->aux_size = AUX_WORDS * sizeof(uint64_t);
	t = process_first_thread(p);
	set_name(t, path);
	/* Whichever thread called, it is the first one now, and has that one's number. */
	list_remove(&t->by_tid);
	t->tid = p->pid;
	t->alt_stack = (struct signal_stack){.flags = SS_DISABLE};
	p->undumpable = cred->euid != cred->uid || cred->egid != cred->gid ||
			cred->euid != t->cred->euid || cred->egid != t->cred->egid ||
			(cred->permitted & ~t->cred->permitted);
	if (unlikely(p->undumpable))
		p->death_signal = 0;
	credentials_put(t->cred);
	credentials_give(t, cred);
	list_remove(&p->action_sharers);
	signal_reset_actions(p);
	p->has_executed = true;
	p->barriers = 0;
	/* What clone() was asked for was another program's wish. */
	p->exit_signal = SIGCHLD;
	if (unlikely(p->timers))
		posix_timers_delete_all(p, false);
	if (t == thread_current())
		sched_set_space(space);
	else
		t->space = space;
	process_return_space(p);
	if (old)
		space_put(old);
	files_close_on_exec(p->files);
	arch_thread_reset_user(&t->arch, image.start, sp);
	if (t == thread_current()) {
		arch_thread_load_user(&t->arch);
		thread_add_work(t, WORK_RESTORE);
	}
	return 0;
fail_file:
	if (cred)
		credentials_put(cred);
	inode_put(file);
fail:
	space_put(space);
	return err;
}
