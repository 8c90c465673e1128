/* procfs: processes and kernel state as text. */
#pragma once

struct inode;
struct process;

/* Registers the file system `proc`. `cmdline`, the kernel's, must stay valid. */
void procfs_init(const char *cmdline);

/* The process of a /proc/PID directory; NULL: reaped. -EBADF: it is no such directory. */
int procfs_process(const struct inode *inode, struct process **out);
