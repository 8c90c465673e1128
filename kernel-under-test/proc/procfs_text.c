#include "proc/procfs_text.h"

#include "arch/smp.h"
#include "arch/spin.h"
#include "arch/time.h"
#include "fs/credentials.h"
#include "fs/mount.h"
#include "fs/volume.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/signal.h"
#include "proc/uts.h"
#include "proc/vdso.h"
#include "sched/sched.h"

void text_add(struct text *t, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vformat(t->at + t->len, t->size - t->len, fmt, args);
	va_end(args);
	t->len = MIN(t->len + (size_t)n, t->size - 1);
}

static void meminfo(struct text *t, struct process *p)
{
	uint64_t total = page_count_total() * (PAGE_SIZE / 1024);
	uint64_t free = page_count_free() * (PAGE_SIZE / 1024);

	(void)p;
	text_add(t, "MemTotal:       %8lu kB\nMemFree:        %8lu kB\n", total, free);
	text_add(t, "MemAvailable:   %8lu kB\nBuffers:        %8lu kB\n", free, 0ul);
	text_add(t, "Cached:         %8lu kB\nSwapTotal:      %8lu kB\n", 0ul, 0ul);
	text_add(t, "SwapFree:       %8lu kB\n", 0ul);
}

static void cpuinfo(struct text *t, struct process *p)
{
	char name[ARCH_CPU_NAME_MAX];

	(void)p;
	arch_cpu_name(name);
	for (unsigned int i = 0; i < arch_cpu_count(); i++)
		text_add(t, "processor\t: %u\nmodel name\t: %s\n\n", i, name);
}

static void uptime(struct text *t, struct process *p)
{
	uint64_t cs = arch_time_ns() / 10000000;

	(void)p;
	text_add(t, "%lu.%02lu 0.00\n", cs / 100, cs % 100);
}

static void version(struct text *t, struct process *p)
{
	(void)p;
	text_add(t, "Linux version %s (the ABI that %s follows)\n", uts[UTS_RELEASE],
		 uts[UTS_VERSION]);
}

static void mount_line(struct text *t, const char *filesystem, const char *path,
		       const struct volume *v)
{
	uint32_t flags = v ? v->flags : 0;

	text_add(t, "%s %s %s %s%s%s%s%s 0 0\n", filesystem, path, filesystem,
		 v && v->read_only ? "ro" : "rw", flags & VOLUME_NOSUID ? ",nosuid" : "",
		 flags & VOLUME_NODEV ? ",nodev" : "", flags & VOLUME_NOEXEC ? ",noexec" : "",
		 flags & VOLUME_NOATIME ? ",noatime" : ",relatime");
}

static void mounts(struct text *t, struct process *p)
{
	const char *filesystem;
	struct inode *at;
	char path[256];

	text_add(t, "rootfs / tmpfs rw 0 0\n");
	for (size_t i = 0; mount_get(i, &filesystem, &at); i++)
		if (path_name(p->root, at, path, sizeof(path)) > 0)
			mount_line(t, filesystem, path, at->mounted->volume);
}

static bool count_one(struct process *p, void *ctx)
{
	(void)p;
	++*(unsigned int *)ctx;
	return true;
}

static void loadavg(struct text *t, struct process *p)
{
	unsigned int n = 0;

	process_each(count_one, &n);
	text_add(t, "0.00 0.00 0.00 1/%u %d\n", n, p->pid);
}

static char state_of(const struct process *p)
{
	if (p->stopped)
		return 'T';
	return process_first_thread(p)->state == THREAD_RUNNING ? 'R' : 'S';
}

static uint64_t size_of(const struct process *p)
{
	uint64_t size;

	space_lock(p->space);
	size = space_size(p->space);
	space_unlock(p->space);
	return size;
}

#define NS_PER_TICK 10000000ul

/* Fields that are not kept are 0, as proc(5) has them. */
static void stat(struct text *t, struct process *p)
{
	const struct thread *first = process_first_thread(p);

	text_add(t, "%d (%s) %c %d %d %d 0 -1 0 0 0 0 0 ", p->pid, p->comm, state_of(p),
		 p->parent ? p->parent->pid : 0, p->pgid, p->sid);
	text_add(t, "%lu 0 %lu 0 %d %d %u 0 0 %lu %lu ", process_cpu_ns(p) / NS_PER_TICK,
		 p->children_cpu_ns / NS_PER_TICK, 20 + first->nice, first->nice, p->thread_count,
		 size_of(p), p->space->resident);
	text_add(t,
		 "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n");
}

