#pragma once

/*
 * The calls of port.h that a system lacks. A port includes this last in its port_ops.h; for each
 * call that it has it gives the function and, beside it, a macro of the same name:
 *
 *	#define port_yield port_yield
 *	static inline long port_yield(void) { ... }
 *
 * port_mark(), port_ticks() and port_write() are what no port can do without. absent_abi.h has the
 * structs and flags that go with the calls, for port_abi.h.
 */

#include "absent_file.h"
#include "absent_ipc.h"
#include "absent_process.h"
