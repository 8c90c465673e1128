/* /proc: what the kernel knows of its processes and itself, as text. */
#pragma once

/* Makes the file system known under the name `proc`. */
void procfs_init(void);
