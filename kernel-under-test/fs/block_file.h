/* A block device as a file: /dev/vda. */
#pragma once

#include "fs/file.h"

extern const struct file_ops block_file_ops;

/* fsync() on such a file. */
int block_file_sync(struct file *f);
