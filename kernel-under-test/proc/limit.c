/* Resource limits: defaults, and enforcement of RLIMIT_CPU. */
#include "arch/time.h"
#include "mm/page.h"
#include "proc/signal/signal.h"

void process_init_limits(struct process *p)
{
	/* As many as memory has room for. */
	uint64_t many = MIN(page_count_total() / 16, PID_MAX_DEFAULT / 2ul);

	for (size_t i = 0; i < RLIMITS; i++)
		p->limits[i][0] = p->limits[i][1] = UNLIMITED;
	p->limits[RLIMIT_STACK][0] = STACK_MAX;
	p->limits[RLIMIT_CORE][0] = 0;
	p->limits[RLIMIT_NPROC][0] = p->limits[RLIMIT_NPROC][1] = many;
	p->limits[RLIMIT_NOFILE][0] = FILES_SOFT_DEFAULT;
	p->limits[RLIMIT_NOFILE][1] = FILES_HARD_DEFAULT;
	p->limits[RLIMIT_MEMLOCK][0] = p->limits[RLIMIT_MEMLOCK][1] = 8ul << 20;
	p->limits[RLIMIT_SIGPENDING][0] = p->limits[RLIMIT_SIGPENDING][1] = many;
	p->limits[RLIMIT_MSGQUEUE][0] = p->limits[RLIMIT_MSGQUEUE][1] = 819200;
	p->limits[RLIMIT_NICE][0] = p->limits[RLIMIT_NICE][1] = 0;
	p->limits[RLIMIT_RTPRIO][0] = p->limits[RLIMIT_RTPRIO][1] = 0;
}

/* CPU time at which a signal is due: at the soft limit, then every second. */
static uint64_t next_cpu_signal(const struct process *p)
{
	uint64_t soft = MIN(p->limits[RLIMIT_CPU][0], UINT64_MAX / 2 / NS_PER_SEC) * NS_PER_SEC;
	uint64_t used = process_cpu_ns(p);

	return used < soft ? soft : used - used % NS_PER_SEC + NS_PER_SEC;
}

void process_update_cpu_limit(struct process *p)
{
	timer_cancel(&p->cpu_limit);
	if (p->limits[RLIMIT_CPU][0] != UNLIMITED)
		timer_add(&p->cpu_limit, arch_time_ns() + next_cpu_signal(p) - process_cpu_ns(p));
}

/* Timers run on elapsed time: with other threads on the CPU less of it was used, so rearm. */
void signal_cpu_limit_expired(struct timer *timer)
{
	struct process *p = container_of(timer, struct process, cpu_limit);
	uint64_t used = process_cpu_ns(p) / NS_PER_SEC;

	if (used >= p->limits[RLIMIT_CPU][1])
		signal_raise(p, SIGKILL);
	else if (used >= p->limits[RLIMIT_CPU][0])
		signal_raise(p, SIGXCPU);
	process_update_cpu_limit(p);
}

uint64_t file_size_limit(void)
{
	return process_limit(RLIMIT_FSIZE);
}

void file_limit_exceeded(void)
{
	signal_raise_current(SIGXFSZ);
}
