/* /proc/sys: parameters for sysctl(8), some of them writable. */
#include "fs/credentials.h"
#include "fs/file.h"
#include "fs/lock.h"
#include "ipc/inotify.h"
#include "ipc/mqueue.h"
#include "ipc/pipe.h"
#include "ipc/semaphore.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "mm/page.h"
#include "mm/space.h"
#include "net/ip/raw.h"
#include "proc/process.h"
#include "proc/procfs/node.h"
#include "proc/procfs/text.h"
#include "proc/trace/core.h"
#include "proc/uts.h"

#define LINE_MAX 256

struct sysctl {
	const char *path; /* below /proc/sys; entries of one directory are adjacent */
	uint64_t value;
	const char *text;	      /* instead of `value` */
	void (*show)(struct text *t); /* instead of both */
	/* If writable: a string of UTS_LEN bytes, or a number within bounds. */
	char *name;
	uint64_t *number, least, most;
	bool pair; /* two numbers */
};

static void show_printk(struct text *t)
{
	text_add(t, "%lu\t%d\t1\t%d\n", log_console_level, LOG_LEVEL, LOG_LEVEL + 1);
}

/* A random UUID: RFC 4122, version 4. */
static void add_uuid(struct text *t, uint64_t high, uint64_t low)
{
	high = (high & ~0xf000ul) | 0x4000;
	low = (low & ~(3ul << 62)) | 2ul << 62;
	text_add(t, "%08lx-%04lx-%04lx-%04lx-%012lx\n", high >> 32, high >> 16 & 0xffff,
		 high & 0xffff, low >> 48, low & 0xffffffffffffUL);
}

static void show_uuid(struct text *t)
{
	add_uuid(t, random_u64(), random_u64());
}

static void show_boot_id(struct text *t)
{
	static uint64_t id[2];

	if (!id[0])
		random_fill(id, sizeof(id));
	add_uuid(t, id[0], id[1]);
}

static void show_threads_max(struct text *t)
{
	text_add(t, "%lu\n", MIN(page_count_total() / 8, (uint64_t)PID_MAX_DEFAULT));
}

#define NUMBER(path_, number_, least_, most_)                                                      \
	{                                                                                          \
		.path = path_, .number = &(number_), .least = least_, .most = most_                \
	}

static const struct sysctl sysctls[] = {
	{.path = "fs/file-max", .value = INT64_MAX},
	NUMBER("fs/inotify/max_queued_events", inotify_events_max, 0, INT32_MAX),
	NUMBER("fs/inotify/max_user_instances", inotify_instances_max, 0, INT32_MAX),
	NUMBER("fs/inotify/max_user_watches", inotify_watches_max, 0, INT32_MAX),
	NUMBER("fs/lease-break-time", lease_break_seconds, 0, INT32_MAX),
	NUMBER("fs/mqueue/msg_default", mqueue_limits.count_default, 1, 65536),
	NUMBER("fs/mqueue/msg_max", mqueue_limits.count_max, 1, 65536),
	NUMBER("fs/mqueue/msgsize_default", mqueue_limits.size_default, 128, 1 << 24),
	NUMBER("fs/mqueue/msgsize_max", mqueue_limits.size_max, 128, 1 << 24),
	NUMBER("fs/mqueue/queues_max", mqueue_limits.queues, 0, INT32_MAX),
	NUMBER("fs/nr_open", files_nr_open, 64, INT32_MAX & ~63),
	NUMBER("fs/pipe-max-size", pipe_size_max, 1 << 16, 1ul << 31),
	{.path = "kernel/cap_last_cap", .value = CAP_LAST},
	{.path = "kernel/core_pattern", .name = core_pattern},
	{.path = "kernel/domainname", .name = uts[UTS_DOMAIN]},
	{.path = "kernel/hostname", .name = uts[UTS_HOST]},
	{.path = "kernel/msgmax", .value = 8192},
	{.path = "kernel/msgmnb", .value = 16384},
	{.path = "kernel/msgmni", .value = IPC_SLOTS},
	{.path = "kernel/ngroups_max", .value = GROUPS_MAX},
	NUMBER("kernel/ns_last_pid", process_last_pid, 0, PID_MAX_LIMIT - 1),
	{.path = "kernel/osrelease", .text = uts[UTS_RELEASE]},
	{.path = "kernel/ostype", .text = "Linux"},
	{.path = "kernel/overflowgid", .value = 65534},
	{.path = "kernel/overflowuid", .value = 65534},
	NUMBER("kernel/pid_max", process_pid_max, 301, PID_MAX_LIMIT),
	{.path = "kernel/printk",
	 .show = show_printk,
	 .number = &log_console_level,
	 .most = INT32_MAX},
	{.path = "kernel/random/boot_id", .show = show_boot_id},
	{.path = "kernel/random/entropy_avail", .value = 256},
	{.path = "kernel/random/poolsize", .value = 256},
	{.path = "kernel/random/uuid", .show = show_uuid},
	NUMBER("kernel/randomize_va_space", space_random, 0, INT32_MAX),
	{.path = "kernel/sem", .text = "32000\t1024000000\t500\t256"},
	{.path = "kernel/shmall", .value = 1 << 24},
	{.path = "kernel/shmmax", .value = 1ul << 36},
	{.path = "kernel/shmmni", .value = IPC_SLOTS},
	{.path = "kernel/tainted", .value = 0},
	{.path = "kernel/threads-max", .show = show_threads_max},
	{.path = "kernel/version", .text = uts[UTS_VERSION]},
	{.path = "net/core/somaxconn", .value = 4096},
	{.path = "net/core/rmem_max", .value = 212992},
	{.path = "net/core/wmem_max", .value = 212992},
	NUMBER("net/ipv4/conf/lo/accept_local", ipv4_accept_local, 0, 1),
	NUMBER("net/ipv4/conf/lo/route_localnet", ipv4_route_localnet, 0, 1),
	{.path = "net/ipv4/ip_local_port_range",
	 .number = socket_ports,
	 .least = 1,
	 .most = UINT16_MAX,
	 .pair = true},
	{.path = "net/ipv4/ping_group_range",
	 .number = ping_groups,
	 .most = INT32_MAX,
	 .pair = true},
	{.path = "vm/max_map_count", .value = AREAS_MAX},
	{.path = "vm/mmap_min_addr", .value = MMAP_MIN_ADDR},
	{.path = "vm/overcommit_memory", .value = 1},
};

