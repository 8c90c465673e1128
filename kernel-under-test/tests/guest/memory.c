/* Private memory: copy on write, the heap, the stack, protection. */
#include "guest.h"

#include <sys/resource.h>

#define PAGES 300
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW    (PROT_READ | PROT_WRITE)

static char *page;

/* Parent, child and grandchild write the same pages; each keeps its own. */
static void copy_on_write(void)
{
	char *m = mmap(NULL, PAGES * 4096, RW, ANON, -1, 0);
	int status, bad = 0;

	for (int i = 0; i < PAGES; i++)
		m[i * 4096] = (char)i;
	if (fork() == 0) {
		for (int i = 0; i < PAGES; i += 2)
			m[i * 4096] = 77;
		if (fork() == 0) {
			for (int i = 0; i < PAGES; i += 3)
				m[i * 4096] = 88;
			for (int i = 0; i < PAGES; i++)
				child_needs(m[i * 4096] == (i % 3 == 0 ? 88 : i % 2 == 0 ? 77 : (char)i));
			_exit(0);
		}
		child_needs(wait(&status) > 0 && status == 0);
		for (int i = 0; i < PAGES; i++)
			child_needs(m[i * 4096] == (i % 2 == 0 ? 77 : (char)i));
		_exit(0);
	}
	for (int i = 0; i < PAGES; i += 5)
		m[i * 4096] = 99;
	wait(&status);
	same("children's copies", status, 0);
	for (int i = 0; i < PAGES; i++)
		bad += m[i * 4096] != (i % 5 == 0 ? 99 : (char)i);
	same("the parent's", bad, 0);
	munmap(m, PAGES * 4096);
}

static void reads(void) { (void)*(volatile char *)page; }
static void writes(void) { *(volatile char *)page = 1; }
static void runs(void) { ((void (*)(void))(void *)page)(); }

static void protection(void)
{
	page = mmap(NULL, 4096, RW, ANON, -1, 0);
	page[0] = (char)0xc3; /* ret */
	same("reading", status_of(reads), 0);
	same("writing", status_of(writes), 0);
	same("running", status_of(runs), SIGSEGV);
	mprotect(page, 4096, PROT_READ);
	same("reading what is read-only", status_of(reads), 0);
	same("writing it", status_of(writes), SIGSEGV);
	same("the kernel does not write it either", RAW(SYS_getcwd, page, 100), -EFAULT);
	mprotect(page, 4096, PROT_NONE);
	same("reading what is closed", status_of(reads), SIGSEGV);
	same("the kernel does not read it either", RAW(SYS_open, page, 0), -EFAULT);
	mprotect(page, 4096, PROT_READ | PROT_EXEC);
	same("it kept its byte", (unsigned char)page[0], 0xc3);
	same("running what may run", status_of(runs), 0);
	mprotect(page, 4096, RW);
	page[0] = 5;
	same("writing again", page[0], 5);
	munmap(page, 4096);
	same("what is unmapped is gone", status_of(reads), SIGSEGV);
}

static void heap(void)
{
	char *start = (char *)RAW(SYS_brk, 0), *end;

	same("brk grows", RAW(SYS_brk, start + 100000), (long)(start + 100000));
	start[99999] = 1;
	same("new heap is zero", start[50000], 0);
	same("brk shrinks", RAW(SYS_brk, start + 10), (long)(start + 10));
	same("and grows", RAW(SYS_brk, start + 100000), (long)(start + 100000));
	same("what came back is zero", start[99999], 0);
	end = (char *)RAW(SYS_brk, 0);
	same("brk into the kernel changes nothing", RAW(SYS_brk, -4096l), (long)end);
	same("brk below the start changes nothing", RAW(SYS_brk, 4096), (long)end);
	RAW(SYS_brk, start);
}

static long sum_on_stack(int depth)
{
	volatile char frame[4000];

	for (size_t i = 0; i < sizeof(frame); i += 500)
		frame[i] = (char)depth;
	return depth ? frame[500] + sum_on_stack(depth - 1) : 0;
}

static void stack(void)
{
	same("7 MiB of stack", sum_on_stack(1800) != 0, 1);
}

static void big_and_sparse(void)
{
	size_t size = 1ul << 36;
	char *m = mmap(NULL, size, RW, ANON | MAP_NORESERVE, -1, 0);

	holds("64 GiB of address space", m != MAP_FAILED);
	if (m == MAP_FAILED)
		return;
	for (size_t at = 0; at < size; at += size / 16)
		m[at] = (char)(at >> 32) + 1;
	same("what was written is there", m[size / 2], (char)(size / 2 >> 32) + 1);
	same("the rest is zero", m[size / 2 + 4096], 0);
	same("and goes", munmap(m, size), 0);
}

static void discarding(void)
{
	char *m = mmap(NULL, 4 * 4096, RW, ANON, -1, 0);

	memset(m, 7, 4 * 4096);
	same("MADV_DONTNEED", madvise(m + 4096, 2 * 4096, MADV_DONTNEED), 0);
	holds("zero inside, kept outside", m[0] == 7 && m[4096] == 0 && m[8192] == 0 && m[12288] == 7);
	same("not aligned", RAW(SYS_madvise, m + 1, 4096, MADV_DONTNEED), -EINVAL);
	same("unknown advice", RAW(SYS_madvise, m, 4096, 9999), -EINVAL);
	munmap(m + 4096, 4096);
	same("with a hole", RAW(SYS_madvise, m, 3 * 4096, MADV_DONTNEED), -ENOMEM);
	holds("what is mapped was done", m[0] == 0 && m[8192] == 0 && m[12288] == 7);
	munmap(m, 4 * 4096);
}

