/* Core dumps in ELF format, as Linux writes them. */
#include "proc/trace/core.h"

#include "arch/thread.h"
#include "fs/credentials.h"
#include "fs/file.h"
#include "fs/volume.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "proc/exec/elf.h"
#include "proc/exec/exec.h"
#include "proc/signal/signal.h"
#include "proc/uts.h"

#define CORE_MIN       PAGE_SIZE
#define DUMP_AREAS_MAX 1000
#define SIGNALS_CORE                                                                               \
	(SIGNAL_BIT(SIGQUIT) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGTRAP) | SIGNAL_BIT(SIGABRT) |    \
	 SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGXCPU) |     \
	 SIGNAL_BIT(SIGXFSZ) | SIGNAL_BIT(SIGSYS))

#define NT_PRSTATUS 1
#define NT_PRPSINFO 3
#define NT_AUXV	    6
#define NOTE_NAME   "CORE"

struct note {
	uint32_t name_size, size, type;
	char name[8];
};

struct status_note {
	struct note head;
	int32_t signo, code, error;
	int16_t signal, pad;
	uint64_t pending, blocked;
	int32_t pid, parent, group, session;
	uint64_t times[4][2]; /* user, system, and both of the children */
	uint64_t regs[ARCH_CORE_REGS];
	int32_t has_fpu, pad2;
} __attribute__((packed));

struct process_note {
	struct note head;
	char state, name, zombie, nice;
	uint32_t pad;
	uint64_t flags;
	uint32_t uid, gid;
	int32_t pid, parent, group, session;
	char program[16], arguments[80];
} __attribute__((packed));

_Static_assert(sizeof(struct status_note) == 20 + 336, "Linux ABI");
_Static_assert(sizeof(struct process_note) == 20 + 136, "Linux ABI");

/* An output file with a size limit; after an error nothing more is written. */
struct core {
	struct inode *file;
	uint64_t at, limit;
	int err;
};

static void dump_emit(struct core *c, const void *from, size_t n)
{
	struct uio u = uio_kernel((void *)(uintptr_t)from, n);

	if (!c->err && c->at + n > c->limit)
		c->err = -EFBIG;
	while (!c->err && u.left) {
		size_t before = u.left;
		long moved = c->file->ops->write(c->file, c->at, &u);

		c->at += before - u.left;
		if (moved <= 0)
			c->err = moved ? (int)moved : -EIO;
	}
}

char core_pattern[UTS_LEN] = "core";

/* Expands the letter after a `%`; unknown letters expand to nothing. */
static int expand_letter(char *to, size_t size, char letter, const struct process *p, int signo)
{
	const struct credentials *c = credentials_current();

	switch (letter) {
	case '%':
		return format(to, size, "%%");
	case 'p':
	case 'P':
		return format(to, size, "%d", p->pid);
	case 'i':
	case 'I':
		return format(to, size, "%d", thread_current()->tid);
	case 'e':
		return format(to, size, "%s", thread_current()->comm);
	case 'h':
		return format(to, size, "%s", uts[UTS_HOST]);
	case 's':
		return format(to, size, "%d", signo);
	case 't':
		return format(to, size, "%llu", volume_now_ns() / NS_PER_SEC);
	case 'u':
		return format(to, size, "%u", c->uid);
	case 'g':
		return format(to, size, "%u", c->gid);
	default:
		return 0;
	}
}

/* Expands core_pattern. -ENAMETOOLONG. */
static int expand_pattern(char *to, size_t size, const struct process *p, int signo)
{
	size_t len = 0;

	for (const char *at = core_pattern; *at && len < size; at++) {
		size_t from = len;

		if (*at != '%')
			to[len++] = *at;
		else if (*++at)
			len += (size_t)expand_letter(to + len, size - len, *at, p, signo);
		else
			break;
		/* Names chosen by a process cannot name another directory. */
		for (; from < MIN(len, size) && at[0] != '/'; from++)
			to[from] = to[from] == '/' ? '!' : to[from];
	}
	if (len >= size)
		return -ENAMETOOLONG;
	to[len] = '\0';
	return 0;
}

