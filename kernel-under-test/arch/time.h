/* The monotonic clock, the one-shot timer and the battery clock. */
#pragma once

#include "lib/types.h"

/* Calibrates the clocks. Call once. */
void arch_time_init(void);

/* Nanoseconds since arch_time_init(). Monotonic. */
uint64_t arch_time_ns(void);

/* Converts a difference of arch_ticks() (arch/cpu.h) to nanoseconds. */
uint64_t arch_ticks_ns(uint64_t ticks);

/* Seconds since 1970 at boot, read from the battery clock (RTC). */
uint64_t arch_boot_epoch(void);

/*
 * Arms the one-shot timer of this CPU: it fires at or soon after `deadline_ns`, on the clock of
 * arch_time_ns(). Replaces the previous deadline.
 */
void arch_timer_arm(uint64_t deadline_ns);
