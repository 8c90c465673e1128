/* /proc/PID: files about a process or thread. */
#include "proc/procfs/text.h"

#include "arch/smp.h"
#include "fs/credentials.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "proc/signal/signal.h"
#include "proc/trace/core.h"
#include "proc/trace/seccomp.h"
#include "proc/trace/trace.h"
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

void text_pad(struct text *t, size_t start, size_t width)
{
	size_t end = MIN(start + width, t->size - 1);

	if (t->len < end) {
		memset(t->at + t->len, ' ', end - t->len);
		t->len = end;
	}
	t->at[t->len] = '\0';
}

static char state_of(const struct proc_subject *s)
{
	if (trace_is_stopped(s->thread))
		return 't';
	if (s->process->stopped)
		return 'T';
	if (s->thread->state == THREAD_RUNNING)
		return 'R';
	return s->thread->interruptible && !s->thread->killable ? 'S' : 'D';
}

#define NS_PER_TICK 10000000ul

/* Faults and times: its own, and its children's. */
static void add_usage(struct text *t, const struct usage *u, const struct usage *children)
{
	text_add(t, "%lu %lu %lu %lu ", u->faults - u->major_faults,
		 children->faults - children->major_faults, u->major_faults,
		 children->major_faults);
	text_add(t, "%lu %lu %lu %lu ", (u->cpu - u->system) / NS_PER_TICK, u->system / NS_PER_TICK,
		 (children->cpu - children->system) / NS_PER_TICK, children->system / NS_PER_TICK);
}

/* Fields of proc(5) that are not tracked are 0. */
static void stat(struct text *t, const struct proc_subject *s)
{
	const struct process *p = s->process;
	const struct thread *of = s->thread;
	const struct usage u = s->alone ? usage_of_thread(s->thread) : usage_of_process(s->process);

	text_add(t, "%d (%s) %c %d %d %d 0 -1 0 ", s->alone ? of->tid : p->pid, of->comm,
		 state_of(s), p->parent ? p->parent->pid : 0, p->pgid, p->sid);
	add_usage(t, &u, &p->children_used);
	text_add(t, "%d %d %u 0 %lu %lu %lu ", 20 + of->nice, of->nice, p->thread_count,
		 p->started_ns / NS_PER_TICK, proc_size(p), p->space->resident);
	text_add(t, "%lu 0 0 %lu 0 0 0 0 0 0 0 0 0 %d %u %u %u 0 0 0 0 0 %lu %lu %lu %lu %lu 0\n",
		 p->limits[RLIMIT_RSS][0], p->space->stack_top, p->exit_signal, of->cpu,
		 of->rt_priority, of->policy, p->space->brk_start, p->args_start,
		 p->args_start + p->args_size, p->args_start + p->args_size,
		 p->args_start + p->args_size + p->env_size);
}

static void add_signals(struct text *t, const struct process *p, const struct thread *of)
{
	uint64_t ignored = 0, caught = 0;

	for (int i = 0; i < SIGNALS_MAX; i++) {
		ignored |= p->actions[i].handler == SIG_IGN ? BIT(i) : 0;
		caught |= p->actions[i].handler > SIG_IGN ? BIT(i) : 0;
	}
	text_add(t, "SigQ:\t%u/%lu\n", p->signals_queued, p->limits[RLIMIT_SIGPENDING][0]);
	text_add(t, "SigPnd:\t%016lx\nShdPnd:\t%016lx\nSigBlk:\t%016lx\n", of->pending, p->pending,
		 of->blocked);
	text_add(t, "SigIgn:\t%016lx\nSigCgt:\t%016lx\n", ignored, caught);
}

static void status(struct text *t, const struct proc_subject *s)
{
	const struct process *p = s->process;
	const struct thread *of = s->thread;
	const struct credentials *c = of->cred;
	char state = state_of(s);

	text_add(t, "Name:\t%s\nUmask:\t%04o\nState:\t%c (%s)\n", of->comm, p->umask, state,
		 state == 'R'	? "running"
		 : state == 'T' ? "stopped"
		 : state == 't' ? "tracing stop"
		 : state == 'D' ? "disk sleep"
				: "sleeping");
	text_add(t, "Tgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t%d\nTracerPid:\t%d\n", p->pid,
		 s->alone ? of->tid : p->pid, p->parent ? p->parent->pid : 0, trace_tracer(of));
	text_add(t, "Uid:\t%u\t%u\t%u\t%u\n", c->uid, c->euid, c->suid, c->fsuid);
	text_add(t, "Gid:\t%u\t%u\t%u\t%u\nFDSize:\t%u\nGroups:\t", c->gid, c->egid, c->sgid,
		 c->fsgid, p->files->capacity);
	for (uint32_t i = 0; i < c->group_count; i++)
		text_add(t, "%u ", c->groups[i]);
	text_add(t, "\n");
	text_add(t, "VmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\n",
		 proc_size(p) / 1024, proc_locked(p) / 1024,
		 space_resident_peak(p->space) * (PAGE_SIZE / 1024),
		 p->space->resident * (PAGE_SIZE / 1024));
	text_add(t, "Threads:\t%u\n", p->thread_count);
	add_signals(t, p, of);
	text_add(t, "CapInh:\t%016lx\nCapPrm:\t%016lx\nCapEff:\t%016lx\n", c->inheritable,
		 c->permitted, c->effective);
	text_add(t, "CapBnd:\t%016lx\nCapAmb:\t%016lx\nNoNewPrivs:\t%d\n", c->bounding, c->ambient,
		 c->no_new_privileges);
	text_add(t, "Seccomp:\t%u\nSeccomp_filters:\t%u\n", of->seccomp_mode,
		 seccomp_filter_count(of));
	text_add(t, "Cpus_allowed:\t%x\n", of->allowed & (uint32_t)(BIT(arch_cpu_count()) - 1));
	text_add(t, "voluntary_ctxt_switches:\t%u\nnonvoluntary_ctxt_switches:\t%u\n",
		 of->voluntary_switches, of->involuntary_switches);
}

