/* Devices: which file operations stand behind a device number. */
#pragma once

#include "fs/file.h"

/*
 * `name` is what /dev calls it; a `mode` without a type is a character device's. Panics when the
 * table is full.
 */
void device_register(const char *name, uint64_t device, uint32_t mode, const struct file_ops *ops);

/* All character devices of a major number; their nodes are the driver's matter. */
void device_register_major(uint32_t major, const struct file_ops *ops);

/* NULL when no driver has this number. */
const struct file_ops *device_find(uint32_t type, uint64_t device);

/* Makes the nodes of all registered devices in `dir` that are not there yet. */
int device_populate(struct inode *dir);