/* Creates the file anew. Patterns that pipe to a program are not supported. */
static int create_file(struct process *p, int signo, struct inode **out)
{
	struct path_base base = process_path_base(p);
	struct path_last last;
	struct inode *old;
	char name[NAME_LEN_MAX + 1];
	int err = core_pattern[0] == '|' ? -ENOENT : expand_pattern(name, sizeof(name), p, signo);

	if (!err)
		err = path_find_parent(&base, name, &last);

	if (err)
		return err;
	err = inode_read_only(last.dir) ? -EROFS : may_create(last.dir);
	if (!err && last.dir->ops->lookup(last.dir, last.name, last.len, &old) == 0) {
		err = may_delete(last.dir, old);
		inode_put(old);
		if (!err)
			err = last.dir->ops->unlink(last.dir, last.name, last.len, false);
	}
	if (!err)
		err = last.dir->ops->create(last.dir, last.name, last.len, S_IFREG | 0600, 0, out);
	inode_put(last.dir);
	return err;
}

/* A copy of an area: writing sleeps, and the area may go. */
struct part {
	uint64_t start, end;
	uint32_t flags;
	bool dumped;
};

/* /proc/PID/coredump_filter. A private file mapping that is writable counts as anonymous too. */
static bool is_dumped(const struct area *a, uint32_t filter)
{
	bool file = a->object && !object_is_shared(a->object);
	uint32_t kind = a->flags & AREA_SHARED	? (file ? BIT(3) : BIT(1))
			: !file			? BIT(0)
			: a->flags & AREA_WRITE ? BIT(0) | BIT(2)
						: BIT(2);

	return (a->flags & AREA_READ) && !(a->flags & AREA_NO_DUMP) && (filter & kind);
}

static struct note note_head(uint32_t type, size_t size)
{
	return (struct note){sizeof(NOTE_NAME), (uint32_t)size, type, NOTE_NAME};
}

static void dump_notes(struct core *c, struct process *p, struct thread *t, int signo)
{
	const struct usage u = usage_of_process(p), *children = &p->children_used;
	const uint64_t ns[4] = {u.cpu - u.system, u.system, children->cpu - children->system,
				children->system};
	int parent = p->parent ? p->parent->pid : 0;
	struct note aux_head = note_head(NT_AUXV, p->aux_size);
	struct status_note s = {
		.head = note_head(NT_PRSTATUS, sizeof(s) - sizeof(s.head)),
		.signo = signo,
		.signal = (int16_t)signo,
		.pending = t->pending | p->pending,
		.blocked = t->blocked,
		.pid = t->tid,
		.parent = parent,
		.group = p->pgid,
		.session = p->sid,
	};
	struct process_note i = {
		.head = note_head(NT_PRPSINFO, sizeof(i) - sizeof(i.head)),
		.name = 'R',
		.nice = t->nice,
		.uid = t->cred->uid,
		.gid = t->cred->gid,
		.pid = p->pid,
		.parent = parent,
		.group = p->pgid,
		.session = p->sid,
	};
	uint64_t aux[64] = {0}, regs[ARCH_CORE_REGS];

	for (int k = 0; k < 4; k++) {
		s.times[k][0] = ns[k] / NS_PER_SEC;
		s.times[k][1] = ns[k] % NS_PER_SEC / 1000;
	}
	arch_core_regs(&t->arch, regs);
	memcpy(s.regs, regs, sizeof(regs));
	memcpy(i.program, t->comm, sizeof(i.program));
	if (space_read(p->space, p->args_start, i.arguments,
		       MIN(p->args_size, sizeof(i.arguments) - 1)) < 0)
		i.arguments[0] = '\0';
	for (size_t at = 0; at + 1 < sizeof(i.arguments) && at + 1 < p->args_size; at++)
		if (!i.arguments[at])
			i.arguments[at] = ' ';
	dump_emit(c, &s, sizeof(s));
	dump_emit(c, &i, sizeof(i));
	if (space_read(p->space, p->aux_start, aux, MIN(p->aux_size, sizeof(aux))) == 0) {
		dump_emit(c, &aux_head, sizeof(aux_head));
		dump_emit(c, aux, p->aux_size);
	}
}

