/* /proc: what the kernel knows of its processes and itself, as text. */
#pragma once

/* Makes the file system known under the name `proc`. `cmdline`, which stays, is the kernel's. */
void procfs_init(const char *cmdline);
