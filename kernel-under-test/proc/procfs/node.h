/* Private to procfs: what its two kinds of directories share. */
#pragma once

#include "fs/inode.h"
#include "proc/procfs/text.h"

/* What a node of /proc is. */
enum kind {
	ROOT,	 /* /proc */
	PROCESS, /* /proc/PID */
	TEXT,	 /* a file of either */
	SELF,	 /* /proc/self, or with `which` 1 /proc/thread-self, 2 /proc/net, 3 /proc/mounts */
	LINK,	 /* exe, cwd, root of a process */
	FDS,	 /* /proc/PID/fd */
	FD,	 /* /proc/PID/fd/N */
	FDINFOS, /* /proc/PID/fdinfo */
	FDINFO,	 /* /proc/PID/fdinfo/N */
	NETS,	 /* /proc/PID/net, and /proc/sysvipc, which is nobody's */
	NET,	 /* a file in it */
	TASKS,	 /* /proc/PID/task */
		 /* /proc/PID/task/TID is a PROCESS, and what is in it as there, with a thread. */
};

/* Made by a lookup, gone with its last reference; the process is looked up at each use. */
struct proc_node {
	struct inode inode;
	enum kind kind;
	int pid, tid;	 /* tid: of one thread; 0: of all */
	uint64_t serial; /* the process's: numbers are used again */
	int which;	 /* TEXT: index of the file; LINK: of the link; FD: the descriptor */
	char target[256];
	uint32_t mounts_seen; /* of mount_changes, by whoever opened it */
	/* A part of a text and where it begins: the next read is likely to go on there. */
	uint64_t part, part_at;
};

static inline struct proc_node *procfs_node(struct inode *i)
{
	return container_of(i, struct proc_node, inode);
}

/* The process it was made for, or NULL; it may be a zombie. */
static inline struct process *procfs_owner(const struct proc_node *n)
{
	struct process *p = process_find_any(n->pid);

	return p && p->serial == n->serial ? p : NULL;
}

static inline struct process *procfs_living(const struct proc_node *n)
{
	struct process *p = procfs_owner(n);

	return p && !p->zombie ? p : NULL;
}

/* Nothing can be made, moved or taken away in /proc. */
int procfs_refuse_create(struct inode *dir, const char *name, size_t len, uint32_t mode,
			 uint64_t device, struct inode **out);
int procfs_refuse_symlink(struct inode *dir, const char *name, size_t len, const char *to);
int procfs_refuse_link(struct inode *dir, const char *name, size_t len, struct inode *to);
int procfs_refuse_unlink(struct inode *dir, const char *name, size_t len, bool directory);
int procfs_refuse_rename(struct inode *from, const char *name, size_t len, struct inode *to,
			 const char *new_name, size_t new_len, unsigned int flags);
long procfs_refuse_write(struct inode *inode, uint64_t pos, struct uio *u);
int procfs_refuse_truncate(struct inode *inode, uint64_t size);
/* It is read, not mapped. */
int procfs_no_pages(struct object *o, uint64_t index, enum page_use use, struct page **out);

#define PROCFS_REFUSALS                                                                            \
	.create = procfs_refuse_create, .symlink = procfs_refuse_symlink,                          \
	.link = procfs_refuse_link, .unlink = procfs_refuse_unlink, .rename = procfs_refuse_rename

/* A decimal number without a sign or leading zeros, or -1. */
int procfs_number(const char *name, size_t len);

/* The part of a text of `len` bytes that is asked for: how many bytes, or -errno. */
long procfs_read_text(const char *text, size_t len, uint64_t pos, struct uio *u);

/* /proc itself, with a reference; NULL when it was unmounted. */
struct inode *procfs_root(void);
/* /proc/sys. */
int procfs_sys(struct inode **out);

/* file.c. Whom a node is about; false: he is gone. */
bool procfs_subject(const struct proc_node *n, struct proc_subject *s);
/* The process of /proc/PID or a file in it, if it has ended and was not waited for; else NULL. */
const struct process *procfs_zombie(const struct proc_node *n);
long procfs_read(struct inode *inode, uint64_t pos, struct uio *u);
long procfs_write(struct inode *inode, uint64_t pos, struct uio *u);
uint32_t procfs_poll(struct inode *inode, struct poll_entry *e);
int procfs_truncate(struct inode *inode, uint64_t size);
