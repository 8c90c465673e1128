/* The code that every program gets for asking the time: see arch/vdso.h. */
#pragma once

#include "mm/space.h"

/* Makes it; call once, when the clocks run. */
void vdso_init(uint64_t epoch_ns);
/* The real clock was set. */
void vdso_set_epoch(uint64_t epoch_ns);

/* Maps it into a new space: where the ELF header is, or 0 when there is no room. */
uint64_t vdso_map(struct space *s);

/* Whether an area is the vdso, or its beginning. */
bool vdso_is(const struct area *a);
