#pragma once

#include <stdbool.h>

#include "mach_trap.h"

/* Receive rights of this task, by calls that have no trap. Results are kern_return_t's. */

int mach_receive_drop(mach_name port);
bool mach_receive_is_here(mach_name port);

/* So many messages wait at a port before a sender has to. */
int mach_queue_limit_set(mach_name port, int limit);

/*
 * Takes the right to *name away from another task. It comes under the same name where this one can
 * send to the port, else under one of the kernel's choice.
 */
int mach_receive_fetch(mach_name from, mach_name *name);
