/* The IDT, and dispatching exceptions and interrupts. */
#include "arch/trap.h"

#include "arch/spin.h"
#include "arch/thread.h"
#include "fpu.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "x86.h"

#define VEC_DIVIDE     0
#define VEC_DEBUG      1
#define VEC_NMI	       2
#define VEC_BREAKPOINT 3
#define VEC_OVERFLOW   4
#define VEC_OPCODE     6
#define VEC_DOUBLE     8
#define VEC_STACK      12
#define VEC_PROTECTION 13
#define VEC_PAGE       14
#define VEC_X87	       16
#define VEC_ALIGN      17
#define VEC_MACHINE    18
#define VEC_SIMD       19

#define PF_PRESENT BIT(0)
#define PF_WRITE   BIT(1)
#define PF_USER	   BIT(2)
#define PF_EXEC	   BIT(4)
#define PF_RSVD	   BIT(3)

/* Linux signal numbers: the mapping of exceptions to signals is part of the architecture's ABI. */
#define SIG_ILL	 4
#define SIG_TRAP 5
#define SIG_BUS	 7
#define SIG_FPE	 8
#define SIG_KILL 9
#define SIG_SEGV 11

#define SI_KERNEL   0x80
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_ADRALN  1
#define BUS_ADRERR  2
#define ILL_ILLOPN  2
#define FPE_INTDIV  1

struct gate {
	uint16_t offset0;
	uint16_t selector;
	uint8_t ist;
	uint8_t type;
	uint16_t offset1;
	uint32_t offset2;
	uint32_t reserved;
};

static struct gate idt[256];

void x86_idt_init(void)
{
	for (unsigned int v = 0; v < 256; v++) {
		uint64_t stub = (uint64_t)vector_stubs + v * X86_STUB_SIZE;
		/* Only INT3 and INTO may be raised from user mode. */
		unsigned int dpl = v == VEC_BREAKPOINT || v == VEC_OVERFLOW ? 3 : 0;

		idt[v] = (struct gate){
			.offset0 = (uint16_t)stub,
			.offset1 = (uint16_t)(stub >> 16),
			.offset2 = (uint32_t)(stub >> 32),
			.selector = KERNEL_CS,
			.ist = v == VEC_NMI	  ? 1
			       : v == VEC_DOUBLE  ? 2
			       : v == VEC_MACHINE ? 3
			       : v == VEC_DEBUG	  ? 4
						  : 0,
			.type = (uint8_t)(0x8e | dpl << 5),
		};
	}
}

void x86_idt_load(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = {sizeof(idt) - 1, (uint64_t)idt};

	asm volatile("lidt %0" : : "m"(pointer) : "memory");
}

_Noreturn static void die(const struct regs *r, const char *what)
{
	log_printf("\nrip %p  rsp %p  rflags %lx  cs %lx  cr2 %p\n", (void *)r->rip, (void *)r->rsp,
		   r->rflags, r->cs, (void *)x86_read_cr2());
	log_printf("rax %p  rbx %p  rcx %p  rdx %p\n", (void *)r->rax, (void *)r->rbx,
		   (void *)r->rcx, (void *)r->rdx);
	log_printf("rsi %p  rdi %p  rbp %p  r8  %p\n", (void *)r->rsi, (void *)r->rdi,
		   (void *)r->rbp, (void *)r->r8);
	log_printf("r9  %p  r10 %p  r11 %p  r12 %p\n", (void *)r->r9, (void *)r->r10,
		   (void *)r->r11, (void *)r->r12);
	panic("%s in the kernel, vector %lu, code %lx, at rip %p", what, r->vector, r->code,
	      (void *)r->rip);
}

/* A push below a kernel stack shows as a double fault: the page fault's frame has no room. */
_Noreturn static void double_fault(const struct regs *r)
{
	uint64_t addr = x86_read_cr2();
	bool below_stack = addr >= KSTACK_BASE && addr < KERNEL_BASE &&
			   (addr - KSTACK_BASE) % (2ul * KSTACK_SIZE) < KSTACK_SIZE;

	die(r, below_stack ? "stack overflow" : "double fault");
}

static void resume_at_fixup(struct regs *r, uint64_t fixup, int err)
{
	r->rip = fixup;
	if (fixup == (uint64_t)copy_fault_nowait)
		r->rax = (uint64_t)(int64_t)err;
}

