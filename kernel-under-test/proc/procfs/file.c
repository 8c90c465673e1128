/* Reading, writing and polling files of /proc. */
#include "fs/mount.h"
#include "fs/poll.h"
#include "ipc/inotify.h"
#include "lib/errno.h"
#include "mm/kmem.h"
#include "proc/procfs/node.h"

bool procfs_subject(const struct proc_node *n, struct proc_subject *s)
{
	s->process = n->pid ? procfs_living(n) : process_current();
	s->alone = n->tid;
	if (!s->process || list_empty(&s->process->threads))
		return false;
	s->thread = !n->pid  ? thread_current()
		    : n->tid ? thread_find(n->tid)
			     : process_any_thread(s->process);
	return s->thread && s->thread->process == s->process;
}

const struct process *procfs_zombie(const struct proc_node *n)
{
	const struct process *p = procfs_owner(n);

	return p && p->zombie && !n->tid && (n->kind == PROCESS || n->kind == TEXT) ? p : NULL;
}

static void describe_file(struct text *t, const struct file *f, bool cloexec)
{
	struct inotify_watched w;

	text_add(t, "pos:\t%lu\nflags:\t0%lo\nmnt_id:\t%d\nino:\t%lu\n", f->pos,
		 (uint64_t)file_user_flags(f) | (cloexec ? O_CLOEXEC : 0), 1,
		 f->inode ? f->inode->ino : 1);
	if (!inotify_is(f))
		return;
	for (size_t i = 0; inotify_get(f, i, &w); i++)
		text_add(t, "inotify wd:%d ino:%lx sdev:%lx mask:%x ignored_mask:0\n", w.wd,
			 w.inode->ino, w.inode->volume ? w.inode->volume->number : 1, w.mask);
}

/* The operations of a file beside reading its text. */
static const struct proc_file *file_of(const struct proc_node *n)
{
	static const struct proc_file text;

	return n->kind == TEXT && n->pid ? &proc_process_files[n->which] : &text;
}

/*
 * Generates the part of the text that is asked for, within the text's capacity. Returns the offset
 * at which `t` begins.
 */
static uint64_t make(struct text *t, struct proc_node *n, const struct proc_subject *s,
		     uint64_t pos, size_t wanted)
{
	uint64_t base = n->part_at <= pos ? n->part_at : 0;

	t->part = base ? n->part : 0;
	for (;;) {
		t->enough = MIN(pos - base + wanted, TEXT_MAX - TEXT_PART_MAX);
		t->len = t->part_at = 0;
		(n->pid ? proc_process_files : proc_system_files)[n->which].show(t, s);
		n->part_at = base + t->part_at;
		n->part = t->part;
		if (t->len > pos - base || !t->part_at)
			return base;
		base = n->part_at;
	}
}

long procfs_read(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct proc_node *n = procfs_node(inode);
	struct proc_subject s;
	struct file *f;
	uint64_t base = 0;
	struct text t;
	long done;

	if (file_of(n)->transfer)
		return procfs_subject(n, &s) ? file_of(n)->transfer(&s, pos, u, false) : 0;
	t = (struct text){.at = kmem_alloc(TEXT_MAX), .size = TEXT_MAX};
	if (!t.at)
		return -ENOMEM;
	if (!procfs_subject(n, &s)) {
		if (!procfs_zombie(n)) {
			kmem_free(t.at);
			return -ESRCH;
		}
		proc_zombie(&t, proc_process_files[n->which].name, procfs_zombie(n));
	} else if (n->kind == FDINFO) {
		f = files_find_get(s.process->files, (uint64_t)n->which);
		if (f) {
			describe_file(&t, f,
				      files_is_cloexec(s.process->files, (uint32_t)n->which));
			file_put(f);
		}
	} else if (n->kind == NET) {
		(n->pid ? proc_net_files : proc_sysv_files)[n->which].show(&t, &s);
	} else {
		base = make(&t, n, &s, pos, u->left);
	}
	done = procfs_read_text(t.at, t.len, pos - base, u);
	kmem_free(t.at);
	return done;
}

/* /proc/mounts and mountinfo: reports changes of the mount table since the last poll. */
uint32_t procfs_poll(struct inode *inode, struct poll_entry *e)
{
	struct proc_node *n = procfs_node(inode);
	const struct proc_file *files = n->pid ? proc_process_files : proc_system_files;
	uint32_t seen = n->mounts_seen;

	if (n->kind != TEXT ||
	    (files[n->which].show != proc_mounts && files[n->which].show != proc_mountinfo))
		return 0;
	poll_add(e, &mount_watchers);
	n->mounts_seen = mount_changes;
	return POLL_READABLE | (seen == mount_changes ? 0 : POLL_ERR | POLL_PRI);
}

#define WRITTEN_MAX 64

/* A write counts as the whole text, whatever its offset. */
long procfs_write(struct inode *inode, uint64_t pos, struct uio *u)
{
	struct proc_node *n = procfs_node(inode);
	size_t len = MIN(u->left, (size_t)WRITTEN_MAX - 1), all = u->left;
	char text[WRITTEN_MAX];
	struct proc_subject s;
	int err;

	if (file_of(n)->transfer)
		return procfs_subject(n, &s) ? file_of(n)->transfer(&s, pos, u, true) : 0;
	if (!file_of(n)->store)
		return procfs_refuse_write(inode, pos, u);
	if (!procfs_subject(n, &s))
		return -ESRCH;
	err = uio_copy_from(u, text, len);
	if (err)
		return err;
	text[len] = '\0';
	return file_of(n)->store(text, &s) ?: (long)all;
}

int procfs_truncate(struct inode *inode, uint64_t size)
{
	const struct proc_node *n = procfs_node(inode);

	return file_of(n)->store || file_of(n)->transfer ? 0 : procfs_refuse_truncate(inode, size);
}
