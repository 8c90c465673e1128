/* What system calls on time share. */
#pragma once

#include "lib/types.h"

/* Reads the battery clock; call once. */
void time_init(void);

/* Nanoseconds since 1970 when the clocks began to count. */
uint64_t time_epoch_ns(void);
void time_set_epoch_ns(uint64_t ns);

/* Nanoseconds of a user's timespec, held below what a sum could overflow. -EFAULT, -EINVAL. */
int time_get_user(uint64_t from, uint64_t *ns);
