/* Restartable sequences: which CPU it is, and where those go on that are interrupted. */
#include "guest.h"
#include "threads.h"

#include <sched.h>
#include <sys/rseq.h>
#include <sys/time.h>

#define SIGNATURE 0x53053053
#define OURS	  ((struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset))

static long rseq(void *at, unsigned int size, int flags, unsigned int signature)
{
	return RAW(SYS_rseq, at, size, flags, signature);
}

static int cpu_now(void)
{
	unsigned int cpu = 99;

	RAW(SYS_getcpu, &cpu, NULL, NULL);
	return (int)cpu;
}

/* Runs until somebody else had the CPU, or a signal came. `wrong` has it another signature. */
static void spin_in_sequence(bool wrong)
{
	struct rseq *r = OURS;

	asm volatile(".pushsection .data\n\t"
		     ".balign 32\n"
		     "1:\t.long 0, 0\n\t"
		     ".quad 3f, 4f - 3f, 5f\n"
		     "2:\t.long 0, 0\n\t"
		     ".quad 3f, 4f - 3f, 6f\n\t"
		     ".popsection\n\t"
		     "leaq 1b(%%rip), %%rax\n\t"
		     "leaq 2b(%%rip), %%rcx\n\t"
		     "testb %1, %1\n\t"
		     "cmovne %%rcx, %%rax\n\t"
		     "movq %%rax, %0\n"
		     "3:\tpause\n\t"
		     "jmp 3b\n"
		     "4:\t.byte 0x0f, 0xb9, 0x3d\n\t"
		     ".long 0x53053053\n"
		     "5:\tjmp 7f\n\t"
		     ".long 0x53053054\n"
		     "6:\tnop\n"
		     "7:"
		     : "=m"(r->rseq_cs)
		     : "q"(wrong)
		     : "rax", "rcx", "memory", "cc");
}

static volatile int rings;

static void on_alarm(int signo)
{
	(void)signo;
	rings++;
}

static void ring_soon(void)
{
	const struct itimerval soon = {{0, 0}, {0, 20000}};

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &soon, NULL);
}

static void check_registration(void)
{
	static struct rseq other[2] __attribute__((aligned(32)));

	/* glibc has registered its own. */
	same("registered twice", rseq(OURS, 32, 0, SIGNATURE), -EBUSY);
	same("registered twice, elsewhere", rseq(&other[0], 32, 0, SIGNATURE), -EINVAL);
	same("registered twice, another signature", rseq(OURS, 32, 0, 1), -EPERM);
	same("unknown flags", rseq(OURS, 32, 2, SIGNATURE), -EINVAL);
	same("given up, another signature", rseq(OURS, 32, 1, 1), -EPERM);
	same("given up, another size", rseq(OURS, 64, 1, SIGNATURE), -EINVAL);
	same("the CPU is told", OURS->cpu_id, cpu_now());
	same("given up", rseq(OURS, 32, 1, SIGNATURE), 0);
	same("no CPU is told then", (int)OURS->cpu_id, RSEQ_CPU_ID_UNINITIALIZED);
	same("given up twice", rseq(OURS, 32, 1, SIGNATURE), -EINVAL);
	same("not aligned", rseq((char *)other + 16, 32, 0, SIGNATURE), -EINVAL);
	same("another size", rseq(other, 24, 0, SIGNATURE), -EINVAL);
	same("not the user's", rseq((void *)-4096ul, 32, 0, SIGNATURE), -EFAULT);
	same("registered", rseq(OURS, 32, 0, SIGNATURE), 0);
	same("the CPU is told again", OURS->cpu_id, cpu_now());
}

static void be_told_another_cpu(void)
{
	for (int i = 0; i < 4 * cpu_count; i++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(i % cpu_count, &set);
		child_needs(sched_setaffinity(0, sizeof(set), &set) == 0);
		child_needs((int)OURS->cpu_id == i % cpu_count);
		child_needs((int)OURS->cpu_id_start == i % cpu_count);
	}
}

static void inherit(void)
{
	child_needs(rseq(OURS, 32, 0, SIGNATURE) == -EBUSY);
	child_needs((int)OURS->cpu_id == cpu_now());
}

/* Somebody else wants the same CPU. */
static void be_preempted(void)
{
	cpu_set_t set;
	pid_t child;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	sched_setaffinity(0, sizeof(set), &set);
	child = fork();
	if (child == 0)
		for (;;)
			;
	spin_in_sequence(false);
	child_needs(OURS->rseq_cs == 0);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

static void be_interrupted(void)
{
	ring_soon();
	while (!rings)
		spin_in_sequence(false);
	child_needs(OURS->rseq_cs == 0);
}

static void have_a_wrong_signature(void)
{
	ring_soon();
	spin_in_sequence(true);
}

static void have_no_sequence(void)
{
	OURS->rseq_cs = 8;
	raise(SIGCHLD);
	ring_soon();
	pause();
}

static void unmap_it(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	rseq(OURS, 32, 1, SIGNATURE);
	child_needs(rseq(page, 32, 0, SIGNATURE) == 0);
	munmap(page, 4096);
	ring_soon();
	pause();
}

static void run(void)
{
	check_registration();
	same("another CPU is told", status_of(be_told_another_cpu), 0);
	same("a child has it too", status_of(inherit), 0);
	same("who is preempted goes on where it wants to", status_of(be_preempted), 0);
	same("and who gets a signal", status_of(be_interrupted), 0);
	same("not without the signature", WTERMSIG(status_of(have_a_wrong_signature)), SIGSEGV);
	same("nor what is none", WTERMSIG(status_of(have_no_sequence)), SIGSEGV);
	same("nor what is gone", WTERMSIG(status_of(unmap_it)), SIGSEGV);
}

const struct suite rseq_suite = {"rseq", run, false};
