/* Private to procfs: what its two kinds of directories share. */
#pragma once

#include "fs/inode.h"

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
	.link = procfs_refuse_link, .unlink = procfs_refuse_unlink,                                \
	.rename = procfs_refuse_rename, .write = procfs_refuse_write,                              \
	.truncate = procfs_refuse_truncate

/* The part of a text of `len` bytes that is asked for: how many bytes, or -errno. */
long procfs_read_text(const char *text, size_t len, uint64_t pos, struct uio *u);

/* /proc itself, with a reference; NULL when it was unmounted. */
struct inode *procfs_root(void);
/* /proc/sys. */
int procfs_sys(struct inode **out);
