/* /dev/null, /dev/zero, /dev/full, /dev/random and /dev/urandom. */
#pragma once

void memory_devices_init(void);
