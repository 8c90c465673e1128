/* What a program wishes of its memory: at a fork, on growing down, ahead of time. */
#include "guest.h"

#include <sys/resource.h>

#define PAGE 4096l
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#endif

static char *memory(int pages, int flags)
{
	return mmap(NULL, (size_t)(pages * PAGE), PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
}

static bool is_mapped(const char *p)
{
	unsigned char there;

	return mincore((void *)p, 1, &there) == 0;
}

static char *m;

static void in_child(void)
{
	child_needs(m[0] == 'a' && m[3 * PAGE] == 'd' && m[5 * PAGE] == 'f');
	child_needs(!is_mapped(m + PAGE) && !is_mapped(m + 2 * PAGE));
	child_needs(m[4 * PAGE] == 0);
	m[4 * PAGE] = 'z';
	/* What is wiped stays so for children of children; what is not there can't come back. */
	if (fork() == 0)
		_exit(m[4 * PAGE] != 0 || m[5 * PAGE] != 'f' || is_mapped(m + PAGE));
	int status = -1;
	wait(&status);
	child_needs(status == 0);
}

static void in_plain_child(void)
{
	for (int i = 0; i < 6; i++)
		child_needs(m[i * PAGE] == 'a' + i);
}

static void at_fork(void)
{
	char *shared = memory(1, MAP_SHARED);
	int fd = open(SELF, O_RDONLY);
	char *file = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);

	m = memory(6, MAP_PRIVATE);
	for (int i = 0; i < 6; i++)
		m[i * PAGE] = (char)('a' + i);
	same("not for the child", madvise(m + PAGE, 2 * PAGE, MADV_DONTFORK), 0);
	same("empty for it", madvise(m + 4 * PAGE, PAGE, MADV_WIPEONFORK), 0);
	same("empty shared memory", RAW(SYS_madvise, shared, PAGE, MADV_WIPEONFORK), -EINVAL);
	same("an empty file", RAW(SYS_madvise, file, PAGE, MADV_WIPEONFORK), -EINVAL);
	same("no file", RAW(SYS_madvise, file, PAGE, MADV_DONTFORK), 0);
	same("a child has what it is to have", status_of(in_child), 0);
	holds("the parent has all", m[4 * PAGE] == 'e' && m[PAGE] == 'b');
	same("for the child after all", madvise(m, 6 * PAGE, MADV_DOFORK), 0);
	same("and as it is", madvise(m, 6 * PAGE, MADV_KEEPONFORK), 0);
	same("then it has all", status_of(in_plain_child), 0);
	munmap(m + PAGE, PAGE);
	same("with a hole", RAW(SYS_madvise, m, 6 * PAGE, MADV_DONTFORK), -ENOMEM);
	munmap(m, 6 * PAGE), munmap(shared, PAGE), munmap(file, PAGE);
	close(fd);
}