/* A file if settings[first].path ends after `prefix` bytes, else the directory of that prefix. */
struct sys_node {
	struct inode inode;
	size_t first, prefix;
};

static const struct inode_ops sys_ops;
static const struct object_ops sys_object_ops;

static struct sys_node *node_of(struct inode *i)
{
	return container_of(i, struct sys_node, inode);
}

static bool is_writable(const struct sysctl *s)
{
	return s->name || s->number;
}

static int make_node(size_t first, size_t prefix, struct inode **out)
{
	struct sys_node *n = kmem_zalloc(sizeof(*n));

	if (!n)
		return -ENOMEM;
	n->inode.object.ops = &sys_object_ops;
	n->inode.object.refs = 1;
	n->inode.ops = &sys_ops;
	n->inode.mode = !prefix || sysctls[first].path[prefix] ? S_IFDIR | 0555
			: is_writable(&sysctls[first])	       ? S_IFREG | 0644
							       : S_IFREG | 0444;
	n->inode.links = 1;
	n->inode.ino = (1ull << 60) + (first << 8) + prefix;
	n->first = first;
	n->prefix = prefix;
	*out = &n->inode;
	return 0;
}

int procfs_sys(struct inode **out)
{
	return make_node(0, 0, out);
}

/* The component after the directory's in setting `i`; NULL: it is not in there. */
static const char *name_in(const struct sys_node *d, size_t i, size_t *len)
{
	const char *path = sysctls[i].path, *name = path + d->prefix + (d->prefix != 0), *end;

	if (strncmp(path, sysctls[d->first].path, name - path) != 0)
		return NULL;
	end = strchr(name, '/');
	*len = end ? (size_t)(end - name) : strlen(name);
	return name;
}

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	const struct sys_node *d = node_of(dir);

	for (size_t i = d->first; i < ARRAY_SIZE(sysctls); i++) {
		size_t n;
		const char *here = name_in(d, i, &n);

		if (!here)
			break;
		if (n == len && memcmp(here, name, n) == 0)
			return make_node(i, (size_t)(here - sysctls[i].path) + n, out);
	}
	return -ENOENT;
}

