#include "proc/procfs/procfs.h"

#include "fs/credentials.h"
#include "fs/mount.h"
#include "fs/volume.h"
#include "ipc/pipe.h"
#include "lib/errno.h"
#include "lib/printf.h"
#include "lib/string.h"
#include "mm/kmem.h"
#include "proc/procfs/node.h"
#include "proc/procfs/text.h"

#define PROC_MAGIC 0x9fa0

static const char *const root_links[] = {"self", "thread-self", "net", "mounts"};
static const char *const links[] = {"exe", "cwd", "root"};

/* Directories in /proc/PID; a thread has all but the last. */
static const struct {
	const char *name;
	enum kind kind;
} directories[] = {{"fd", FDS}, {"fdinfo", FDINFOS}, {"net", NETS}, {"task", TASKS}};

static size_t directory_count(const struct proc_node *n)
{
	return ARRAY_SIZE(directories) - (n->tid != 0);
}

static struct volume volume;
static const struct inode_ops node_ops;
static const struct object_ops object_ops;

static uint32_t mode_of(enum kind kind, bool system, int which)
{
	static const uint32_t modes[] = {
		[ROOT] = S_IFDIR | 0555,    [PROCESS] = S_IFDIR | 0555, [SELF] = S_IFLNK | 0777,
		[LINK] = S_IFLNK | 0777,    [FDS] = S_IFDIR | 0500,	[FD] = S_IFLNK | 0700,
		[FDINFOS] = S_IFDIR | 0555, [FDINFO] = S_IFREG | 0444,	[TASKS] = S_IFDIR | 0555,
		[NETS] = S_IFDIR | 0555,    [NET] = S_IFREG | 0444,
	};

	if (kind != TEXT)
		return modes[kind];
	if (!system && proc_process_files[which].transfer)
		return S_IFREG | (proc_process_files[which].transfer == proc_pagemap ? 0400 : 0600);
	return S_IFREG | (!system && proc_process_files[which].store ? 0644 : 0444);
}

/* Makes a node. Below /proc/PID those of a process as a whole have `tid` 0. */
static int make(enum kind kind, int pid, int tid, int which, struct inode **out)
{
	struct proc_node *n = kmem_zalloc(sizeof(*n));
	struct process *p = pid ? process_find_any(pid) : NULL;

	if (!n)
		return -ENOMEM;
	n->inode.object.ops = &object_ops;
	n->inode.object.refs = 1;
	n->inode.ops = &node_ops;
	n->inode.mode = mode_of(kind, !pid, which);
	n->inode.links = 1;
	n->mounts_seen = mount_changes;
	n->inode.volume = &volume;
	/* Fixed for each place, so that a directory can be found in its parent. */
	n->inode.ino = 1 + ((uint64_t)(tid ? tid : pid) << 24) + ((uint64_t) !!tid << 20) +
		       ((uint64_t)kind << 16) + (uint64_t)which;
	n->kind = kind;
	n->pid = pid;
	n->tid = tid;
	n->serial = p ? p->serial : 0;
	if (p && !list_empty(&p->threads)) {
		n->inode.uid = process_any_thread(p)->cred->euid;
		n->inode.gid = process_any_thread(p)->cred->egid;
	}
	n->which = which;
	*out = &n->inode;
	return 0;
}

static bool name_is(const char *name, size_t len, const char *text)
{
	return strlen(text) == len && memcmp(name, text, len) == 0;
}

static int find_file(const struct proc_file *files, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (name_is(name, len, files[i].name))
			return (int)i;
	return -1;
}

static int find_name(const char *const *names, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (name_is(name, len, names[i]))
			return (int)i;
	return -1;
}

static int lookup_root(const char *name, size_t len, struct inode **out)
{
	const struct thread *t;
	int i = find_name(root_links, ARRAY_SIZE(root_links), name, len);

	if (i >= 0)
		return make(SELF, 0, 0, i, out);
	if (name_is(name, len, "sys"))
		return procfs_sys(out);
	if (name_is(name, len, "sysvipc"))
		return make(NETS, 0, 0, 0, out);
	i = find_file(proc_system_files, proc_system_count, name, len);
	if (i >= 0)
		return make(TEXT, 0, 0, i, out);
	i = procfs_number(name, len);
	if (process_find_any(i))
		return make(PROCESS, i, 0, 0, out);
	t = thread_find(i);
	return t ? make(PROCESS, t->process->pid, i, 0, out) : -ENOENT;
}

