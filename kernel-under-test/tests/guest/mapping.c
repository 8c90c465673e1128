/* mmap: files, shared memory, places, and what is refused. */
#include "guest.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW   (PROT_READ | PROT_WRITE)
#define M    "/tmp/mapped"

static char *page;

static void touches(void)
{
	(void)*(volatile char *)page;
}

static void files(void)
{
	char out[8];
	int fd = open(M, O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *shared, *private;

	ftruncate(fd, 5000);
	pwrite(fd, "abcd", 4, 0);
	pwrite(fd, "efgh", 4, 4096);
	shared = mmap(NULL, 8192, RW, MAP_SHARED, fd, 0);
	private = mmap(NULL, 8192, RW, MAP_PRIVATE, fd, 0);
	holds("mapped", shared != MAP_FAILED && private != MAP_FAILED);
	holds("the file's bytes", !memcmp(shared, "abcd", 4) && !memcmp(private + 4096, "efgh", 4));
	shared[1] = 'B';
	same("a shared write is in the file", pread(fd, out, 4, 0) == 4 ? out[1] : -1, 'B');
	pwrite(fd, "C", 1, 2);
	same("a write to the file is in the mapping", shared[2], 'C');
	same("and in a private one not yet written", private[2], 'C');
	private[3] = 'D';
	same("a private write is not in the file", pread(fd, out, 4, 0) == 4 ? out[3] : -1, 'd');
	same("nor in the shared mapping", shared[3], 'd');
	same("it is where it was written", private[3], 'D');
	same("zero after the file's end", shared[4096 + 1000], 0);
	munmap(shared, 8192);
	munmap(private, 8192);
	page = (char *)mmap(NULL, 3 * 4096, RW, MAP_SHARED, fd, 0) + 2 * 4096;
	same("beyond the file's last page", status_of(touches), SIGBUS);
	munmap(page - 2 * 4096, 3 * 4096);
	page = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096);
	same("from an offset", page[0], 'e');
	munmap(page, 4096);
	page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	unlink(M);
	same("a mapping outlives descriptor and name", page[1], 'B');
	munmap(page, 4096);
}

static void between_processes(void)
{
	int *shared = mmap(NULL, 8192, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0), status;

	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			shared[i * 500] = i + 1;
			_exit(0);
		}
	while (wait(&status) > 0)
		;
	same("what children wrote", shared[0] + shared[500] + shared[1000] + shared[1500], 10);
	munmap(shared, 8192);
}

static void access_rights(void)
{
	int reader, writer, ends[2];
	char *m;

	put_file(M, "abcd");
	reader = open(M, O_RDONLY);
	writer = open(M, O_WRONLY);
	same("shared, to write, from a reader",
	     RAW(SYS_mmap, NULL, 4096, RW, MAP_SHARED, reader, 0), -EACCES);
	same("from a writer", RAW(SYS_mmap, NULL, 4096, PROT_READ, MAP_SHARED, writer, 0), -EACCES);
	m = mmap(NULL, 4096, RW, MAP_PRIVATE, reader, 0);
	holds("private, to write, from a reader", m != MAP_FAILED);
	m[0] = 'x';
	munmap(m, 4096);
	m = mmap(NULL, 4096, PROT_READ, MAP_SHARED, reader, 0);
	same("a reader's mapping can't be made to write", RAW(SYS_mprotect, m, 4096, RW), -EACCES);
	same("it can still be read", m[0], 'a');
	munmap(m, 4096);
	pipe(ends);
	same("a pipe", RAW(SYS_mmap, NULL, 4096, PROT_READ, MAP_SHARED, ends[0], 0), -ENODEV);
	same("no file", RAW(SYS_mmap, NULL, 4096, PROT_READ, MAP_SHARED, 77, 0), -EBADF);
	close(ends[0]);
	close(ends[1]);
	ends[0] = open("/tmp", O_RDONLY);
	same("a directory", RAW(SYS_mmap, NULL, 4096, PROT_READ, MAP_SHARED, ends[0], 0), -ENODEV);
	close(ends[0]);
	close(reader);
	close(writer);
	unlink(M);
}