void proc_zombie(struct text *t, const char *file, const struct process *p)
{
	int parent = p->parent ? p->parent->pid : 0;

	if (strcmp(file, "stat") == 0) {
		text_add(t, "%d (%s) Z %d %d %d 0 -1 0 ", p->pid, p->comm, parent, p->pgid, p->sid);
		add_usage(t, &p->used, &p->children_used);
		text_add(t, "20 0 0 0 %lu 0 0 ", p->started_ns / NS_PER_TICK);
		text_add(t, "0 0 0 0 0 0 0 0 0 0 0 0 0 %d 0 0 0 0 0 0 0 0 0 0 0 0 0 %d\n",
			 p->exit_signal, p->exit_status);
	} else if (strcmp(file, "status") == 0) {
		text_add(t,
			 "Name:\t%s\nState:\tZ (zombie)\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\n"
			 "Threads:\t1\n",
			 p->comm, p->pid, p->pid, parent);
	} else if (strcmp(file, "comm") == 0) {
		text_add(t, "%s\n", p->comm);
	}
}

static void comm(struct text *t, const struct proc_subject *s)
{
	text_add(t, "%s\n", s->thread->comm);
}

static int set_comm(const char *text, const struct proc_subject *s)
{
	size_t len = MIN(strlen(text), (size_t)COMM_MAX - 1);

	if (s->process != process_current())
		return -EINVAL;
	memset(s->thread->comm, 0, COMM_MAX);
	memcpy(s->thread->comm, text, len);
	return 0;
}

/* Current contents of the process's memory. */
static void add_memory(struct text *t, const struct process *p, uint64_t at, uint64_t size)
{
	size_t n = MIN(size, t->size - 1);

	if (n && space_read(p->space, at, t->at, n) == 0)
		t->len = n;
}

static void cmdline(struct text *t, const struct proc_subject *s)
{
	add_memory(t, s->process, s->process->args_start, s->process->args_size);
}

static void environ(struct text *t, const struct proc_subject *s)
{
	if (process_may_ptrace(s->process))
		add_memory(t, s->process, s->process->args_start + s->process->args_size,
			   s->process->env_size);
}

static void auxv(struct text *t, const struct proc_subject *s)
{
	if (process_may_ptrace(s->process))
		add_memory(t, s->process, s->process->aux_start, s->process->aux_size);
}

static void add_limit(struct text *t, uint64_t limit)
{
	size_t start = t->len;

	if (limit == UNLIMITED)
		text_add(t, "unlimited");
	else
		text_add(t, "%lu", limit);
	text_pad(t, start, 21);
}

static void limits(struct text *t, const struct proc_subject *s)
{
	static const struct {
		const char *name, *unit;
	} names[RLIMITS] = {
		[RLIMIT_CPU] = {"Max cpu time", "seconds"},
		[RLIMIT_FSIZE] = {"Max file size", "bytes"},
		[RLIMIT_DATA] = {"Max data size", "bytes"},
		[RLIMIT_STACK] = {"Max stack size", "bytes"},
		[RLIMIT_CORE] = {"Max core file size", "bytes"},
		[RLIMIT_RSS] = {"Max resident set", "bytes"},
		[RLIMIT_NPROC] = {"Max processes", "processes"},
		[RLIMIT_NOFILE] = {"Max open files", "files"},
		[RLIMIT_MEMLOCK] = {"Max locked memory", "bytes"},
		[RLIMIT_AS] = {"Max address space", "bytes"},
		[RLIMIT_LOCKS] = {"Max file locks", "locks"},
		[RLIMIT_SIGPENDING] = {"Max pending signals", "signals"},
		[RLIMIT_MSGQUEUE] = {"Max msgqueue size", "bytes"},
		[RLIMIT_NICE] = {"Max nice priority", ""},
		[RLIMIT_RTPRIO] = {"Max realtime priority", ""},
		[RLIMIT_RTTIME] = {"Max realtime timeout", "us"},
	};

	text_add(
		t,
		"Limit                     Soft Limit           Hard Limit           Units     \n");
	for (size_t i = 0; i < RLIMITS; i++) {
		size_t start = t->len;

		text_add(t, "%s", names[i].name);
		text_pad(t, start, 26);
		add_limit(t, s->process->limits[i][0]);
		add_limit(t, s->process->limits[i][1]);
		text_add(t, "%s\n", names[i].unit);
	}
}

