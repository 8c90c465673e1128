/* Files of /proc itself. */
#include "arch/smp.h"
#include "arch/spin.h"
#include "arch/time.h"
#include "fs/block.h"
#include "fs/mount.h"
#include "fs/volume.h"
#include "lib/string.h"
#include "mm/page.h"
#include "proc/procfs/text.h"
#include "proc/uts.h"
#include "sched/sched.h"

#define NS_PER_TICK 10000000ul

const char *proc_kernel_cmdline;

static void meminfo(struct text *t, const struct proc_subject *)
{
	uint64_t total = page_count_total() * (PAGE_SIZE / 1024);
	uint64_t free = page_count_free() * (PAGE_SIZE / 1024);

	text_add(t, "MemTotal:       %8lu kB\nMemFree:        %8lu kB\n", total, free);
	text_add(t, "MemAvailable:   %8lu kB\nBuffers:        %8lu kB\n", free, 0ul);
	text_add(t, "Cached:         %8lu kB\nSwapTotal:      %8lu kB\n", 0ul, 0ul);
	text_add(t, "SwapFree:       %8lu kB\n", 0ul);
}

static void cpuinfo(struct text *t, const struct proc_subject *)
{
	char one[ARCH_CPU_TEXT_MAX];

	for (unsigned int i = 0; i < arch_cpu_count(); i++) {
		arch_cpu_describe(i, one, sizeof(one));
		text_add(t, "%s", one);
	}
}

static void uptime(struct text *t, const struct proc_subject *)
{
	uint64_t cs = arch_time_ns() / NS_PER_TICK, idle = 0;

	for (unsigned int i = 0; i < arch_cpu_count(); i++)
		idle += sched_idle_ns(i) / NS_PER_TICK;
	text_add(t, "%lu.%02lu %lu.%02lu\n", cs / 100, cs % 100, idle / 100, idle % 100);
}

static void version(struct text *t, const struct proc_subject *)
{
	text_add(t, "Linux version %s (the ABI that %s follows)\n", uts[UTS_RELEASE],
		 uts[UTS_VERSION]);
}

/* The disk, or the file system's name if it has none. */
static void add_source(struct text *t, const char *filesystem, const struct volume *v)
{
	const struct block_device *disk = v ? block_find(v->number) : NULL;

	text_add(t, "%s%s", disk ? "/dev/" : "", disk ? disk->name : filesystem);
}

static void add_options(struct text *t, const struct volume *v)
{
	static const struct {
		uint32_t flag;
		const char *name;
	} options[] = {
		{VOLUME_NOSUID, "nosuid"},	   {VOLUME_NODEV, "nodev"},
		{VOLUME_NOEXEC, "noexec"},	   {VOLUME_NOATIME, "noatime"},
		{VOLUME_NODIRATIME, "nodiratime"},
	};
	uint32_t flags = v ? v->flags : 0;

	text_add(t, v && v->read_only ? "ro" : "rw");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (flags & options[i].flag)
			text_add(t, ",%s", options[i].name);
	if (!(flags & (VOLUME_NOATIME | VOLUME_STRICTATIME)))
		text_add(t, ",relatime");
	if (flags & VOLUME_NOSYMFOLLOW)
		text_add(t, ",nosymfollow");
}

static void mount_line(struct text *t, uint64_t, const char *filesystem, const char *path,
		       const struct volume *v)
{
	add_source(t, filesystem, v);
	text_add(t, " %s %s ", path, filesystem);
	add_options(t, v);
	text_add(t, " 0 0\n");
}

/* One line for each mount that the process can see. */
static void add_mounts(struct text *t, const struct proc_subject *s, __typeof__(mount_line) *line)
{
	struct inode *root = s->process->root, *at;
	const char *filesystem;
	char path[256];

	line(t, 1, root->volume ? "ext2" : "rootfs", "/", root->volume);
	for (size_t i = 0; mount_get(i, &filesystem, &at); i++)
		if (path_of_dir(root, at, path, sizeof(path)) > 0)
			line(t, i + 2, filesystem, path, at->mounted->volume);
}

void proc_mounts(struct text *t, const struct proc_subject *s)
{
	add_mounts(t, s, mount_line);
}

static bool count_one(struct process *, void *ctx)
{
	++*(unsigned int *)ctx;
	return true;
}