static int lookup(struct inode *dir, const char *name, size_t len, struct inode **out)
{
	const struct proc_node *d = procfs_node(dir);
	struct proc_subject s;
	struct thread *t;
	int i;

	if (d->kind == ROOT)
		return lookup_root(name, len, out);
	if (!procfs_subject(d, &s)) {
		i = find_file(proc_process_files, proc_process_count, name, len);
		return i >= 0 && procfs_zombie(d) ? make(TEXT, d->pid, 0, i, out)
		       : procfs_owner(d)	  ? -ENOENT
						  : -ESRCH;
	}
	i = procfs_number(name, len);
	if (d->kind == FDS || d->kind == FDINFOS) {
		if (i < 0 || !files_find(s.process->files, (uint64_t)i))
			return -ENOENT;
		return make(d->kind == FDS ? FD : FDINFO, d->pid, d->tid, i, out);
	}
	if (d->kind == NETS) {
		i = d->pid ? find_file(proc_net_files, proc_net_count, name, len)
			   : find_file(proc_sysv_files, PROC_SYSV_COUNT, name, len);
		return i >= 0 ? make(NET, d->pid, d->tid, i, out) : -ENOENT;
	}
	if (d->kind == TASKS) {
		t = i > 0 ? thread_find(i) : NULL;
		return t && t->process == s.process ? make(PROCESS, d->pid, i, 0, out) : -ENOENT;
	}
	for (size_t n = 0; n < directory_count(d); n++)
		if (name_is(name, len, directories[n].name))
			return make(directories[n].kind, d->pid, d->tid, 0, out);
	i = find_file(proc_process_files, proc_process_count, name, len);
	if (i >= 0)
		return make(TEXT, d->pid, d->tid, i, out);
	i = find_name(links, ARRAY_SIZE(links), name, len);
	return i >= 0 ? make(LINK, d->pid, d->tid, i, out) : -ENOENT;
}

struct listing {
	uint64_t at, from;
	readdir_visit visit;
	void *ctx;
	bool full;
};

/* Emits names in a fixed order, skipping those before `from`. */
static bool emit(struct listing *l, const char *name, uint32_t mode)
{
	l->at++;
	if (!l->full && l->at > l->from)
		l->full = !l->visit(l->ctx, name, strlen(name), l->at, mode, l->at);
	return !l->full;
}

static bool emit_process(struct process *p, void *ctx)
{
	char name[12];

	format(name, sizeof(name), "%d", p->pid);
	return emit(ctx, name, S_IFDIR);
}

static void list_fds(struct listing *l, const struct process *p, uint32_t mode)
{
	char name[12];

	for (uint32_t fd = 0; fd < p->files->capacity; fd++) {
		if (!p->files->slots[fd])
			continue;
		/* Offsets are descriptors, so closing what was listed skips none. */
		l->at = 2 + fd;
		format(name, sizeof(name), "%u", fd);
		emit(l, name, mode);
	}
}

static void list_threads(struct listing *l, const struct process *p)
{
	const struct thread *t;
	char name[12];

	list_for_each (t, &p->threads, sibling) {
		format(name, sizeof(name), "%d", t->tid);
		emit(l, name, S_IFDIR);
	}
}

