#include "proc/procfs.h"

#include "fs/credentials.h"
#include "fs/mount.h"
#include "fs/volume.h"
#include "ipc/pipe.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "proc/procfs_node.h"
#include "proc/procfs_text.h"

#define PROC_MAGIC 0x9fa0

enum kind {
	ROOT,	 /* /proc */
	PROCESS, /* /proc/PID */
	TEXT,	 /* a file of either */
	SELF,	 /* /proc/self */
	LINK,	 /* exe, cwd, root of a process */
	FDS,	 /* /proc/PID/fd */
	FD,	 /* /proc/PID/fd/N */
};

/* Made by a lookup, gone with its last reference; the process is looked up at each use. */
struct proc_node {
	struct inode inode;
	enum kind kind;
	int pid;
	int which; /* TEXT: index of the file; LINK: of the link; FD: the descriptor */
	char target[256];
};

static const char *const links[] = {"exe", "cwd", "root"};

static struct volume volume;
static const struct inode_ops node_ops;
static const struct object_ops object_ops;

static struct proc_node *node_of(struct inode *i)
{
	return container_of(i, struct proc_node, inode);
}

static int make(enum kind kind, int pid, int which, struct inode **out)
{
	static const uint32_t modes[] = {
		[ROOT] = S_IFDIR | 0555, [PROCESS] = S_IFDIR | 0555, [TEXT] = S_IFREG | 0444,
		[SELF] = S_IFLNK | 0777, [LINK] = S_IFLNK | 0777,    [FDS] = S_IFDIR | 0500,
		[FD] = S_IFLNK | 0700,
	};
	struct proc_node *n = kmem_zalloc(sizeof(*n));
	struct process *p = pid ? process_find(pid) : NULL;

	if (!n)
		return -ENOMEM;
	n->inode.object.ops = &object_ops;
	n->inode.object.refs = 1;
	n->inode.ops = &node_ops;
	n->inode.mode = modes[kind];
	n->inode.links = 1;
	n->inode.volume = &volume;
	/* One number for each place, so that a directory can be found again in the one above. */
	n->inode.ino = 1 + ((uint64_t)pid << 20) + ((uint64_t)kind << 12) + (uint64_t)which;
	n->kind = kind;
	n->pid = pid;
	if (p && !list_empty(&p->threads)) {
		n->inode.uid = process_first_thread(p)->cred->euid;
		n->inode.gid = process_first_thread(p)->cred->egid;
	}
	n->which = which;
	*out = &n->inode;
	return 0;
}

static bool name_is(const char *name, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(name, text, len) == 0;
}

/* A decimal number without a sign or leading zeros, or -1. */
static int number(const char *name, size_t len)
{
	int v = 0;

	if (!len || len > 7 || (name[0] == '0' && len > 1))
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < '0' || name[i] > '9')
			return -1;
		v = v * 10 + (name[i] - '0');
	}
	return v;
}

static int find_file(const struct proc_file *files, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (name_is(name, len, files[i].name))
			return (int)i;
	return -1;
}

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	struct proc_node *d = node_of(dir);
	struct process *p;
	int i;

	if (d->kind == ROOT) {
		if (name_is(name, len, "self"))
			return make(SELF, 0, 0, out);
		if (name_is(name, len, "sys"))
			return procfs_sys(out);
		i = find_file(proc_system_files, proc_system_count, name, len);
		if (i >= 0)
			return make(TEXT, 0, i, out);
		i = number(name, len);
		return i > 0 && process_find(i) ? make(PROCESS, i, 0, out) : -ENOENT;
	}
	p = process_find(d->pid);
	if (!p)
		return -ENOENT;
	if (d->kind == FDS) {
		i = number(name, len);
		return i >= 0 && files_find(p->files, (uint64_t)i) ? make(FD, d->pid, i, out)
								   : -ENOENT;
	}
	if (name_is(name, len, "fd"))
		return make(FDS, d->pid, 0, out);
	i = find_file(proc_process_files, proc_process_count, name, len);
	if (i >= 0)
		return make(TEXT, d->pid, i, out);
	for (i = 0; i < (int)ARRAY_SIZE(links); i++)
		if (name_is(name, len, links[i]))
			return make(LINK, d->pid, i, out);
	return -ENOENT;
}

struct listing {
	uint64_t at, from;
	dir_visit visit;
	void *ctx;
	bool full;
};

/* Names in a fixed order; those before `from` have been taken before. */
static bool offer(struct listing *l, const char *name, uint32_t mode)
{
	l->at++;
	if (!l->full && l->at > l->from)
		l->full = !l->visit(l->ctx, name, strlen(name), l->at, mode, l->at);
	return !l->full;
}

static bool offer_process(struct process *p, void *ctx)
{
	char name[12];

	format(name, sizeof(name), "%d", p->pid);
	return offer(ctx, name, S_IFDIR);
}

static void list_fds(struct listing *l, const struct process *p)
{
	char name[12];

	for (uint32_t fd = 0; fd < p->files->capacity; fd++) {
		if (!p->files->slots[fd])
			continue;
		format(name, sizeof(name), "%u", fd);
		offer(l, name, S_IFLNK);
	}
}