static void loadavg(struct text *t, const struct proc_subject *s)
{
	unsigned int n = 0;

	process_for_each(count_one, &n);
	text_add(t, "0.00 0.00 0.00 1/%u %d\n", n, s->process->pid);
}

/* Acquisitions of each lock class by each CPU: see arch/spin.h. */
static void bantam_locks(struct text *t, const struct proc_subject *)
{
	static const char *const names[LOCK_CLASSES] = {
		[LOCK_KERNEL] = "kernel", [LOCK_SPACE] = "space", [LOCK_FILES] = "files",
		[LOCK_INODE] = "inode",	  [LOCK_GATE] = "gate",	  [LOCK_FUTEX] = "futex",
		[LOCK_CLOCK] = "clock",	  [LOCK_RUN] = "run",	  [LOCK_STORE] = "store",
		[LOCK_KMEM] = "kmem",	  [LOCK_PAGE] = "page",	  [LOCK_EPOLL] = "epoll",
	};

	text_add(t, "cpu");
	for (unsigned int c = 0; c < LOCK_CLASSES; c++)
		text_add(t, " %s", names[c]);
	text_add(t, "\n");
	for (unsigned int i = 0; i < arch_cpu_count(); i++) {
		text_add(t, "%u", i);
		for (unsigned int c = 0; c < LOCK_CLASSES; c++)
			text_add(t, " %lu", arch_lock_count(i, c));
		text_add(t, "\n");
	}
}

static void mount_info(struct text *t, uint64_t id, const char *filesystem, const char *path,
		       const struct volume *v)
{
	uint64_t number = v ? v->number : 1;

	text_add(t, "%lu 1 %lu:%lu / %s ", id, number >> 8 & 0xfff, number & 0xff, path);
	add_options(t, v);
	text_add(t, " - %s ", filesystem);
	add_source(t, filesystem, v);
	text_add(t, " %s\n", v && v->read_only ? "ro" : "rw");
}

void proc_mountinfo(struct text *t, const struct proc_subject *s)
{
	add_mounts(t, s, mount_info);
}

/* All CPU time counts as user time: see docs/caveats.md. */
static void stat(struct text *t, const struct proc_subject *)
{
	uint64_t now = arch_time_ns(), idle = 0;
	unsigned int processes = 0, cpus = arch_cpu_count();

	for (unsigned int i = 0; i < cpus; i++)
		idle += MIN(sched_idle_ns(i), now);
	text_add(t, "cpu  %lu 0 0 %lu 0 0 0 0 0 0\n", (now * cpus - idle) / NS_PER_TICK,
		 idle / NS_PER_TICK);
	for (unsigned int i = 0; i < cpus; i++) {
		idle = MIN(sched_idle_ns(i), now);
		text_add(t, "cpu%u %lu 0 0 %lu 0 0 0 0 0 0\n", i, (now - idle) / NS_PER_TICK,
			 idle / NS_PER_TICK);
	}
	process_for_each(count_one, &processes);
	text_add(t, "btime %lu\nprocesses %lu\nprocs_running 1\nprocs_blocked 0\n",
		 volume_epoch_ns / 1000000000, process_fork_count());
}

static void filesystems(struct text *t, const struct proc_subject *)
{
	const char *name;
	bool disk;

	for (size_t i = 0; filesystem_get(i, &name, &disk); i++)
		text_add(t, "%s\t%s\n", disk ? "" : "nodev", name);
}

static void cmdline(struct text *t, const struct proc_subject *)
{
	text_add(t, "%s\n", proc_kernel_cmdline);
}

static void swaps(struct text *t, const struct proc_subject *)
{
	text_add(t, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
}

const struct proc_file proc_system_files[] = {
	{.name = "meminfo", .show = meminfo},
	{.name = "cpuinfo", .show = cpuinfo},
	{.name = "uptime", .show = uptime},
	{.name = "version", .show = version},
	{.name = "loadavg", .show = loadavg},
	{.name = "stat", .show = stat},
	{.name = "filesystems", .show = filesystems},
	{.name = "cmdline", .show = cmdline},
	{.name = "swaps", .show = swaps},
	{.name = "bantam_locks", .show = bantam_locks},
};
const size_t proc_system_count = ARRAY_SIZE(proc_system_files);

const struct proc_file proc_sysv_files[PROC_SYSV_COUNT] = {
	{.name = "msg", .show = proc_sysv_msg},
	{.name = "sem", .show = proc_sysv_sem},
	{.name = "shm", .show = proc_sysv_shm},
};
