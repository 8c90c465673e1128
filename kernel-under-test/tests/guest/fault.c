/* What a program may not do, and which signal ends it when it does. */
#include "guest.h"

#include <ucontext.h>

#define AUTODISARM ((int)(1u << 31))

static void null_read(void) { (void)*(volatile int *)8; }
static void null_write(void) { *(volatile int *)8 = 1; }
static void null_call(void) { ((void (*)(void))0)(); }
static void kernel_read(void) { (void)*(volatile int *)0xffffffff81000000; }
static void kernel_write(void) { *(volatile int *)0xffffffff81000000 = 1; }
static void kernel_jump(void) { ((void (*)(void))0xffffffff81000000)(); }
static void last_page(void) { (void)*(volatile char *)0x7ffffffff000; }
static void not_canonical_read(void) { (void)*(volatile int *)0x8000000000000000; }
static void not_canonical_jump(void)
{
	asm volatile("movabsq $0x8000000000000000, %%rax; jmp *%%rax" : : : "rax");
}
static void stack_in_nowhere(void) { asm volatile("movq $64, %%rsp; pushq %%rax" : : : "memory"); }
static void cli(void) { asm volatile("cli"); }
static void hlt(void) { asm volatile("hlt"); }
static void in_port(void) { asm volatile("inb $0x64, %%al" : : : "al"); }
static void out_port(void) { asm volatile("outb %%al, $0x64" : : : "memory"); }
static void read_cr3(void) { asm volatile("movq %%cr3, %%rax" : : : "rax"); }
static void write_cr0(void) { asm volatile("movq %%rax, %%cr0" : : : "memory"); }
static void rdmsr(void) { asm volatile("rdmsr" : : "c"(0xc0000082) : "rax", "rdx"); }
static void wrmsr(void) { asm volatile("wrmsr" : : "c"(0xc0000082), "a"(0), "d"(0)); }
static void lgdt(void) { asm volatile("lgdt (%%rsp)" : : : "memory"); }
static void ltr(void) { asm volatile("ltr %%ax" : : "a"(0x40)); }
static void swapgs(void) { asm volatile("swapgs"); }
static void sysret(void) { asm volatile("sysretq" : : "c"(0), "r"(0ul)); }
static void iret_to_kernel(void)
{
	asm volatile("pushq $0x18; pushq %%rsp; pushfq; pushq $0x10; pushq $0; iretq" : : : "memory");
}
static void irq_vector(void) { asm volatile("int $0x20"); }
static void timer_vector(void) { asm volatile("int $0x40"); }
static void page_fault_vector(void) { asm volatile("int $14"); }
static void bad_selector(void) { asm volatile("movw %%ax, %%ds" : : "a"(0x10)); }
static void bad_opcode(void) { asm volatile("ud2"); }
static void breakpoint(void) { asm volatile("int3"); }
static void single_step(void)
{
	asm volatile("pushfq; orq $0x100, (%%rsp); popfq; nop; nop" : : : "memory", "cc");
}
static void divide(void)
{
	asm volatile("xorl %%edx, %%edx; movl $1, %%eax; xorl %%ecx, %%ecx; divl %%ecx"
		     : : : "eax", "ecx", "edx");
}
static void run_data(void)
{
	static unsigned char ret[16] = {0xc3};

	((void (*)(void))(void *)ret)();
}
static void write_text(void) { *(volatile unsigned char *)(uintptr_t)run_data = 0xc3; }
static void aborts(void) { abort(); }
static void raises_term(void) { raise(SIGTERM); }
static void deep(void)
{
	volatile char frame[65536];

	frame[0] = 1;
	if (frame[0])
		deep();
	frame[1] = 1;
}

static void divide_x87(void)
{
	/* Only division by zero is unmasked. */
	unsigned short control = 0x37b;

	asm volatile("fninit; fldcw %0; fld1; fldz; fdivrp; fwait" : : "m"(control));
}

static char other_stack[65536] __attribute__((aligned(4096)));
static void (*tried)(void);