static int list(struct inode *dir, uint64_t pos, dir_visit visit, void *ctx)
{
	struct listing l = {0, pos, visit, ctx, false};
	struct proc_node *d = node_of(dir);
	struct process *p = process_find(d->pid);
	const struct proc_file *files = d->kind == ROOT ? proc_system_files : proc_process_files;
	size_t count = d->kind == ROOT ? proc_system_count : proc_process_count;

	offer(&l, ".", S_IFDIR);
	offer(&l, "..", S_IFDIR);
	if (d->kind == FDS) {
		if (p)
			list_fds(&l, p);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		offer(&l, files[i].name, S_IFREG);
	if (d->kind == ROOT) {
		offer(&l, "self", S_IFLNK);
		offer(&l, "sys", S_IFDIR);
		process_each(offer_process, &l);
	} else {
		for (size_t i = 0; i < ARRAY_SIZE(links); i++)
			offer(&l, links[i], S_IFLNK);
		offer(&l, "fd", S_IFDIR);
	}
	return 0;
}

static struct inode *proc_root;

struct inode *procfs_root(void)
{
	return proc_root ? inode_get(proc_root) : NULL;
}

static struct inode *parent(struct inode *dir)
{
	struct proc_node *d = node_of(dir);
	struct inode *up;

	if (d->kind == FDS && make(PROCESS, d->pid, 0, &up) == 0)
		return up;
	/* Who stays when it has been unmounted has nowhere to go. */
	return inode_get(proc_root ? proc_root : dir);
}

/* Of what has no name: its kind, and the same number for all that share it. */
static void name_nameless(const struct file *f, char *out, size_t size)
{
	const char *kind = f->ops->kind ? f->ops->kind : "anon_inode:[]";
	uint64_t number = (uint64_t)f->data * 0x9e3779b97f4a7c15ull >> 40;

	if (strchr(kind, ':'))
		format(out, size, "%s", kind);
	else
		format(out, size, "%s:[%lu]", kind, number);
}

static const char *target(struct inode *inode)
{
	struct proc_node *n = node_of(inode);
	struct process *p = n->kind == SELF ? process_current() : process_find(n->pid);
	struct file *f;

	n->target[0] = '\0';
	if (!p)
		return n->target;
	if (n->kind == SELF) {
		format(n->target, sizeof(n->target), "%d", p->pid);
	} else if (n->kind == FD) {
		f = files_find(p->files, (uint64_t)n->which);
		if (f &&
		    (!f->inode || file_path(p->root, f->inode, n->target, sizeof(n->target)) < 0))
			name_nameless(f, n->target, sizeof(n->target));
	} else if (n->which == 0) {
		file_path(p->root, p->exe, n->target, sizeof(n->target));
	} else {
		path_name(p->root, n->which == 1 ? p->cwd : p->root, n->target, sizeof(n->target));
	}
	return n->target;
}

static int follow(struct inode *inode, struct inode **out)
{
	struct proc_node *n = node_of(inode);
	struct process *p = process_find(n->pid);
	struct file *f;

	if (n->kind == SELF)
		return 0;
	if (!p)
		return -ENOENT;
	if (n->kind == LINK) {
		*out = inode_get(n->which == 0 ? p->exe : n->which == 1 ? p->cwd : p->root);
		return 0;
	}
	f = files_find(p->files, (uint64_t)n->which);
	if (!f)
		return -ENOENT;
	if (!f->inode)
		return pipe_inode(f, out);
	*out = inode_get(f->inode);
	return 0;
}

static long read(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct proc_node *n = node_of(inode);
	struct process *p = n->pid ? process_find(n->pid) : process_current();
	const struct proc_file *file =
		n->pid ? &proc_process_files[n->which] : &proc_system_files[n->which];
	struct text t = {kmem_alloc(TEXT_MAX), TEXT_MAX, 0};
	long done;

	if (!p || !t.at) {
		kmem_free(t.at);
		return p ? -ENOMEM : -ESRCH;
	}
	file->make(&t, p);
	done = procfs_read_text(t.at, t.len, pos, u);
	kmem_free(t.at);
	return done;
}

static const struct inode_ops node_ops = {
	.lookup = lookup,
	.list = list,
	.parent = parent,
	.target = target,
	.follow = follow,
	.read = read,
	PROCFS_REFUSALS,
};

static void release(struct object *o)
{
	struct proc_node *n = container_of(o, struct proc_node, inode.object);

	if (&n->inode == proc_root)
		proc_root = NULL;
	kmem_free(n);
}

static const struct object_ops object_ops = {
	.page = procfs_no_pages,
	.release = release,
};

/* There is one, however often it is mounted: all that is in it is made when looked at. */
static struct inode *create(void)
{
	if (proc_root)
		return inode_get(proc_root);
	return make(ROOT, 0, 0, &proc_root) < 0 ? NULL : proc_root;
}

void procfs_init(void)
{
	volume_init_memory(&volume, PROC_MAGIC);
	filesystem_register("proc", create);
}