static void add_signals(struct text *t, const struct process *p)
{
	const struct thread *first = process_first_thread(p);
	uint64_t ignored = 0, caught = 0;

	for (int i = 0; i < SIGNALS_MAX; i++) {
		ignored |= p->actions[i].handler == SIG_IGN ? BIT(i) : 0;
		caught |= p->actions[i].handler > SIG_IGN ? BIT(i) : 0;
	}
	text_add(t, "SigQ:\t%u/%lu\n", p->signals_kept, p->limits[RLIMIT_SIGPENDING][0]);
	text_add(t, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n", first->pending,
		 p->pending, first->blocked);
	text_add(t, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", ignored, caught);
}

static void status(struct text *t, struct process *p)
{
	const struct credentials *c = process_first_thread(p)->cred;
	char state = state_of(p);

	text_add(t, "Name:\t%s\nUmask:\t%04x\nState:\t%c (%s)\n", p->comm,
		 (p->umask >> 6 & 7) << 8 | (p->umask >> 3 & 7) << 4 | (p->umask & 7), state,
		 state == 'R'	? "running"
		 : state == 'T' ? "stopped"
				: "sleeping");
	text_add(t, "Tgid:\t%d\nPid:\t%d\nPPid:\t%d\nTracerPid:\t0\n", p->pid, p->pid,
		 p->parent ? p->parent->pid : 0);
	text_add(t, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	text_add(t, "Gid:\t%u\t%u\t%u\t%u\nFDSize:\t%u\nGroups:\t", c->gid, c->egid, c->sgid,
		 c->fsgid, p->files->capacity);
	for (uint32_t i = 0; i < c->group_count; i++)
		text_add(t, "%u ", c->groups[i]);
	text_add(t, "\n");
	text_add(t, "VmSize:\t%8lu kB\nVmRSS:\t%8lu kB\nThreads:\t%u\n", size_of(p) / 1024,
		 p->space->resident * (PAGE_SIZE / 1024), p->thread_count);
	add_signals(t, p);
	text_add(t, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n", c->inheritable,
		 c->permitted, c->effective);
	text_add(t, "CapBnd:\t%016lx\nCapAmb:\t%016lx\nNoNewPrivs:\t%d\n", c->bounding, c->ambient,
		 c->no_new_privileges);
}

static void comm(struct text *t, struct process *p)
{
	text_add(t, "%s\n", p->comm);
}

/* The argument strings as they are in the process's memory now. */
static void cmdline(struct text *t, struct process *p)
{
	size_t n = MIN(p->args_size, t->size - 1);

	if (space_read(p->space, p->args_start, t->at, n) == 0)
		t->len = n;
}

static void maps(struct text *t, struct process *p)
{
	char path[256];
	struct area a = {0};

	while (space_next_area(p->space, a.end, &a)) {
		bool file = a.object && p->exe && a.object == &p->exe->object;

		if (vdso_is(&a)) {
			text_add(t, "%08lx-%08lx r--p 00000000 00:00 0 [vvar]\n", a.start,
				 a.start + PAGE_SIZE);
			text_add(t, "%08lx-%08lx r-xp 00000000 00:00 0 [vdso]\n",
				 a.start + PAGE_SIZE, a.end);
			continue;
		}
		text_add(t, "%08lx-%08lx %c%c%c%c %08lx 00:00 0 ", a.start, a.end,
			 a.flags & AREA_READ ? 'r' : '-', a.flags & AREA_WRITE ? 'w' : '-',
			 a.flags & AREA_EXEC ? 'x' : '-', a.flags & AREA_SHARED ? 's' : 'p',
			 a.offset);
		if (file && file_path(p->root, p->exe, path, sizeof(path)) > 0)
			text_add(t, "%s", path);
		else if (a.flags & AREA_STACK)
			text_add(t, "[stack]");
		else if (a.start >= p->space->brk_start && a.end <= p->space->brk + PAGE_SIZE)
			text_add(t, "[heap]");
		text_add(t, "\n");
	}
}

/* How often each CPU has taken locks of each class: documented in arch/spin.h. */
static void bantam_locks(struct text *t, struct process *p)
{
	static const char *const names[LOCK_CLASSES] = {
		[LOCK_KERNEL] = "kernel", [LOCK_SPACE] = "space", [LOCK_INODE] = "inode",
		[LOCK_STORE] = "store",	  [LOCK_KMEM] = "kmem",	  [LOCK_PAGE] = "page",
	};

	(void)p;
	text_add(t, "cpu");
	for (unsigned int c = 0; c < LOCK_CLASSES; c++)
		text_add(t, " %s", names[c]);
	text_add(t, "\n");
	for (unsigned int i = 0; i < arch_cpu_count(); i++) {
		text_add(t, "%u", i);
		for (unsigned int c = 0; c < LOCK_CLASSES; c++)
			text_add(t, " %lu", arch_lock_count(i, c));
		text_add(t, "\n");
	}
}

const struct proc_file proc_system_files[] = {
	{"meminfo", meminfo},		{"cpuinfo", cpuinfo}, {"uptime", uptime},
	{"version", version},		{"mounts", mounts},   {"loadavg", loadavg},
	{"bantam_locks", bantam_locks},
};
const size_t proc_system_count = ARRAY_SIZE(proc_system_files);

const struct proc_file proc_process_files[] = {
	{"stat", stat},	      {"status", status}, {"comm", comm},
	{"cmdline", cmdline}, {"maps", maps},	  {"mounts", mounts},
};
const size_t proc_process_count = ARRAY_SIZE(proc_process_files);
