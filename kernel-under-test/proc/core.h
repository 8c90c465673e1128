/* Core dumps. */
#pragma once

#include "lib/types.h"

/*
 * The calling process ends by that signal: if its limit (RLIMIT_CORE) lets it, its memory and the
 * caller's registers go to the file `core` where it works; other threads are ended before. Whether
 * there is such a file. Sleeps.
 */
bool core_dump(int signo);
