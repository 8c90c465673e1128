/* The code that the kernel maps into every program, for asking the time. */
#include "guest.h"

#include <elf.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/time.h>

/* The address of a symbol of the image at `base`, as C libraries look it up; NULL: there is none. */
static void *find(const char *base, const char *name)
{
	const Elf64_Ehdr *h = (const void *)base;
	const Elf64_Phdr *ph = (const void *)(base + h->e_phoff);
	const Elf64_Dyn *dyn = NULL;
	const Elf64_Sym *symbols = NULL;
	const char *strings = NULL;
	const uint32_t *hash = NULL;
	uint64_t load = 0;

	for (int i = 0; i < h->e_phnum; i++) {
		if (ph[i].p_type == PT_LOAD)
			load = (uint64_t)base + ph[i].p_offset - ph[i].p_vaddr;
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const void *)(base + ph[i].p_offset);
	}
	for (; dyn && dyn->d_tag; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			symbols = (const void *)(load + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_STRTAB)
			strings = (const void *)(load + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_HASH)
			hash = (const void *)(load + dyn->d_un.d_ptr);
	}
	for (uint32_t i = 0; hash && i < hash[1]; i++)
		if (symbols[i].st_shndx && !strcmp(strings + symbols[i].st_name, name))
			return (void *)(load + symbols[i].st_value);
	return NULL;
}

static long ns_of(struct timespec t)
{
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

static void clocks(const char *base)
{
	static const int ids[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME,
				  CLOCK_PROCESS_CPUTIME_ID};
	long (*gettime)(int, struct timespec *) = find(base, "__vdso_clock_gettime");
	long (*day)(struct timeval *, void *) = find(base, "__vdso_gettimeofday");
	long (*seconds)(time_t *) = find(base, "__vdso_time");
	long (*cpu)(unsigned int *, unsigned int *, void *) = find(base, "__vdso_getcpu");
	struct timespec a, b, c;
	struct timeval tv;
	unsigned int n = 99;
	cpu_set_t first, before;
	time_t t;

	holds("clock_gettime", gettime);
	holds("gettimeofday", day);
	holds("time", seconds);
	holds("getcpu", cpu);
	for (size_t i = 0; gettime && i < sizeof(ids) / sizeof(ids[0]); i++) {
		bool in_order = true;

		for (int k = 0; k < 100; k++) {
			syscall(SYS_clock_gettime, ids[i], &a);
			in_order &= gettime(ids[i], &b) == 0;
			syscall(SYS_clock_gettime, ids[i], &c);
			in_order &= ns_of(a) <= ns_of(b) && ns_of(b) <= ns_of(c);
		}
		holds("between two calls", in_order);
	}
	same("no such clock", gettime(77, &a), -EINVAL);
	syscall(SYS_clock_gettime, CLOCK_REALTIME, &a);
	same("day", day(&tv, NULL), 0);
	holds("the same", tv.tv_sec - a.tv_sec <= 1 && tv.tv_sec >= a.tv_sec);
	holds("seconds", seconds(&t) == t && t - a.tv_sec <= 1 && t >= a.tv_sec);
	/* There is always a first one to stay on. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	sched_getaffinity(0, sizeof(before), &before);
	sched_setaffinity(0, sizeof(first), &first);
	same("which CPU", cpu(&n, NULL, NULL) ? -1 : (long)n, 0);
	sched_setaffinity(0, sizeof(before), &before);
	/* Set the clock, and it is seen at once. */
	a.tv_sec += 5000;
	same("set", RAW(SYS_clock_settime, CLOCK_REALTIME, &a), 0);
	gettime(CLOCK_REALTIME, &b);
	holds("seen", b.tv_sec - a.tv_sec <= 1 && b.tv_sec >= a.tv_sec);
	a.tv_sec -= 5000;
	RAW(SYS_clock_settime, CLOCK_REALTIME, &a);
}

static void mapped(void)
{
	static char maps[16384];
	size_t used = 0;
	ssize_t n;
	int fd;

	fd = open("/proc/self/maps", O_RDONLY);
	while ((n = read(fd, maps + used, sizeof(maps) - 1 - used)) > 0)
		used += (size_t)n;
	close(fd);
	holds("[vdso]", strstr(maps, "[vdso]"));
	holds("[vvar]", strstr(maps, "[vvar]"));
}

static void run(void)
{
	const char *base = (const char *)getauxval(AT_SYSINFO_EHDR);

	holds("is there", base && !memcmp(base, ELFMAG, SELFMAG));
	if (base)
		clocks(base);
	mapped();
}

const struct suite vdso_suite = {"vdso", run, .needs_proc = true};
