/* What a program may not do, and which signal ends it when it does. */
#include "guest.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

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

static void run(void)
{
	static const struct {
		const char *name;
		void (*fn)(void);
		int signal;
	} cases[] = {
		{"null read", null_read, SIGSEGV},
		{"null write", null_write, SIGSEGV},
		{"null call", null_call, SIGSEGV},
		{"kernel read", kernel_read, SIGSEGV},
		{"kernel write", kernel_write, SIGSEGV},
		{"kernel jump", kernel_jump, SIGSEGV},
		{"the page below the hole", last_page, SIGSEGV},
		{"non-canonical read", not_canonical_read, SIGSEGV},
		{"non-canonical jump", not_canonical_jump, SIGSEGV},
		{"no stack", stack_in_nowhere, SIGSEGV},
		{"cli", cli, SIGSEGV},
		{"hlt", hlt, SIGSEGV},
		{"in", in_port, SIGSEGV},
		{"out", out_port, SIGSEGV},
		{"read CR3", read_cr3, SIGSEGV},
		{"write CR0", write_cr0, SIGSEGV},
		{"rdmsr", rdmsr, SIGSEGV},
		{"wrmsr", wrmsr, SIGSEGV},
		{"lgdt", lgdt, SIGSEGV},
		{"ltr", ltr, SIGSEGV},
		{"swapgs", swapgs, SIGSEGV},
		{"sysret", sysret, SIGSEGV},
		{"iret to ring 0", iret_to_kernel, SIGSEGV},
		{"int 0x20", irq_vector, SIGSEGV},
		{"int 0x40", timer_vector, SIGSEGV},
		{"int 14", page_fault_vector, SIGSEGV},
		{"a kernel selector", bad_selector, SIGSEGV},
		{"ud2", bad_opcode, SIGILL},
		{"int3", breakpoint, SIGTRAP},
		{"single step", single_step, SIGTRAP},
		{"division by zero", divide, SIGFPE},
		{"running data", run_data, SIGSEGV},
		{"writing text", write_text, SIGSEGV},
		{"abort()", aborts, SIGABRT},
		{"raise(SIGTERM)", raises_term, SIGTERM},
		{"a stack without end", deep, SIGSEGV},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		same(cases[i].name, status_of(cases[i].fn) & 0x7f, cases[i].signal);
}

const struct suite fault_suite = {"fault", run};
