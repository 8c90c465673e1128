/* A block device as a file: /dev/vda. */
#pragma once

#include "fs/file.h"

extern const struct file_ops block_file_ops;

/* What fsync() of such a file does. */
int block_file_sync(struct file *f);
