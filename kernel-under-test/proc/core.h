/* Core dumps. */
#pragma once

#include "lib/types.h"
#include "proc/uts.h"

/* The name of the file, with %p for the pid and others (/proc/sys/kernel/core_pattern). */
extern char core_pattern[UTS_LEN];

/*
 * The calling process ends by that signal: if its limit (RLIMIT_CORE) lets it, its memory and the
 * caller's registers go to a file; other threads are ended before. Whether there is such a file.
 * Sleeps.
 */
bool core_dump(int signo);
