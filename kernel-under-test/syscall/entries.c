/*
 * Which calls run without the kernel lock.
 *
 * Such a call may touch: what belongs to the calling thread or to this CPU; what never changes
 * while the caller lives (its pid); a single word that others change, read once; and what a
 * spinlock guards, a gate (sched/gate.h), or its space's lock (mm/space.h). It sleeps and wakes
 * others only with such a spinlock (sched_sleep). For anything else it takes the kernel lock
 * itself. All other calls go through syscall_locked in entry.S.
 */
#include "syscall/syscalls.h"
#include "syscall/table.h"

extern char syscall_locked[];

const uint64_t syscall_count = SYSCALLS;

#pragma GCC diagnostic push
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#else
#pragma GCC diagnostic ignored "-Woverride-init"
#endif

void *const syscall_entries[SYSCALLS] = {
	[0 ... SYSCALLS - 1] = syscall_locked,
	[0] = sys_read,
	[1] = sys_write,
	[3] = sys_close,
	[5] = sys_fstat,
	[7] = sys_poll,
	[8] = sys_lseek,
	[9] = sys_mmap,
	[10] = sys_mprotect,
	[11] = sys_munmap,
	[12] = sys_brk,
	[14] = sys_rt_sigprocmask,
	[17] = sys_pread64,
	[18] = sys_pwrite64,
	[24] = sys_sched_yield,
	[28] = sys_madvise,
	[32] = sys_dup,
	[35] = sys_nanosleep,
	[39] = sys_getpid,
	[63] = sys_uname,
	[96] = sys_gettimeofday,
	[98] = sys_getrusage,
	[102] = sys_getuid,
	[104] = sys_getgid,
	[107] = sys_geteuid,
	[108] = sys_getegid,
	[110] = sys_getppid,
	[131] = sys_sigaltstack,
	[158] = sys_arch_prctl,
	[186] = sys_gettid,
	[201] = sys_time,
	[202] = sys_futex,
	[218] = sys_set_tid_address,
	[219] = sys_restart_syscall,
	[228] = sys_clock_gettime,
	[229] = sys_clock_getres,
	[230] = sys_clock_nanosleep,
	[273] = sys_set_robust_list,
	[309] = sys_getcpu,
};

#pragma GCC diagnostic pop
