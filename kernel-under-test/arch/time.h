/* Clocks: one that counts, one that rings. */
#pragma once

#include "lib/types.h"

/* Calibrates the clocks. Call once. */
void arch_time_init(void);

/* Nanoseconds since arch_time_init(); never goes back. */
uint64_t arch_time_ns(void);

/* What so many of arch_ticks() (arch/cpu.h) are, in nanoseconds. */
uint64_t arch_ticks_ns(uint64_t ticks);

/* Seconds since 1970 at boot, from the battery clock. */
uint64_t arch_boot_epoch(void);

/* Rings once, at or soon after `deadline_ns` (as arch_time_ns() counts); replaces the last one. */
void arch_timer_arm(uint64_t deadline_ns);
