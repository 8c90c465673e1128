/* The vDSO: an ELF shared object mapped into every program, after a page of data. */
#pragma once

#include "lib/types.h"

extern const char vdso_image[], vdso_image_end[];

/* Fills in the data page; `epoch_ns` is the real-time clock's value when arch_time_ns() was 0. */
void arch_vdso_fill(void *page, uint64_t epoch_ns, uint64_t zone);
