/* /proc/PID: the call that it is in, and its pages and areas. */
#include "guest.h"

#include <sched.h>

static void text_of(const char *path, char *to, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, to, size - 1);

	to[n > 0 ? n : 0] = '\0';
	close(fd);
}

static void calls(void)
{
	char text[200], expected[100], path[40];
	int ends[2], fd = open("/proc/self/syscall", O_RDONLY);
	pid_t pid;

	same("of itself", read(fd, text, sizeof(text) - 1) > 0, 1);
	snprintf(expected, sizeof(expected), "0 %#x %p %#x ", fd, text, 199);
	same("it reads", strncmp(text, expected, strlen(expected)), 0);
	close(fd);
	text_of("/proc/self/wchan", text, sizeof(text));
	same("and does not wait", strcmp(text, "0"), 0);
	pipe(ends);
	pid = fork();
	if (pid == 0) {
		read(ends[0], text, 77);
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	snprintf(expected, sizeof(expected), "0 %#x %p 0x4d ", ends[0], text);
	do {
		sched_yield();
		text_of(path, text, sizeof(text));
	} while (strcmp(text, "running\n") == 0);
	same("a child reads too", strncmp(text, expected, strlen(expected)), 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ends[0]), close(ends[1]);
}

static uint64_t map_entry(int fd, const char *page)
{
	uint64_t word = 1;

	pread(fd, &word, 8, (off_t)((uintptr_t)page / 4096 * 8));
	return word & ~(1ull << 55);
}

static void page_map(void)
{
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/pagemap", O_RDONLY);
	uint64_t word;

	*(volatile char *)pages = 1;
	*(volatile char *)shared = 1;
	same("there, and nobody else's", map_entry(fd, pages) >> 56, 0x81);
	holds("somewhere", map_entry(fd, pages) & 0x7fffffffffffff);
	same("not there", map_entry(fd, pages + 4096), 0);
	same("shared memory", map_entry(fd, shared) >> 57, 0x50);
	same("at nowhere", map_entry(fd, NULL), 0);
	same("half a word", RAW(SYS_pread64, fd, &word, 4, 0), -EINVAL);
	same("not at a word", RAW(SYS_pread64, fd, &word, 8, 4), -EINVAL);
	same("beyond the end", RAW(SYS_pread64, fd, &word, 8, 1l << 40), 0);
	close(fd);
	munmap(pages, 8192), munmap(shared, 4096);
}

/* Whether a mapping of its own says so in smaps. */
static bool smaps_say(const char *page, const char *flag)
{
	char line[300], address[20];
	bool mine = false, found = false;
	FILE *f = fopen("/proc/self/smaps", "r");

	snprintf(address, sizeof(address), "%lx-", (unsigned long)page);
	while (fgets(line, sizeof(line), f)) {
		if (strchr(line, '-') && strchr("0123456789abcdef", line[0]))
			mine = strncmp(line, address, strlen(address)) == 0;
		else if (mine && strncmp(line, "VmFlags:", 8) == 0)
			found = strstr(line, flag);
	}
	fclose(f);
	return found;
}

static void area_flags(void)
{
	char *page = mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	same("smaps: read", smaps_say(page, " rd "), 1);
	same("smaps: not written", smaps_say(page, " wr "), 0);
	same("smaps: shared", smaps_say(page, " sh "), 1);
	same("smaps: not locked", smaps_say(page, " lo "), 0);
	mlock(page, 4096), madvise(page, 4096, MADV_DONTFORK), madvise(page, 4096, MADV_DONTDUMP);
	same("smaps: locked", smaps_say(page, " lo "), 1);
	same("smaps: not forked", smaps_say(page, " dc "), 1);
	same("smaps: not dumped", smaps_say(page, " dd "), 1);
	munmap(page, 4096);
}

static void run(void)
{
	calls();
	page_map();
	area_flags();
}

const struct suite inspect_suite = {"inspect", run, .needs_proc = true};
