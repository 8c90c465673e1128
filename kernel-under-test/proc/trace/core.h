/* Core dumps. */
#pragma once

#include "lib/types.h"
#include "proc/uts.h"

/* File name pattern: /proc/sys/kernel/core_pattern. */
extern char core_pattern[UTS_LEN];

/* Default of /proc/PID/coredump_filter: anonymous memory; and ELF headers, which are not dumped. */
#define CORE_FILTER 0x33

/*
 * For a process that dies of `signo`: ends its other threads and, if RLIMIT_CORE allows it, writes
 * a core file. Returns whether it did. Sleeps.
 */
bool core_dump(int signo);