static int readdir(struct inode *dir, uint64_t pos, readdir_visit visit, void *ctx)
{
	const struct sys_node *d = node_of(dir);
	const char *last = NULL;
	size_t last_len = 0;
	uint64_t at = 2;

	if (pos < 1 && !visit(ctx, ".", 1, 1, S_IFDIR, 1))
		return 0;
	if (pos < 2 && !visit(ctx, "..", 2, 2, S_IFDIR, 2))
		return 0;
	for (size_t i = d->first; i < ARRAY_SIZE(sysctls); i++) {
		size_t n;
		const char *name = name_in(d, i, &n);

		if (!name)
			break;
		if (last && n == last_len && memcmp(name, last, n) == 0)
			continue;
		last = name;
		last_len = n;
		if (++at > pos && !visit(ctx, name, n, at, name[n] ? S_IFDIR : S_IFREG, at))
			break;
	}
	return 0;
}

static struct inode *parent(struct inode *dir)
{
	struct sys_node *d = node_of(dir);
	size_t prefix = d->prefix;
	struct inode *up = NULL;

	if (!prefix)
		up = procfs_root();
	while (prefix && sysctls[d->first].path[--prefix] != '/')
		;
	if (!up && make_node(d->first, prefix, &up) < 0)
		up = inode_get(dir);
	return up;
}

static long read(struct inode *inode, uint64_t pos, struct uio *u)
{
	const struct sysctl *s = &sysctls[node_of(inode)->first];
	char line[LINE_MAX];
	struct text t = {.at = line, .size = sizeof(line)};

	if (s->show)
		s->show(&t);
	else if (s->name || s->text)
		text_add(&t, "%s\n", s->name ? s->name : s->text);
	else if (s->pair)
		text_add(&t, "%lu\t%lu\n", s->number[0], s->number[1]);
	else
		text_add(&t, "%lu\n", s->number ? *s->number : s->value);
	return procfs_read_text(line, t.len, pos, u);
}

/* Parses the next number of a line. */
static int parse_number(const struct sysctl *s, const char **at, uint64_t *out)
{
	const char *line = *at;
	uint64_t n = 0;

	while (*line == ' ' || *line == '\t')
		line++;
	if (*line < '0' || *line > '9')
		return -EINVAL;
	for (; *line >= '0' && *line <= '9'; line++) {
		n = n * 10 + (uint64_t)(*line - '0');
		if (n > s->most)
			return -EINVAL;
	}
	if (*line && *line != ' ' && *line != '\t')
		return -EINVAL;
	if (n < s->least)
		return -EINVAL;
	*at = line;
	*out = n;
	return 0;
}

/* Further words, as kernel/printk accepts, have no effect. */
static int set_number(const struct sysctl *s, const char *line)
{
	uint64_t n[2];
	int err = parse_number(s, &line, &n[0]);

	if (!err && s->pair)
		err = parse_number(s, &line, &n[1]);
	/* Groups may be none at all. */
	if (!err && s->pair && s->least && n[1] < n[0])
		err = -EINVAL;
	if (err)
		return err;
	s->number[0] = n[0];
	if (s->pair)
		s->number[1] = n[1];
	return 0;
}

/* Takes one line, without its newline. */
static long write(struct inode *inode, uint64_t pos, struct uio *u)
{
	const struct sysctl *s = &sysctls[node_of(inode)->first];
	char line[UTS_LEN];
	size_t all = u->left, len = MIN(all, sizeof(line) - 1);
	int err;

	if (!is_writable(s))
		return procfs_refuse_write(inode, pos, u);
	/* As on Linux the mode bits decide; for names CAP_SYS_ADMIN as well. */
	if (s->name && !capable(CAP_SYS_ADMIN))
		return -EPERM;
	err = uio_copy_from(u, line, len);
	if (err)
		return err;
	for (size_t i = 0; i < len; i++)
		if (line[i] == '\n')
			len = i;
	line[len] = '\0';
	if (s->number) {
		return set_number(s, line) ?: (long)all;
	}
	memset(s->name, 0, UTS_LEN);
	memcpy(s->name, line, len);
	return (long)all;
}

static int truncate(struct inode *inode, uint64_t size)
{
	return is_writable(&sysctls[node_of(inode)->first]) ? 0
							    : procfs_refuse_truncate(inode, size);
}

static const struct inode_ops sys_ops = {
	.lookup = lookup,
	.readdir = readdir,
	.parent = parent,
	.read = read,
	PROCFS_REFUSALS,
	.write = write,
	.truncate = truncate,
};

static void release_node(struct object *o)
{
	kmem_free(container_of(o, struct sys_node, inode.object));
}

static const struct object_ops sys_object_ops = {
	.page = procfs_no_pages,
	.release = release_node,
};
