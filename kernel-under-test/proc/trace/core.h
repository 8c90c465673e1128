/* Core dumps. */
#pragma once

#include "lib/types.h"
#include "proc/uts.h"

/* The name of the file, with %p for the pid and others (/proc/sys/kernel/core_pattern). */
extern char core_pattern[UTS_LEN];

/* The first /proc/PID/coredump_filter: anonymous memory, and the ELF headers, which are not. */
#define CORE_FILTER 0x33

/*
 * For a process that ends by that signal: ends its other threads and, if RLIMIT_CORE allows it,
 * writes its memory and the caller's registers to a file. Returns whether it did. Sleeps.
 */
bool core_dump(int signo);
