/* The tables that entry.S calls through. */
#pragma once

#include "lib/types.h"

#define SYSCALLS 452

/* By number: the functions, and the entry points used for them. */
extern void *const syscall_table[SYSCALLS];
extern void *const syscall_entries[SYSCALLS];

/* In entry.S: takes the kernel lock, then calls through syscall_table. */
extern char syscall_locked[];