static void cgroup(struct text *, const struct proc_subject *)
{
	/* No control groups. */
}

static void personality(struct text *t, const struct proc_subject *s)
{
	text_add(t, "%08x\n", s->process->personality);
}

/* Which call it sleeps in, with its arguments; -1: in none, as for a page. */
static void syscall(struct text *t, const struct proc_subject *s)
{
	const struct thread *of = s->thread;
	const struct regs *r = arch_thread_regs(&of->arch);
	bool in_call = r->vector == UINT64_MAX;

	if (!process_may_ptrace(s->process))
		return;
	if (of != thread_current() && of->state == THREAD_RUNNING) {
		text_add(t, "running\n");
		return;
	}
	text_add(t, "%d", in_call ? (int)r->code : -1);
	if (in_call)
		text_add(t, " 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx 0x%lx", r->rdi, r->rsi, r->rdx, r->r10,
			 r->r8, r->r9);
	text_add(t, " 0x%lx 0x%lx\n", r->rsp, r->rip);
}

/* Linux tells no name either when it has none. */
static void wchan(struct text *t, const struct proc_subject *)
{
	text_add(t, "0");
}

static void oom_score_adj(struct text *t, const struct proc_subject *s)
{
	text_add(t, "%d\n", s->process->oom_score_adj);
}

/* Stored only: when memory runs out, the process that touches the page is killed. */
static int set_oom_score_adj(const char *text, const struct proc_subject *s)
{
	bool minus = *text == '-';
	int v = 0;

	text += minus;
	if (*text < '0' || *text > '9')
		return -EINVAL;
	for (; *text >= '0' && *text <= '9' && v <= 1000; text++)
		v = v * 10 + (*text - '0');
	if ((*text && *text != '\n') || v > 1000)
		return -EINVAL;
	v = minus ? -v : v;
	if (v < s->process->oom_score_adj && !capable(CAP_SYS_RESOURCE))
		return -EACCES;
	s->process->oom_score_adj = (int16_t)v;
	return 0;
}

static void coredump_filter(struct text *t, const struct proc_subject *s)
{
	text_add(t, "%08x\n", (uint32_t)s->process->core_filter ^ CORE_FILTER);
}

/* In C notation; bits that Linux does not define are dropped. */
static int set_coredump_filter(const char *text, const struct proc_subject *s)
{
	uint32_t base = text[0] != '0' ? 10 : (text[1] | 0x20) == 'x' ? 16 : 8, v = 0;
	const char *at = text + (base == 16 ? 2 : 0), *first = at;

	for (;; at++) {
		char c = *at | 0x20;
		uint32_t digit = *at >= '0' && *at <= '9' ? (uint32_t)(*at - '0')
				 : c >= 'a' && c <= 'f'	  ? (uint32_t)(c - 'a' + 10)
							  : UINT32_MAX;

		if (digit >= base)
			break;
		if (v > (UINT32_MAX - digit) / base)
			return -ERANGE;
		v = v * base + digit;
	}
	if (at == first || (*at && (*at != '\n' || at[1])))
		return -EINVAL;
	s->process->core_filter = (uint16_t)((v & 0x1ff) ^ CORE_FILTER);
	return 0;
}

const struct proc_file proc_process_files[] = {
	{.name = "stat", .show = stat},
	{.name = "status", .show = status},
	{.name = "comm", .show = comm, .store = set_comm},
	{.name = "cmdline", .show = cmdline},
	{.name = "maps", .show = proc_maps},
	{.name = "mem", .transfer = proc_mem},
	{.name = "pagemap", .transfer = proc_pagemap},
	{.name = "syscall", .show = syscall},
	{.name = "wchan", .show = wchan},
	{.name = "mounts", .show = proc_mounts},
	{.name = "mountinfo", .show = proc_mountinfo},
	{.name = "environ", .show = environ},
	{.name = "auxv", .show = auxv},
	{.name = "limits", .show = limits},
	{.name = "cgroup", .show = cgroup},
	{.name = "personality", .show = personality},
	{.name = "statm", .show = proc_statm},
	{.name = "smaps", .show = proc_smaps},
	{.name = "coredump_filter", .show = coredump_filter, .store = set_coredump_filter},
	{.name = "oom_score_adj", .show = oom_score_adj, .store = set_oom_score_adj},
};
const size_t proc_process_count = ARRAY_SIZE(proc_process_files);