static void removed(void)
{
	char *p = memory(4, MAP_SHARED), *private = memory(1, MAP_PRIVATE), *f;
	int fd = open("/tmp/wish", O_CREAT | O_RDWR | O_TRUNC, 0600);
	char text[3] = "";

	memset(p, 'x', 4 * PAGE);
	same("shared memory", madvise(p + PAGE, 2 * PAGE, MADV_REMOVE), 0);
	holds("is zero", p[PAGE] == 0 && p[3 * PAGE - 1] == 0);
	holds("where it was to be", p[PAGE - 1] == 'x' && p[3 * PAGE] == 'x');
	same("private memory", RAW(SYS_madvise, private, PAGE, MADV_REMOVE), -EINVAL);
	ftruncate(fd, 3 * PAGE);
	f = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	memset(f, 'y', 3 * PAGE);
	same("a file", madvise(f + PAGE, PAGE, MADV_REMOVE), 0);
	holds("has a hole", f[PAGE] == 0 && f[2 * PAGE - 1] == 0 && f[2 * PAGE] == 'y');
	pread(fd, text, 2, PAGE - 1);
	holds("to be read too", text[0] == 'y' && text[1] == 0);
	munmap(f, 3 * PAGE), close(fd);
	fd = open("/tmp/wish", O_RDONLY);
	f = mmap(NULL, 3 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	same("what can't be written", RAW(SYS_madvise, f, PAGE, MADV_REMOVE), -EACCES);
	same("free a file", RAW(SYS_madvise, f, PAGE, MADV_FREE), -EINVAL);
	same("free memory", madvise(private, PAGE, MADV_FREE), 0);
	munmap(p, 4 * PAGE), munmap(private, PAGE), munmap(f, 3 * PAGE);
	close(fd);
}

static void ahead(void)
{
	char *p = memory(4, MAP_PRIVATE);
	unsigned char there[4];
	int fd = open("/tmp/wish", O_RDWR);

	same("to be written", madvise(p, 2 * PAGE, MADV_POPULATE_WRITE), 0);
	mincore(p, 4 * PAGE, there);
	holds("is there", (there[0] & 1) && (there[1] & 1) && !(there[2] & 1));
	same("to be read", madvise(p, 4 * PAGE, MADV_POPULATE_READ), 0);
	mincore(p, 4 * PAGE, there);
	holds("all of it", there[2] & there[3] & 1);
	mprotect(p + 2 * PAGE, PAGE, PROT_READ);
	same("what is not to be written", RAW(SYS_madvise, p, 4 * PAGE, MADV_POPULATE_WRITE), -EINVAL);
	mprotect(p + 2 * PAGE, PAGE, PROT_NONE);
	same("nor read", RAW(SYS_madvise, p, 4 * PAGE, MADV_POPULATE_READ), -EINVAL);
	munmap(p + 2 * PAGE, PAGE);
	same("nor mapped", RAW(SYS_madvise, p, 4 * PAGE, MADV_POPULATE_READ), -ENOMEM);
	munmap(p, 4 * PAGE);
	ftruncate(fd, PAGE);
	p = mmap(NULL, 2 * PAGE, PROT_READ, MAP_SHARED, fd, 0);
	same("behind the end", RAW(SYS_madvise, p, 2 * PAGE, MADV_POPULATE_READ), -EFAULT);
	munmap(p, 2 * PAGE);
	close(fd);
}

static char *low;

static void touch(void)
{
	*(volatile char *)low = 1;
}

static void downwards(void)
{
	/* Room around it that is nobody's. */
	char *room = memory(3000, MAP_PRIVATE), *p;

	munmap(room, 3000 * PAGE);
	p = mmap(room + 2900 * PAGE, PAGE, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0);
	holds("a mapping that grows", p == room + 2900 * PAGE);
	low = p - PAGE;
	same("by a page", status_of(touch), 0);
	low = p - 100 * PAGE;
	same("by many", status_of(touch), 0);
	low = p - 2100 * PAGE;
	same("not beyond the limit of stacks", status_of(touch), SIGSEGV);
	low = p + PAGE;
	same("nor upwards", status_of(touch), SIGSEGV);
	mmap(p - 300 * PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	low = p - 43 * PAGE;
	same("up to a gap", status_of(touch), 0);
	low = p - 44 * PAGE;
	same("below the next mapping", status_of(touch), SIGSEGV);
	mprotect(p - 300 * PAGE, PAGE, PROT_NONE);
	low = p - 299 * PAGE;
	same("but for one that nobody can touch", status_of(touch), 0);
	same("not shared", RAW(SYS_mmap, 0, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN,
			       -1, 0), -EINVAL);
	munmap(p - 300 * PAGE, 301 * PAGE);
}

static __attribute__((noinline)) void use_stack(long bytes)
{
	volatile char here[4096];

	here[0] = 1;
	if (bytes > 0)
		use_stack(bytes - (long)sizeof(here));
	here[1] = here[0];
}

static void set_stack(rlim_t soft)
{
	struct rlimit l;

	getrlimit(RLIMIT_STACK, &l);
	l.rlim_cur = soft;
	child_needs(setrlimit(RLIMIT_STACK, &l) == 0);
}

static void little_stack(void)
{
	set_stack(1 << 20);
	use_stack(3 << 19);
}

/* Mappings begin below what the stack may take, at a page whatever the limit. */
static void program_with_stack(rlim_t soft)
{
	set_stack(soft);
	execl(SELF, "init", "exits-7", NULL);
}

static void endless_stack(void) { program_with_stack(RLIM_INFINITY); }
static void odd_stack(void) { program_with_stack((1ul << 30) + 123); }

static void usual_stack(void)
{
	use_stack(6 << 20);
}

static void large_stack(void)
{
	set_stack(64 << 20);
	use_stack(40 << 20);
}

static void run(void)
{
	at_fork();
	removed();
	ahead();
	downwards();
	same("6 MiB of 8", status_of(usual_stack), 0);
	same("a stack without end", status_of(endless_stack), 7 << 8);
	same("one of an odd size", status_of(odd_stack), 7 << 8);
	same("more than 1 MiB", status_of(little_stack), SIGSEGV);
	same("40 MiB of 64", status_of(large_stack), 0);
}

const struct suite madvise_suite = {"madvise", run};
