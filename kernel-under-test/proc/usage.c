/* Resource usage: getrusage(2). */
#include "proc/usage.h"

#include "arch/spin.h"
#include "proc/process.h"
#include "sched/sched.h"

void usage_add(struct usage *to, const struct usage *u)
{
	to->cpu += u->cpu;
	to->system += u->system;
	to->voluntary_switches += u->voluntary_switches;
	to->involuntary_switches += u->involuntary_switches;
	to->faults += u->faults;
	to->major_faults += u->major_faults;
	to->max_rss_pages = MAX(to->max_rss_pages, u->max_rss_pages);
}

/* What a thread used itself. */
static void add_thread(struct usage *to, const struct thread *t)
{
	uint64_t cpu = thread_cpu_ns(t),
		 tick_samples = t->tick_samples[0] + (uint64_t)t->tick_samples[1];

	to->cpu += cpu;
	if (tick_samples)
		to->system += cpu / tick_samples * t->tick_samples[1];
	to->voluntary_switches += t->voluntary_switches;
	to->involuntary_switches += t->involuntary_switches;
}

/* A vfork() child still runs in its parent's address space. */
static void add_space(struct usage *to, const struct process *p)
{
	const struct space *s = p->space;

	if (!s || p->borrows_space)
		return;
	to->faults += s->faults;
	to->major_faults += s->major_faults;
	to->max_rss_pages = MAX(to->max_rss_pages, space_resident_peak(s));
}

/* The sampled share may shrink: neither system nor user time falls below what was reported. */
static void make_monotonic(struct usage *u, struct usage_reported *reported)
{
	uint64_t system = MAX(u->system, reported->system), user;

	user = MAX(u->cpu - MIN(system, u->cpu), reported->user);
	u->system = u->cpu - MIN(user, u->cpu);
	reported->system = u->system;
	reported->user = u->cpu - u->system;
}

static void sample_thread(struct thread *t)
{
	if (t == thread_current())
		sched_start_sampling();
	else
		t->sampled = true;
}

void usage_sample(struct process *p)
{
	struct thread *t;

	list_for_each (t, &p->threads, sibling)
		sample_thread(t);
}

void usage_sample_children(struct process *p)
{
	struct process *c;

	list_for_each (c, &p->children, sibling)
		usage_sample(c);
}

struct usage usage_of_thread(struct thread *t)
{
	struct usage u = {0};

	add_thread(&u, t);
	add_space(&u, t->process);
	make_monotonic(&u, &t->reported);
	return u;
}

struct usage usage_of_process(struct process *p)
{
	struct usage u = p->used;
	struct thread *t;

	list_for_each (t, &p->threads, sibling)
		add_thread(&u, t);
	add_space(&u, p);
	make_monotonic(&u, &p->reported);
	return u;
}

struct usage usage_own(void)
{
	struct thread *t = thread_current();
	struct process *p = t->process;
	struct usage u;
	/* Only the caller could create another thread. */
	bool lock = READ_ONCE(p->thread_count) != 1 && !kernel_locked();

	if (lock)
		kernel_lock();
	u = usage_of_process(p);
	if (lock)
		kernel_unlock();
	return u;
}

void usage_exit_space(struct process *p)
{
	add_space(&p->used, p);
}

void usage_exit_thread(struct thread *t)
{
	add_thread(&t->process->used, t);
}
