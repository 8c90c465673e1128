#pragma once

#include <stdbool.h>

/*
 * A plan of the one line "snapshot" says that the machine is to be saved once it has come to rest,
 * and restored before each workload. The harness stops the guest on the first instruction of
 * snapshot_point(), as a debugger does: the guest does nothing for it, and can't tell. Into each
 * copy it writes the line to run over snapshot_line.
 */
#define SNAPSHOT_LINE_MAX 128
#define SNAPSHOT_EMPTY "ringside: no workload yet"

extern char snapshot_line[SNAPSHOT_LINE_MAX];
void snapshot_point(void);

/* Comes back once for each copy, with whether a line was put in. */
bool snapshot_wait(void);
