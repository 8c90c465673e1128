/* /proc: what the kernel knows of its processes and itself, as text. */
#pragma once

/* Makes the file system known under the name `proc`. `cmdline`, which stays, is the kernel's. */
void procfs_init(const char *cmdline);

/* The process, or NULL when it is gone, whose directory that is; -EBADF: it is none of /proc/PID. */
struct inode;
struct process;
int procfs_process(const struct inode *inode, struct process **out);