/* With or without the kernel lock. */
static void page_fault(struct regs *r)
{
	uint64_t addr = x86_read_cr2();
	uint64_t fixup = 0;
	unsigned int access =
		(r->code & PF_WRITE ? FAULT_WRITE : 0) | (r->code & PF_EXEC ? FAULT_EXEC : 0);
	int err = -EFAULT;

	/* The kernel accesses user addresses only at instructions with a fixup. */
	if (!regs_from_user(r)) {
		fixup = x86_fixup_find(r->rip);
		if (!fixup)
			die(r, "page fault");
		access |= fixup == (uint64_t)copy_fault_nowait ? FAULT_NOWAIT : 0;
	} else if (unlikely((r->code & (PF_PRESENT | PF_USER)) == PF_PRESENT)) {
		/* QEMU's IRETQ reads a user stack with kernel rights, which SMAP forbids. */
		kernel_lock();
		trap_user_fault(r, SIG_SEGV, SI_KERNEL, 0);
		kernel_unlock();
		return;
	}
	if (!(r->code & PF_RSVD) && addr < USER_TOP)
		err = trap_page_fault(addr, access);
	if (likely(err == 0))
		return;
	if (fixup) {
		resume_at_fixup(r, fixup, err == -EPAGING ? err : -EFAULT);
		return;
	}
	kernel_lock();
	if (err == -ENOMEM)
		trap_user_fault(r, SIG_KILL, SI_KERNEL, addr);
	else if (err == -ENXIO || err == -EIO)
		trap_user_fault(r, SIG_BUS, BUS_ADRERR, addr);
	else
		trap_user_fault(r, SIG_SEGV, err == -EACCES ? SEGV_ACCERR : SEGV_MAPERR, addr);
	kernel_unlock();
}

/* Whether si_addr is set depends on the exception, as on Linux. */
static void user_exception(struct regs *r)
{
	switch (r->vector) {
	case VEC_DIVIDE:
		trap_user_fault(r, SIG_FPE, FPE_INTDIV, r->rip);
		break;
	case VEC_X87:
	case VEC_SIMD:
		trap_user_fault(r, SIG_FPE, x86_fpu_error(r->vector == VEC_SIMD), r->rip);
		break;
	case VEC_DEBUG:
		x86_debug_trap(r);
		break;
	case VEC_BREAKPOINT:
		trap_user_fault(r, SIG_TRAP, SI_KERNEL, 0);
		break;
	case VEC_OPCODE:
		trap_user_fault(r, SIG_ILL, ILL_ILLOPN, r->rip);
		break;
	case VEC_STACK:
		trap_user_fault(r, SIG_BUS, SI_KERNEL, 0);
		break;
	case VEC_ALIGN:
		trap_user_fault(r, SIG_BUS, BUS_ADRALN, 0);
		break;
	default:
		trap_user_fault(r, SIG_SEGV, SI_KERNEL, 0);
	}
}

static void exception(struct regs *r)
{
	uint64_t fixup;

	if (regs_from_user(r)) {
		user_exception(r);
		return;
	}
	/* A non-canonical user address raises #GP, not #PF. */
	fixup = r->vector == VEC_PROTECTION ? x86_fixup_find(r->rip) : 0;
	if (!fixup)
		die(r, "exception");
	resume_at_fixup(r, fixup, -EFAULT);
}

/* What needs the kernel lock. */
static void dispatch_locked(struct regs *r)
{
	if (r->vector < 32) {
		exception(r);
		return;
	}
	x86_apic_eoi();
	if (r->vector == X86_VECTOR_SERIAL)
		trap_serial();
	else
		x86_msi((unsigned int)r->vector);
}

void trap_dispatch(struct regs *r)
{
	/* A system call that holds the lock may fault on user memory. */
	bool held = kernel_locked();

	switch (r->vector) {
	case VEC_NMI:
		x86_nmi(r);
		return;
	case VEC_DOUBLE:
		double_fault(r);
	case VEC_MACHINE:
		die(r, "machine check");
	case X86_VECTOR_FLUSH:
		x86_apic_eoi();
		x86_answer_requests();
		return;
	case VEC_PAGE:
		if (regs_from_user(r) || x86_fixup_find(r->rip) != (uint64_t)copy_fault_nofault)
			page_fault(r);
		else
			r->rip = (uint64_t)copy_fault_nofault;
		return;
	case X86_VECTOR_TIMER:
		x86_apic_eoi();
		trap_timer(r);
		return;
	case X86_VECTOR_RESCHEDULE:
		x86_apic_eoi();
		trap_reschedule();
		return;
	case X86_VECTOR_WAKE:
		x86_apic_eoi();
		return;
	case X86_VECTOR_SPURIOUS:
		return;
	}
	if (!held)
		kernel_lock();
	dispatch_locked(r);
	if (!held)
		kernel_unlock();
}

void x86_user_work(struct regs *r)
{
	if (trap_yield(r))
		return;
	kernel_lock();
	trap_user_work(r);
	kernel_unlock();
}
