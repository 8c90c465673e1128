/* /proc: what the kernel knows of its processes and itself, as text. */
#pragma once

struct inode;
struct process;

/* Makes the file system known under the name `proc`. `cmdline`, which stays, is the kernel's. */
void procfs_init(const char *cmdline);

/* The process whose directory that is, NULL when it is gone; -EBADF: it is none of /proc/PID. */
int procfs_process(const struct inode *inode, struct process **out);