static void allocation(void)
{
	char *block[64] = {0};
	int bad = 0;

	for (int round = 0; round < 400; round++) {
		int i = round * 7 % 64;
		size_t size = (size_t)(round * 7919 % 300000) + 1;

		free(block[i]);
		block[i] = malloc(size);
		memset(block[i], i, size);
	}
	for (int i = 0; i < 64; i++) {
		bad += block[i] && block[i][0] != i;
		free(block[i]);
	}
	same("malloc", bad, 0);
}

#define PAGE 4096

/* VmLck, in pages. */
static long locked(void)
{
	char line[128];
	FILE *f = fopen("/proc/self/status", "r");
	long kib = -4;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmLck: %ld kB", &kib) == 1)
			break;
	if (f)
		fclose(f);
	return kib / 4;
}

static void child_has_none(void)
{
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	child_needs(locked() == 0);
	child_needs(mlock(p, PAGE) == 0);
	child_needs(locked() == 1);
}

static char *of_parent;

static void user_with_two_pages(void)
{
	struct rlimit two = {2 * PAGE, 2 * PAGE}, none = {0, 0};

	child_needs(setrlimit(RLIMIT_MEMLOCK, &two) == 0 && setuid(1000) == 0);
	child_needs(RAW(SYS_mlock, of_parent, PAGE) == 0);
	child_needs(RAW(SYS_mlock, of_parent, 2 * PAGE) == 0);
	child_needs(RAW(SYS_mlock, of_parent + 2 * PAGE, PAGE) == -ENOMEM);
	child_needs(RAW(SYS_mmap, NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED,
			-1, 0) == -EAGAIN);
	child_needs(RAW(SYS_mlockall, MCL_CURRENT) == -ENOMEM);
	child_needs(RAW(SYS_munlock, of_parent, PAGE) == 0);
	child_needs(RAW(SYS_mlock, of_parent + 2 * PAGE, PAGE) == 0);
	child_needs(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
	child_needs(RAW(SYS_mlock, of_parent, PAGE) == -EPERM);
}

/* How much there is of what is mapped now. */
static bool comes_at_once(void)
{
	unsigned char there[2] = {0, 0};
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mincore(p, 2 * PAGE, there);
	return there[0] & there[1] & 1;
}

static void later(void)
{
	unsigned char there = 0;
	long before;
	char *heap;

	child_needs(!comes_at_once());
	child_needs(RAW(SYS_mlockall, MCL_FUTURE) == 0);
	before = locked();
	child_needs(comes_at_once() && locked() == before + 2);
	heap = sbrk(16 * PAGE);
	heap += (PAGE - (uintptr_t)heap % PAGE) % PAGE + 4 * PAGE;
	child_needs(mincore(heap, PAGE, &there) == 0 && (there & 1));
	child_needs(RAW(SYS_mlockall, MCL_FUTURE | MCL_ONFAULT) == 0);
	before = locked();
	child_needs(!comes_at_once() && locked() == before + 2);
	child_needs(RAW(SYS_mlockall, MCL_CURRENT) == 0);
	child_needs(!comes_at_once());
	child_needs(RAW(SYS_mlockall, MCL_CURRENT | MCL_FUTURE) == 0 && comes_at_once());
	child_needs(RAW(SYS_munlockall) == 0 && !comes_at_once() && locked() == 0);
}

static void locks(void)
{
	char *p = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *q;

	same("nothing is locked", locked(), 0);
	same("two pages", mlock(p + PAGE, 2 * PAGE) ? -1 : locked(), 2);
	same("again, and one more", mlock(p + PAGE, 3 * PAGE) ? -1 : locked(), 3);
	same("one in between not", munlock(p + 2 * PAGE, PAGE) ? -1 : locked(), 2);
	same("msync of what is locked", RAW(SYS_msync, p, 4 * PAGE, MS_INVALIDATE), -EBUSY);
	same("of what is not", RAW(SYS_msync, p + 4 * PAGE, PAGE, MS_INVALIDATE), 0);
	same("a child's", status_of(child_has_none), 0);
	q = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);
	same("mapped so", locked(), 6);
	munmap(q, 4 * PAGE);
	same("and gone", locked(), 2);
	same("what is not mapped", RAW(SYS_mlock, q, PAGE), -ENOMEM);
	same("not to be thrown away", RAW(SYS_madvise, p + PAGE, 3 * PAGE, MADV_DONTNEED), -EINVAL);
	same("nor lazily", RAW(SYS_madvise, p + PAGE, PAGE, MADV_FREE), -EINVAL);
	holds("all", mlockall(MCL_CURRENT) == 0 && locked() > 8);
	same("none", munlockall() ? -1 : locked(), 0);
	of_parent = p;
	same("what comes later", status_of(later), 0);
	same("a user's", status_of(user_with_two_pages), 0);
	munmap(p, 8 * PAGE);
}

static void run(void)
{
	copy_on_write();
	protection();
	heap();
	stack();
	big_and_sparse();
	discarding();
	allocation();
	locks();
}

const struct suite memory_suite = {"memory", run, .needs_proc = true};
