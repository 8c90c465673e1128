/* The tables of system calls. entry.S calls through syscall_entries. */
#include "syscall/table.h"

#include "lib/errno.h"
#include "syscall/syscalls.h"

const uint64_t syscall_count = SYSCALLS;

static long sys_absent(void)
{
	return -ENOSYS;
}

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

#define UNLOCKED(number, name, args) [number] = sys_##name,
#define LOCKED(number, name, args)   UNLOCKED(number, name, args)

void *const syscall_table[SYSCALLS] = {
	[0 ... SYSCALLS - 1] = sys_absent,
#include "syscall/calls.def"
};

#undef LOCKED
#define LOCKED(number, name, args)

void *const syscall_entries[SYSCALLS] = {
	[0 ... SYSCALLS - 1] = syscall_locked,
#include "syscall/calls.def"
};

#pragma GCC diagnostic pop
