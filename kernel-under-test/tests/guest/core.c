/* Core dumps: who leaves one, and what is in it. */
#include "guest.h"

#include <elf.h>
#include <sys/prctl.h>
#include <sys/procfs.h>
#include <sys/resource.h>

static char *mark;

static void allow(rlim_t most)
{
	struct rlimit limit = {most, RLIM_INFINITY};

	child_needs(setrlimit(RLIMIT_CORE, &limit) == 0);
}

static void dumps(void)
{
	allow(RLIM_INFINITY);
	mark = mmap((void *)0x123400000, 8192, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	strcpy(mark, "found in the core");
	*(volatile int *)8 = 1;
}

static void aborts(void)
{
	allow(RLIM_INFINITY);
	abort();
}

static void terminated(void)
{
	allow(RLIM_INFINITY);
	raise(SIGTERM);
}

static void too_little(void)
{
	allow(4095);
	raise(SIGQUIT);
}

static void hidden(void)
{
	allow(RLIM_INFINITY);
	prctl(PR_SET_DUMPABLE, 0);
	raise(SIGQUIT);
}

static void read_core(void)
{
	int fd = open("core", O_RDONLY);
	Elf64_Ehdr h;
	Elf64_Phdr p;
	char text[32] = "";
	bool note = false, found = false;
	struct stat st;

	child_needs(fd >= 0 && fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600);
	child_needs(read(fd, &h, sizeof(h)) == sizeof(h) && !memcmp(h.e_ident, ELFMAG, 4));
	child_needs(h.e_type == ET_CORE && h.e_machine == EM_X86_64);
	for (int i = 0; i < h.e_phnum; i++) {
		child_needs(pread(fd, &p, sizeof(p), (off_t)(h.e_phoff + (size_t)i * sizeof(p))) ==
			    sizeof(p));
		if (p.p_type == PT_NOTE) {
			struct {
				Elf64_Nhdr n;
				char name[8];
				struct elf_prstatus s;
			} __attribute__((packed)) s;

			child_needs(pread(fd, &s, sizeof(s), (off_t)p.p_offset) == sizeof(s));
			note = s.n.n_type == NT_PRSTATUS && s.n.n_descsz == sizeof(s.s) &&
			       !strcmp(s.name, "CORE") && s.s.pr_info.si_signo == SIGSEGV;
		}
		if (p.p_type == PT_LOAD && p.p_vaddr == 0x123400000) {
			child_needs(p.p_filesz == 8192);
			pread(fd, text, sizeof(text), (off_t)p.p_offset);
			found = !strcmp(text, "found in the core");
		}
	}
	child_needs(note && found);
	close(fd);
}

static long put(const char *text)
{
	int fd = open("/proc/self/coredump_filter", O_WRONLY);
	long n = RAW(SYS_write, fd, text, strlen(text));

	close(fd);
	return n;
}

static const char *filter(void)
{
	static char text[16];
	int fd = open("/proc/self/coredump_filter", O_RDONLY);

	text[read(fd, text, sizeof(text) - 1)] = '\0';
	close(fd);
	return text;
}

#define AREAS	4
#define AREA(i) ((char *)0x123400000 + (i)*0x10000)

/* A private area, one not to be dumped, a shared one and a file's. */
static void dumps_some(void)
{
	const int flags[AREAS] = {MAP_PRIVATE | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS,
				  MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED};
	int fd = open("file", O_RDWR | O_CREAT, 0600);

	ftruncate(fd, 4096);
	for (int i = 0; i < AREAS; i++) {
		mmap(AREA(i), 4096, PROT_READ | PROT_WRITE, flags[i] | MAP_FIXED, fd, 0);
		*AREA(i) = 'x';
	}
	child_needs(madvise(AREA(1), 4096, MADV_DONTDUMP) == 0);
	aborts();
}

static void aborts_named(void)
{
	prctl(PR_SET_NAME, "a/b");
	aborts();
}

/* As core_pattern says. */
static void named(void)
{
	char name[64];
	pid_t child;
	int fd;

	fd = open("/proc/sys/kernel/core_pattern", O_WRONLY);
	same("a pattern", write(fd, "/tmp/core-here/%e.%p%%%s\n", 24), 24);
	child = fork();
	if (child == 0)
		aborts_named();
	waitpid(child, NULL, 0);
	snprintf(name, sizeof(name), "a!b.%d%%%d", child, SIGABRT);
	same("is followed", unlink(name), 0);
	lseek(fd, 0, SEEK_SET);
	write(fd, "core\n", 5);
	close(fd);
}

/* Which of these areas are in the core, as bits. */
static int dumped(const char *text)
{
	Elf64_Ehdr h;
	Elf64_Phdr p;
	int fd, found = 0;

	put(text);
	if (status_of(dumps_some) != (SIGABRT | 0x80))
		return -1;
	fd = open("core", O_RDONLY);
	read(fd, &h, sizeof(h));
	for (int i = 0; i < h.e_phnum; i++) {
		pread(fd, &p, sizeof(p), (off_t)(h.e_phoff + (size_t)i * sizeof(p)));
		for (int k = 0; k < AREAS; k++)
			if (p.p_vaddr == (uintptr_t)AREA(k) && p.p_filesz)
				found |= 1 << k;
	}
	close(fd);
	unlink("core"), unlink("file");
	return found;
}

static void filtered(void)
{
	same("the first filter", strcmp(filter(), "00000033\n"), 0);
	same("what it dumps", dumped("0x33"), 5);
	same("none", dumped("0"), 0);
	same("shared memory", dumped("2"), 4);
	same("of files, too", dumped("012\n"), 12);
	same("all", dumped("0xffffffff"), 13);
	same("is told", strcmp(filter(), "000001ff\n"), 0);
	same("no number", put("x"), -EINVAL);
	same("nor this", put("1x"), -EINVAL);
	same("too large", put("0x100000000"), -ERANGE);
	put("0x33");
}

static void run(void)
{
	siginfo_t info;
	pid_t child;

	mkdir("/tmp/core-here", 0700);
	chdir("/tmp/core-here");
	same("a fault", status_of(dumps), SIGSEGV | 0x80);
	same("its core", status_of(read_core), 0);
	same("abort()", status_of(aborts), SIGABRT | 0x80);
	unlink("core");
	same("a mere end", status_of(terminated), SIGTERM);
	same("no room", status_of(too_little), SIGQUIT);
	same("not to be seen", status_of(hidden), SIGQUIT);
	same("no core", access("core", F_OK), -1);
	symlink("elsewhere", "core");
	same("instead of a link", status_of(aborts), SIGABRT | 0x80);
	same("which leads nowhere", access("elsewhere", F_OK), -1);
	unlink("core");
	mkdir("core", 0700);
	same("but of no directory", status_of(aborts), SIGABRT);
	rmdir("core");
	unlink("core");
	child = fork();
	if (child == 0)
		aborts();
	same("waitid", waitid(P_PID, (id_t)child, &info, WEXITED), 0);
	same("says so", info.si_code, CLD_DUMPED);
	same("and why", info.si_status, SIGABRT);
	unlink("core");
	named();
	filtered();
	chdir("/");
	rmdir("/tmp/core-here");
}

const struct suite core_suite = {"core", run, .needs_proc = true};
