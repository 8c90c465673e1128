/*
 * /dev/crash, debug build only: makes one mistake, so that tests see that it is found. Write one
 * of the words in crash.c.
 */
#pragma once

#ifdef BANTAM_DEBUG
void crash_device_init(void);
#else
static inline void crash_device_init(void)
{
}
#endif
