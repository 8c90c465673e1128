#pragma once

#include <stdbool.h>

/*
 * With the plan "snapshot" the harness saves the machine once it has settled and restores it before
 * each workload. It stops the guest at the first instruction of snapshot_point(), like a debugger:
 * the guest takes no part and cannot tell. In each restored copy it writes the plan line to run to
 * snapshot_line, a NUL-terminated string.
 */
#define SNAPSHOT_LINE_MAX 128
#define SNAPSHOT_EMPTY "ringside: no workload yet"

extern char snapshot_line[SNAPSHOT_LINE_MAX];
void snapshot_point(void);

/* Returns once in each copy: whether a line was written. */
bool snapshot_wait(void);
