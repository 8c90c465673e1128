/* The vDSO, mapped into every program: see arch/vdso.h. */
#pragma once

#include "mm/space.h"

/* Call once, when the clocks run. */
void vdso_init(uint64_t epoch_ns);
/* The wall clock or the time zone was set. */
void vdso_set_clock(uint64_t epoch_ns, uint64_t zone);

/* Maps it into a new address space. The address of its ELF header; 0: no room. */
uint64_t vdso_map(struct space *s);

/* Whether the area is the vDSO or its data page. */
bool vdso_is(const struct area *a);