static void tell_code(int, siginfo_t *info, void *)
{
	_exit(info->si_code);
}

static void handle(int signo, void (*fn)(int, siginfo_t *, void *), int flags)
{
	struct sigaction a = {.sa_sigaction = fn, .sa_flags = SA_SIGINFO | flags};

	child_needs(sigaction(signo, &a, NULL) == 0);
}

static void use_stack(size_t size)
{
	stack_t st = {.ss_sp = other_stack, .ss_size = size};

	child_needs(sigaltstack(&st, NULL) == 0);
}

static void with_handlers(void)
{
	static const int all[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT, SIGTERM};

	use_stack(sizeof(other_stack));
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		handle(all[i], tell_code, SA_ONSTACK);
	tried();
}

static void not_reached(int, siginfo_t *, void *)
{
	_exit(77);
}

static void second_chance(int signo, siginfo_t *info, void *)
{
	_exit(signo == SIGSEGV && info->si_code == SI_KERNEL && !info->si_addr ? 0 : 78);
}

static void no_frame(void)
{
	use_stack(sizeof(other_stack));
	child_needs(mprotect(other_stack, sizeof(other_stack), PROT_READ) == 0);
	handle(SIGUSR1, not_reached, SA_ONSTACK);
	handle(SIGSEGV, second_chance, 0);
	raise(SIGUSR1);
	_exit(79);
}

static void no_frame_at_all(void)
{
	use_stack(sizeof(other_stack));
	child_needs(mprotect(other_stack, sizeof(other_stack), PROT_READ) == 0);
	handle(SIGSEGV, not_reached, SA_ONSTACK);
	raise(SIGSEGV);
	_exit(79);
}

/* The first handler takes so much of the other stack that the second has no room there. */
static void take_most(int, siginfo_t *, void *)
{
	char *here = __builtin_frame_address(0);

	asm volatile("movq %0, %%rsp; movl %1, %%edi; movl %2, %%esi; movl %3, %%eax; syscall"
		     :
		     : "r"(other_stack + 400), "r"(getpid()), "i"(SIGUSR2), "i"(SYS_kill)
		     : "memory", "rdi", "rsi", "rcx", "r11", "rax");
	_exit(here ? 80 : 81);
}

static void small_stack(void)
{
	use_stack(sizeof(other_stack));
	handle(SIGUSR1, take_most, SA_ONSTACK);
	handle(SIGUSR2, not_reached, SA_ONSTACK);
	handle(SIGSEGV, second_chance, SA_ONSTACK);
	if (fork() == 0) {
		raise(SIGUSR1);
		_exit(82);
	}
	int status = -1;
	wait(&status);
	_exit((status & 0x7f) == SIGSEGV ? 0 : WEXITSTATUS(status));
}

static void see_frame(int, siginfo_t *, void *context)
{
	const ucontext_t *u = context;
	stack_t now;

	child_needs(u->uc_stack.ss_sp == other_stack && u->uc_stack.ss_size == sizeof(other_stack));
	child_needs(sigaltstack(NULL, &now) == 0);
	if (u->uc_stack.ss_flags == AUTODISARM)
		child_needs(now.ss_flags == SS_DISABLE && now.ss_size == 0);
	else
		child_needs(u->uc_stack.ss_flags == 0 && now.ss_flags == SS_ONSTACK &&
			    sigaltstack(&now, NULL) == -1 && errno == EPERM);
}

static void stack_flags(void)
{
	stack_t st = {.ss_sp = other_stack, .ss_size = sizeof(other_stack)}, now;

	child_needs(sigaltstack(NULL, &now) == 0 && now.ss_flags == SS_DISABLE);
	use_stack(sizeof(other_stack));
	handle(SIGUSR1, see_frame, SA_ONSTACK);
	child_needs(raise(SIGUSR1) == 0);
	st.ss_flags = AUTODISARM;
	child_needs(sigaltstack(&st, NULL) == 0 && raise(SIGUSR1) == 0);
	/* The handler's return puts it back. */
	child_needs(sigaltstack(NULL, &now) == 0 && now.ss_flags == AUTODISARM);
	child_needs(now.ss_sp == other_stack && now.ss_size == sizeof(other_stack));
	st.ss_flags = SS_DISABLE | SS_ONSTACK;
	child_needs(sigaltstack(&st, NULL) == -1 && errno == EINVAL);
	st.ss_flags = 4;
	child_needs(sigaltstack(&st, NULL) == -1 && errno == EINVAL);
	st.ss_flags = SS_ONSTACK, st.ss_size = 2047;
	child_needs(sigaltstack(&st, NULL) == -1 && errno == ENOMEM);
}

