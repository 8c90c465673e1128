#pragma once

#include <stddef.h>
#include <stdint.h>

#include "x86_64_syscall.h"

/*
 * Traps: their numbers are negative, and further arguments lie above a return address on the stack.
 * Results are 0 or a kern_return_t, port names, or counts: never -errno.
 */

typedef uint32_t mach_name; /* of a right to a port, in this task */

#define MACH_INLINE static inline __attribute__((always_inline))

enum mach_trap_number {
	MACH_TRAP_REPLY_PORT = -26,
	MACH_TRAP_THREAD_SELF = -27,
	MACH_TRAP_TASK_SELF = -28,
	MACH_TRAP_HOST_SELF = -29,
	MACH_TRAP_PRINT = -30,
	MACH_TRAP_SWTCH = -60,
	MACH_TRAP_VM_ALLOCATE = -65,
	MACH_TRAP_VM_DEALLOCATE = -66,
	MACH_TRAP_TASK_CREATE = -68,
	MACH_TRAP_TASK_TERMINATE = -69,
	MACH_TRAP_PORT_ALLOCATE = -72,
	MACH_TRAP_PORT_DEALLOCATE = -73,
	MACH_TRAP_PORT_INSERT_RIGHT = -74,
	MACH_TRAP_PORT_ALLOCATE_NAME = -75,
};

#define mach_trap4 x86_64_call4
#define mach_trap3 x86_64_call3
#define mach_trap1 x86_64_call1
#define mach_trap0 x86_64_call0

/* Port rights, as mach_port_allocate and mach_port_insert_right take them. */
enum { MACH_RIGHT_RECEIVE = 1 };
enum mach_right_type {
	MACH_MOVE_RECEIVE = 16,
	MACH_MOVE_SEND = 17,
	MACH_COPY_SEND = 19,
	MACH_MAKE_SEND = 20,
	MACH_MAKE_SEND_ONCE = 21,
};

MACH_INLINE int mach_port_make(mach_name task, mach_name *name)
{
	return (int)mach_trap3(MACH_TRAP_PORT_ALLOCATE, task, MACH_RIGHT_RECEIVE, (long)name);
}

/* A receive right that gets the name given. */
MACH_INLINE int mach_port_make_named(mach_name task, mach_name name)
{
	return (int)mach_trap3(MACH_TRAP_PORT_ALLOCATE_NAME, task, MACH_RIGHT_RECEIVE, name);
}

/* Drops one reference to a send right or a dead name. */
MACH_INLINE int mach_port_drop(mach_name task, mach_name name)
{
	return (int)mach_trap3(MACH_TRAP_PORT_DEALLOCATE, task, name, 0);
}

/* A right of this task's, `right`, becomes one of `task`'s under `name`. */
MACH_INLINE int mach_port_insert(mach_name task, mach_name name, mach_name right,
				 enum mach_right_type type)
{
	return (int)mach_trap4(MACH_TRAP_PORT_INSERT_RIGHT, task, name, right, type);
}

MACH_INLINE int mach_task_create(mach_name parent, int inherit, mach_name *child)
{
	return (int)mach_trap3(MACH_TRAP_TASK_CREATE, parent, inherit, (long)child);
}

MACH_INLINE int mach_task_terminate(mach_name task)
{
	return (int)mach_trap1(MACH_TRAP_TASK_TERMINATE, task);
}

/* In entry.S, since its last argument lies on the stack. */
struct mach_header;
int mach_msg(struct mach_header *msg, int option, uint32_t send_size, uint32_t receive_size,
	     mach_name receive, uint32_t timeout_ms, mach_name notify);
