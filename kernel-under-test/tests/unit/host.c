/* Stand-ins for the machine: an arena as physical memory, and the functions of arch. */
#include "host_machine.h"

#include "arch/mmu.h"
#include "arch/spin.h"
#include "arch/time.h"
#include "arch/uaccess.h"
#include "asm/mmu.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/space.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

uint64_t host_arena;
uint64_t x86_pte_nx = BIT(63);
struct host_tlb host_tlb;

unsigned int host_asids;

static uint64_t cr3;

unsigned int mmu_asids(void)
{
	return host_asids;
}

static void forget_id(struct host_tlb_entry *t, size_t n)
{
	for (; n; n--, t++)
		if (t->asid == cr3 % PAGE_SIZE)
			t->entry = 0;
}

uint64_t host_read_cr3(void)
{
	return cr3;
}

void host_write_cr3(uint64_t v)
{
	cr3 = v & ~CR3_NOFLUSH;
	if (v & CR3_NOFLUSH)
		return;
	forget_id(host_tlb.slot, ARRAY_SIZE(host_tlb.slot));
	forget_id(host_tlb.table, ARRAY_SIZE(host_tlb.table));
}

void host_invlpg(uint64_t va)
{
	struct host_tlb_entry *t = host_tlb_slot(va);

	if (host_tlb_is(t, va >> PAGE_SHIFT))
		t->entry = 0;
	forget_id(host_tlb.table, ARRAY_SIZE(host_tlb.table));
}

void host_memory_make(uint64_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	host_arena = (uint64_t)at;
}

void host_boot(uint64_t mib)
{
	struct boot_info info = {
		.usable = {{0x100000, mib << 20}},
		.usable_count = 1,
		.image = {IMAGE_START, IMAGE_END},
	};

	host_memory_make(mib << 20);
	page_init(&info);
}

static uint64_t now;

uint64_t arch_time_ns(void)
{
	return now += 1000;
}

/* User memory is the host's, except for a range that faults. */
static uint64_t bad_start, bad_end;

void host_user_fault(const void *start, size_t size)
{
	bad_start = (uint64_t)start;
	bad_end = bad_start + size;
}

/* How many of `n` bytes are accessible. */
static size_t reach(uint64_t at, size_t n)
{
	if (at >= USER_TOP || n > USER_TOP - at)
		return 0;
	if (at >= bad_end || at + n <= bad_start)
		return n;
	return at < bad_start ? bad_start - at : 0;
}

int copy_from_user(void *to, uint64_t from, size_t n)
{
	size_t part = reach(from, n);

	memcpy(to, (const void *)from, part);
	return part == n ? 0 : -EFAULT;
}

int copy_to_user(uint64_t to, const void *from, size_t n)
{
	size_t part = reach(to, n);

	memcpy((void *)to, from, part);
	return part == n ? 0 : -EFAULT;
}

int copy_from_user_nofault(void *to, uint64_t from, size_t n)
{
	return copy_from_user(to, from, n);
}

int copy_to_user_nofault(uint64_t to, const void *from, size_t n)
{
	return copy_to_user(to, from, n);
}

int clear_user_nofault(uint64_t to, size_t n)
{
	return clear_user(to, n);
}

int clear_user(uint64_t to, size_t n)
{
	size_t part = reach(to, n);

	memset((void *)to, 0, part);
	return part == n ? 0 : -EFAULT;
}

/* No user memory is on a disk here. */
int copy_from_user_nowait(void *to, uint64_t from, size_t n)
{
	return copy_from_user(to, from, n);
}

int copy_to_user_nowait(uint64_t to, const void *from, size_t n)
{
	return copy_to_user(to, from, n);
}

int clear_user_nowait(uint64_t to, size_t n)
{
	return clear_user(to, n);
}

__attribute__((weak)) int space_page_in(void)
{
	abort();
}

/* Implemented by fs, where a test has it: nothing is cached that could be given up. */
__attribute__((weak)) size_t page_reclaim(size_t)
{
	return 0;
}

/* Implemented by arch. */
unsigned int arch_cpus_running = 1;
struct serving_lock arch_kernel_lock;

void arch_cpu_flush(uint32_t cpus)
{
	fprintf(stderr, "asked CPUs %x, which are not there\n", cpus);
	abort();
}

void arch_serving_wait(struct serving_lock *)
{
	fputs("a lock is taken twice\n", stderr);
	abort();
}

void arch_spin_wait(const uint32_t *)
{
	fputs("a spinlock is taken twice\n", stderr);
	abort();
}

void arch_serving_wake(struct serving_lock *)
{
}

static jmp_buf *panic_catcher;

void arch_panic_begin(void)
{
}

void arch_panic_stop(void)
{
	if (panic_catcher)
		longjmp(*panic_catcher, 1);
	abort();
}

static void to_stderr(const char *text, size_t len)
{
	fwrite(text, 1, len, stderr);
}

__attribute__((constructor)) static void log_to_stderr(void)
{
	log_set_sink(to_stderr);
}

static void nowhere(const char *, size_t)
{
}

bool host_panics(void (*fn)(void *), void *arg)
{
	jmp_buf back;
	volatile bool panicked = true;

	panic_catcher = &back;
	log_set_sink(nowhere);
	if (!setjmp(back)) {
		fn(arg);
		panicked = false;
	}
	panic_catcher = NULL;
	log_set_sink(to_stderr);
	return panicked;
}

/* The same numbers in every run. */
__attribute__((weak)) uint64_t random_entropy(void)
{
	return 1;
}
