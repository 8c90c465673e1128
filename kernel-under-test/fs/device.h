/* Device numbers and the file operations registered for them. */
#pragma once

#include "fs/file.h"

/*
 * Adds /dev/`name`. A `mode` without a file type is a character device's. Panics when the table is
 * full.
 */
void device_register(const char *name, uint64_t device, uint32_t mode, const struct file_ops *ops);

/* Registers all character devices of a major number; the driver makes their nodes itself. */
void device_register_major(uint32_t major, const struct file_ops *ops);

/* NULL: no driver has this number. */
const struct file_ops *device_find(uint32_t type, uint64_t device);

/* Makes the missing nodes of all registered devices in `dir`. 0 or -errno. */
int device_populate(struct inode *dir);