static int readdir(struct inode *dir, uint64_t pos, readdir_visit visit, void *ctx)
{
	struct listing l = {0, pos, visit, ctx, false};
	struct proc_node *d = procfs_node(dir);
	struct process *p = procfs_living(d);
	const struct proc_file *files = d->kind == ROOT	  ? proc_system_files
					: d->kind != NETS ? proc_process_files
					: d->pid	  ? proc_net_files
							  : proc_sysv_files;
	size_t count = d->kind == ROOT	 ? proc_system_count
		       : d->kind != NETS ? proc_process_count
		       : d->pid		 ? proc_net_count
					 : PROC_SYSV_COUNT;

	emit(&l, ".", S_IFDIR);
	emit(&l, "..", S_IFDIR);
	if (d->pid && !p && !procfs_zombie(d))
		return 0;
	if (d->kind == FDS || d->kind == FDINFOS) {
		if (p)
			list_fds(&l, p, d->kind == FDS ? S_IFLNK : S_IFREG);
		return 0;
	}
	if (d->kind == TASKS) {
		if (p)
			list_threads(&l, p);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		emit(&l, files[i].name, S_IFREG);
	if (d->kind == ROOT) {
		for (size_t i = 0; i < ARRAY_SIZE(root_links); i++)
			emit(&l, root_links[i], S_IFLNK);
		emit(&l, "sys", S_IFDIR);
		emit(&l, "sysvipc", S_IFDIR);
		process_for_each_any(emit_process, &l);
	} else if (p && d->kind == PROCESS) {
		for (size_t i = 0; i < ARRAY_SIZE(links); i++)
			emit(&l, links[i], S_IFLNK);
		for (size_t i = 0; i < directory_count(d); i++)
			emit(&l, directories[i].name, S_IFDIR);
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
	struct proc_node *d = procfs_node(dir);
	struct inode *up;

	if (d->pid && d->kind != PROCESS && make(PROCESS, d->pid, d->tid, 0, &up) == 0)
		return up;
	if (d->kind == PROCESS && d->tid && make(TASKS, d->pid, 0, 0, &up) == 0)
		return up;
	/* Unmounted: a process still inside has no parent directory. */
	return inode_get(proc_root ? proc_root : dir);
}

/* A name for a file without one: its kind and anonymous inode number. */
static void anon_name(const struct file *f, char *out, size_t size)
{
	const char *kind = f->ops->kind ? f->ops->kind : "anon_inode:[]";
	uint64_t number = file_anon_ino(f->data);

	if (strchr(kind, ':'))
		format(out, size, "%s", kind);
	else
		format(out, size, "%s:[%lu]", kind, number);
}

static const char *target(struct inode *inode)
{
	struct proc_node *n = procfs_node(inode);
	struct process *p = n->kind == SELF ? process_current() : procfs_living(n);
	struct file *f;

	n->target[0] = '\0';
	if (!p)
		return n->target;
	if (n->kind == SELF) {
		if (n->which >= 2)
			format(n->target, sizeof(n->target), "self/%s", root_links[n->which]);
		else if (n->which)
			format(n->target, sizeof(n->target), "%d/task/%d", p->pid,
			       thread_current()->tid);
		else
			format(n->target, sizeof(n->target), "%d", p->pid);
	} else if (n->kind == FD) {
		f = files_find_get(p->files, (uint64_t)n->which);
		if (f && (!f->inode ||
			  path_of_inode(p->root, f->inode, n->target, sizeof(n->target)) < 0))
			anon_name(f, n->target, sizeof(n->target));
		if (f)
			file_put(f);
	} else if (n->which == 0) {
		path_of_inode(p->root, p->exe, n->target, sizeof(n->target));
	} else {
		path_of_dir(p->root, n->which == 1 ? p->cwd : p->root, n->target,
			    sizeof(n->target));
	}
	return n->target;
}

static int follow(struct inode *inode, struct inode **out)
{
	struct proc_node *n = procfs_node(inode);
	struct process *p = procfs_living(n);
	struct file *f;
	int err = 0;

	if (n->kind == SELF)
		return 0;
	if (!p)
		return -ENOENT;
	if (n->kind == LINK) {
		*out = inode_get(n->which == 0 ? p->exe : n->which == 1 ? p->cwd : p->root);
		return 0;
	}
	f = files_find_get(p->files, (uint64_t)n->which);
	if (!f)
		return -ENOENT;
	if (f->inode)
		*out = inode_get(f->inode);
	else
		err = pipe_inode(f, out);
	file_put(f);
	return err;
}

static const struct inode_ops node_ops = {
	.lookup = lookup,
	.readdir = readdir,
	.parent = parent,
	.target = target,
	.follow = follow,
	.poll = procfs_poll,
	.read = procfs_read,
	PROCFS_REFUSALS,
	.write = procfs_write,
	.truncate = procfs_truncate,
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

/* A single instance, however often it is mounted: its nodes are made on demand. */
static struct inode *create(void)
{
	if (proc_root)
		return inode_get(proc_root);
	return make(ROOT, 0, 0, 0, &proc_root) < 0 ? NULL : proc_root;
}

void procfs_init(const char *cmdline)
{
	proc_kernel_cmdline = cmdline;
	volume_init_memory(&volume, PROC_MAGIC);
	filesystem_register("proc", create);
}

int procfs_process(const struct inode *inode, struct process **out)
{
	const struct proc_node *n;

	if (!inode || inode->ops != &node_ops)
		return -EBADF;
	n = container_of(inode, struct proc_node, inode);
	*out = procfs_owner(n);
	return n->kind == PROCESS && !n->tid ? 0 : -EBADF;
}