static void dump_memory(struct core *c, struct process *p, const struct part *a, char *page)
{
	for (uint64_t va = a->start; va < a->end && !c->err; va += PAGE_SIZE) {
		/* Pages never touched become holes. */
		if (space_read(p->space, va, page, PAGE_SIZE) == 0)
			dump_emit(c, page, PAGE_SIZE);
		else
			c->at += PAGE_SIZE;
	}
}

static void write_core(struct core *c, struct process *p, int signo, const struct part *parts,
		       size_t n, char *page)
{
	const struct elf_header h = {
		.magic = ELF_MAGIC,
		.class = ELF_CLASS_64,
		.data = ELF_LITTLE,
		.version = 1,
		.type = ELF_CORE,
		.machine = ELF_X86_64,
		.version2 = 1,
		.phoff = sizeof(h),
		.ehsize = sizeof(h),
		.phentsize = sizeof(struct elf_segment),
		.phnum = (uint16_t)(n + 1),
	};
	struct elf_segment s = {.type = PT_NOTE, .offset = sizeof(h) + (n + 1) * sizeof(s)};

	s.filesz = sizeof(struct status_note) + sizeof(struct process_note) + sizeof(struct note) +
		   p->aux_size;
	dump_emit(c, &h, sizeof(h));
	dump_emit(c, &s, sizeof(s));
	s.offset = ALIGN_UP(s.offset + s.filesz, PAGE_SIZE);
	for (size_t i = 0; i < n; i++) {
		const struct part *a = &parts[i];

		s = (struct elf_segment){
			.type = PT_LOAD,
			.flags = (a->flags & AREA_READ ? PF_R : 0u) |
				 (a->flags & AREA_WRITE ? PF_W : 0u) |
				 (a->flags & AREA_EXEC ? PF_X : 0u),
			.offset = s.offset + (s.type == PT_LOAD ? s.filesz : 0),
			.vaddr = a->start,
			.filesz = a->dumped ? a->end - a->start : 0,
			.memsz = a->end - a->start,
			.align = PAGE_SIZE,
		};
		dump_emit(c, &s, sizeof(s));
	}
	dump_notes(c, p, thread_current(), signo);
	c->at = ALIGN_UP(c->at, PAGE_SIZE);
	for (size_t i = 0; i < n && !c->err; i++)
		if (parts[i].dumped)
			dump_memory(c, p, &parts[i], page);
}

bool core_dump(int signo)
{
	struct process *p = process_current();
	struct core c = {.limit = p->limits[RLIMIT_CORE][0]};
	struct part *parts;
	struct area a = {0};
	char *page;
	size_t n = 0;

	if (!(SIGNALS_CORE & SIGNAL_BIT(signo)) || likely(c.limit < CORE_MIN) || p->undumpable ||
	    p->exiting)
		return false;
	process_kill_other_threads();
	if (create_file(p, signo, &c.file))
		return false;
	parts = kmem_alloc(DUMP_AREAS_MAX * sizeof(*parts));
	page = kmem_alloc(PAGE_SIZE);
	while (parts && n < DUMP_AREAS_MAX && space_next_area(p->space, a.end, &a))
		parts[n++] = (struct part){a.start, a.end, a.flags,
					   is_dumped(&a, p->core_filter ^ CORE_FILTER)};
	if (parts && page)
		write_core(&c, p, signo, parts, n, page);
	kmem_free(parts);
	kmem_free(page);
	inode_put(c.file);
	return c.at > sizeof(struct elf_header);
}
