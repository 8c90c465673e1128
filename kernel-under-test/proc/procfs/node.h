/* Private to procfs: its inodes. */
#pragma once

#include "fs/inode.h"
#include "proc/procfs/text.h"

/* Kinds of nodes. */
enum kind {
	ROOT,	 /* /proc */
	PROCESS, /* /proc/PID */
	TEXT,	 /* a file in one of these */
	SELF,	 /* /proc/self; `which` 1: /proc/thread-self, 2: /proc/net, 3: /proc/mounts */
	LINK,	 /* exe, cwd, root in /proc/PID */
	FDS,	 /* /proc/PID/fd */
	FD,	 /* /proc/PID/fd/N */
	FDINFOS, /* /proc/PID/fdinfo */
	FDINFO,	 /* /proc/PID/fdinfo/N */
	NETS,	 /* /proc/PID/net; without a pid /proc/sysvipc */
	NET,	 /* a file in one of these */
	TASKS,	 /* /proc/PID/task */
		 /* /proc/PID/task/TID is a PROCESS with a tid. */
};

/* Made by a lookup and freed with its last reference. Refers to its process by pid and serial. */
struct proc_node {
	struct inode inode;
	enum kind kind;
	int pid, tid;	 /* 0: the process as a whole */
	uint64_t serial; /* of the process, since pids are reused */
	int which;	 /* index of the file or link; FD and FDINFO: the descriptor */
	char target[256];
	uint32_t mounts_seen; /* mount_changes when it was last polled */
	/*
	 * The part of the text at which the last read stopped, and that part's offset: the next
	 * read is likely to go on there.
	 */
	uint64_t part, part_at;
};

static inline struct proc_node *procfs_node(struct inode *i)
{
	return container_of(i, struct proc_node, inode);
}

/* The process it was made for, possibly a zombie; NULL: reaped. */
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

/* Nothing can be created, moved or removed in /proc. */
int procfs_refuse_create(struct inode *dir, const char *name, size_t len, uint32_t mode,
			 uint64_t device, struct inode **out);
int procfs_refuse_symlink(struct inode *dir, const char *name, size_t len, const char *to);
int procfs_refuse_link(struct inode *dir, const char *name, size_t len, struct inode *to);
int procfs_refuse_unlink(struct inode *dir, const char *name, size_t len, bool directory);
int procfs_refuse_rename(struct inode *from, const char *name, size_t len, struct inode *to,
			 const char *new_name, size_t new_len, unsigned int flags);
long procfs_refuse_write(struct inode *inode, uint64_t pos, struct uio *u);
int procfs_refuse_truncate(struct inode *inode, uint64_t size);
/* Files in /proc cannot be mapped. */
int procfs_no_pages(struct object *o, uint64_t index, enum page_use use, struct page **out);

#define PROCFS_REFUSALS                                                                            \
	.create = procfs_refuse_create, .symlink = procfs_refuse_symlink,                          \
	.link = procfs_refuse_link, .unlink = procfs_refuse_unlink, .rename = procfs_refuse_rename

/* A decimal number without sign or leading zeros, or -1. */
int procfs_number(const char *name, size_t len);

/* Reads from a text of `len` bytes at `pos`: the number of bytes, or -errno. */
long procfs_read_text(const char *text, size_t len, uint64_t pos, struct uio *u);

/* /proc, with a reference; NULL: it was unmounted. */
struct inode *procfs_root(void);
/* /proc/sys. */
int procfs_sys(struct inode **out);

/* file.c. Finds the process and thread of a node; false: they are gone. */
bool procfs_subject(const struct proc_node *n, struct proc_subject *s);
/* The process of /proc/PID or of a file in it if it is a zombie, else NULL. */
const struct process *procfs_zombie(const struct proc_node *n);
long procfs_read(struct inode *inode, uint64_t pos, struct uio *u);
long procfs_write(struct inode *inode, uint64_t pos, struct uio *u);
uint32_t procfs_poll(struct inode *inode, struct poll_entry *e);
int procfs_truncate(struct inode *inode, uint64_t size);
