/*
 * /dev/crash, debug build only: each word of crash.c written to it commits a bug, so that tests can
 * verify its detection.
 */
#pragma once

#ifdef BANTAM_DEBUG
void crash_device_init(void);
#else
static inline void crash_device_init(void)
{
}
#endif