static void places(void)
{
	char *m = mmap(NULL, 8 * 4096, RW, ANON, -1, 0), *n;

	memset(m, 1, 8 * 4096);
	same("munmap in the middle", munmap(m + 2 * 4096, 2 * 4096), 0);
	same("the hole is used", RAW(SYS_mmap, m + 2 * 4096, 4096, RW, ANON, -1, 0),
	     (long)m + 2 * 4096);
	same("new memory is zero", m[2 * 4096], 0);
	n = mmap(m, 4096, RW, ANON, -1, 0);
	holds("a hint that is taken is not obeyed", n != m && n != MAP_FAILED);
	munmap(n, 4096);
	same("MAP_FIXED replaces", RAW(SYS_mmap, m, 4096, RW, ANON | MAP_FIXED, -1, 0), (long)m);
	same("by zeros", m[0], 0);
	same("and nothing else", m[4096], 1);
	same("MAP_FIXED_NOREPLACE does not",
	     RAW(SYS_mmap, m, 4096, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0), -EEXIST);
	same("but in a hole",
	     RAW(SYS_mmap, m + 3 * 4096, 4096, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0),
	     (long)m + 3 * 4096);
	munmap(m, 8 * 4096);
	page = m;
	same("munmap of all, holes and all", status_of(touches), SIGSEGV);
	same("munmap of nothing", munmap(m, 4096), 0);
}

