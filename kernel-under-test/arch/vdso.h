/* Code that the kernel gives to every program: an ELF shared object, and a page of data before it.
 */
#pragma once

#include "lib/types.h"

extern const char vdso_image[], vdso_image_end[];

/* Fills in the page; `epoch_ns` is what the real clock showed when arch_time_ns() was 0. */
void arch_vdso_fill(void *page, uint64_t epoch_ns);