static void run(void)
{
	static const struct {
		const char *name;
		void (*fn)(void);
		int signal, code;
	} cases[] = {
		{"null read", null_read, SIGSEGV, 1},
		{"null write", null_write, SIGSEGV, 1},
		{"null call", null_call, SIGSEGV, 1},
		{"kernel read", kernel_read, SIGSEGV, 1},
		{"kernel write", kernel_write, SIGSEGV, 1},
		{"kernel jump", kernel_jump, SIGSEGV, 1},
		{"the page below the hole", last_page, SIGSEGV, 1},
		{"non-canonical read", not_canonical_read, SIGSEGV, SI_KERNEL},
		{"non-canonical jump", not_canonical_jump, SIGSEGV, SI_KERNEL},
		{"no stack", stack_in_nowhere, SIGSEGV, 1},
		{"cli", cli, SIGSEGV, SI_KERNEL},
		{"hlt", hlt, SIGSEGV, SI_KERNEL},
		{"in", in_port, SIGSEGV, SI_KERNEL},
		{"out", out_port, SIGSEGV, SI_KERNEL},
		{"read CR3", read_cr3, SIGSEGV, SI_KERNEL},
		{"write CR0", write_cr0, SIGSEGV, SI_KERNEL},
		{"rdmsr", rdmsr, SIGSEGV, SI_KERNEL},
		{"wrmsr", wrmsr, SIGSEGV, SI_KERNEL},
		{"lgdt", lgdt, SIGSEGV, SI_KERNEL},
		{"ltr", ltr, SIGSEGV, SI_KERNEL},
		{"swapgs", swapgs, SIGSEGV, SI_KERNEL},
		{"sysret", sysret, SIGSEGV, SI_KERNEL},
		{"iret to ring 0", iret_to_kernel, SIGSEGV, SI_KERNEL},
		{"int 0x20", irq_vector, SIGSEGV, SI_KERNEL},
		{"int 0x40", timer_vector, SIGSEGV, SI_KERNEL},
		{"int 14", page_fault_vector, SIGSEGV, SI_KERNEL},
		{"a kernel selector", bad_selector, SIGSEGV, SI_KERNEL},
		{"ud2", bad_opcode, SIGILL, 2},
		{"int3", breakpoint, SIGTRAP, SI_KERNEL},
		{"single step", single_step, SIGTRAP, 2},
		{"division by zero", divide, SIGFPE, 1},
		{"x87 division by zero", divide_x87, SIGFPE, FPE_FLTDIV},
		{"running data", run_data, SIGSEGV, 2},
		{"writing text", write_text, SIGSEGV, 2},
		{"abort()", aborts, SIGABRT, SI_TKILL},
		{"raise(SIGTERM)", raises_term, SIGTERM, SI_TKILL},
		{"a stack without end", deep, SIGSEGV, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		same(cases[i].name, status_of(cases[i].fn) & 0x7f, cases[i].signal);
		tried = cases[i].fn;
		same("and its code", WEXITSTATUS(status_of(with_handlers)),
		     (unsigned char)cases[i].code);
	}
	same("stacks for handlers", status_of(stack_flags), 0);
	same("a handler without a stack", status_of(no_frame), 0);
	same("and no second chance", status_of(no_frame_at_all) & 0x7f, SIGSEGV);
	same("a handler too large for its stack", status_of(small_stack), 0);
}

const struct suite fault_suite = {"fault", run};