static void refused(void)
{
	char *m = mmap(NULL, 3 * 4096, RW, ANON, -1, 0);

	same("no length", RAW(SYS_mmap, NULL, 0, RW, ANON, -1, 0), -EINVAL);
	same("neither shared nor private", RAW(SYS_mmap, NULL, 4096, RW, MAP_ANONYMOUS, -1, 0),
	     -EINVAL);
	same("a crooked offset", RAW(SYS_mmap, NULL, 4096, RW, ANON, -1, 5), -EINVAL);
	same("too long", RAW(SYS_mmap, NULL, 1ul << 62, RW, ANON, -1, 0), -ENOMEM);
	same("as long as all there is", RAW(SYS_mmap, NULL, 1ul << 47, RW, ANON, -1, 0), -ENOMEM);
	same("fixed, crooked", RAW(SYS_mmap, 5, 4096, RW, ANON | MAP_FIXED, -1, 0), -EINVAL);
	same("fixed, in the kernel",
	     RAW(SYS_mmap, 0xffffffff81000000, 4096, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM);
	same("fixed, across the end of user memory",
	     RAW(SYS_mmap, 0x7fffffffe000, 2 * 4096, RW, ANON | MAP_FIXED, -1, 0), -ENOMEM);
	same("munmap, crooked", RAW(SYS_munmap, m + 1, 4096), -EINVAL);
	same("munmap, no length", RAW(SYS_munmap, m, 0), -EINVAL);
	same("munmap in the kernel", RAW(SYS_munmap, 0xffffffff81000000, 4096), -EINVAL);
	same("munmap, too long", RAW(SYS_munmap, m, 1ul << 62), -EINVAL);
	same("mprotect, crooked", RAW(SYS_mprotect, m + 1, 4096, RW), -EINVAL);
	same("mprotect, no length", RAW(SYS_mprotect, m, 0, RW), 0);
	same("mprotect, unknown bits", RAW(SYS_mprotect, m, 4096, 0x100), -EINVAL);
	munmap(m + 4096, 4096);
	same("mprotect, with a hole", RAW(SYS_mprotect, m, 3 * 4096, PROT_READ), -ENOMEM);
	same("mprotect in the kernel", RAW(SYS_mprotect, 0xffffffff81000000, 4096, RW), -ENOMEM);
	munmap(m, 3 * 4096);
}

/* Linux lets a process have that many areas. */
#define AREAS 65530

/* What can't be moved stays where it was, whole. */
static void full_of_areas(void)
{
	static const size_t len = (size_t)4096 * 2 * AREAS;
	char *m = mmap(NULL, len, PROT_READ, ANON | MAP_NORESERVE, -1, 0);
	char *a = mmap(NULL, 3 * 4096, RW, ANON, -1, 0), *at;
	size_t i;

	memset(a, 'm', 3 * 4096);
	for (i = 1; i < 2 * AREAS && !mprotect(m + i * 4096, 4096, PROT_NONE); i += 2)
		;
	holds("not more areas than there may be", i < AREAS + 16);
	same("mremap of a part", RAW(SYS_mremap, a + 4096, 4096, 2 * 4096, MREMAP_MAYMOVE),
	     -ENOMEM);
	holds("stays whole", a[0] == 'm' && a[4096] == 'm' && a[3 * 4096 - 1] == 'm');
	same("munmap", munmap(m, len), 0);
	at = mremap(a + 4096, 4096, 2 * 4096, MREMAP_MAYMOVE);
	holds("moves then", at != MAP_FAILED && at != a + 4096 && *at == 'm');
	holds("with its neighbours as before", a[0] == 'm' && a[3 * 4096 - 1] == 'm');
	munmap(a, 3 * 4096), munmap(at, 2 * 4096);
}

/* The pages go, and the place stays. */
static void moved_alone(void)
{
	char *from = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *to;

	memset(from, 'p', 8192);
	same("at its place", RAW(SYS_mremap, from, 8192, 8192, 4), -EINVAL);
	same("with another length", RAW(SYS_mremap, from, 8192, 4096, 5), -EINVAL);
	to = mremap(from, 8192, 8192, MREMAP_MAYMOVE | 4);
	holds("the pages are elsewhere", to != MAP_FAILED && to != from && to[8191] == 'p');
	same("what was there is empty", from[0] | from[8191], 0);
	memset(from, 'q', 8192);
	holds("and another's", to[0] == 'p');
	holds("to a place", mremap(from, 4096, 4096, MREMAP_MAYMOVE | MREMAP_FIXED | 4, to) == to);
	holds("that one page is there",
	      to[0] == 'q' && to[4096] == 'p' && !from[0] && from[4096] == 'q');
	munmap(from, 8192);
	munmap(to, 8192);
}

static void page_numbered(int fd, char n)
{
	char bytes[4096];

	memset(bytes, n, sizeof(bytes));
	write(fd, bytes, sizeof(bytes));
}

static long moves(char *at, size_t size, int prot, size_t to)
{
	return RAW(SYS_remap_file_pages, at, size, prot, to, 0);
}

static void pages_moved(void)
{
	int fd = open("/moved", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *own, *all;

	for (int i = 0; i < 4; i++)
		page_numbered(fd, (char)('0' + i));
	all = mmap(NULL, 16384, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	own = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	same("pages are moved", moves(all, 4096, 0, 3), 0);
	holds("there they are", all[0] == '3' && all[4096] == '1' && all[12288] == '3');
	same("over the first", moves(all + 100, 8192 + 100, 0, 1), 0);
	holds("and they", all[0] == '1' && all[4096] == '2' && all[8192] == '2');
	all[4096] = 'x';
	same("one page", all[8192], 'x');
	same("with a protection", moves(all, 4096, PROT_READ, 0), -EINVAL);
	same("none", moves(all, 4095, 0, 0), -EINVAL);
	same("private ones", moves(own, 4096, 0, 0), -EINVAL);
	same("too many", moves(all, 1 << 20, 0, 0), -EINVAL);
	same("past all", moves(all, 4096, 0, -1ul), -EINVAL);
	munmap(all, 16384), munmap(own, 4096), close(fd), unlink("/moved");
}

static void run(void)
{
	pages_moved();
	files();
	between_processes();
	access_rights();
	places();
	refused();
	full_of_areas();
	moved_alone();
}

const struct suite mapping_suite = {"mapping", run};
