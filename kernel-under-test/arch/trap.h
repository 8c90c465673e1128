/*
 * Where the machine's events meet the kernel: functions that other layers give to arch. They run
 * with the kernel lock, unless said otherwise.
 */
#pragma once

#include "asm/regs.h"
#include "lib/types.h"

#define FAULT_WRITE 1
#define FAULT_EXEC  2
#define FAULT_NOW   4 /* this is no time to sleep */

/*
 * Given by mm. A page is missing or protected at a user address, on behalf of the current thread.
 * 0: mended, try again. Negative errno: it can't be; -EPAGING: not without sleeping. May sleep
 * unless FAULT_NOW. Runs with the kernel lock or without, and takes it if it must.
 */
int trap_page_fault(uint64_t addr, unsigned int access);

/*
 * Given by proc: user code did what it may not; `signo` and `code` (si_code) in Linux numbers. May
 * not return.
 */
void trap_user_fault(struct regs *regs, int signo, int code, uint64_t addr);

/*
 * Given by syscall. How many there are; and a call of a thread that is watched
 * (arch_thread_watch_calls): the result. Runs without the kernel lock.
 */
extern const uint64_t syscall_count;
uint64_t syscall_watched(struct regs *regs);

/* Given by proc: runs before a return to user mode when the thread's `work` is not zero. */
void trap_user_work(struct regs *regs);

/* The running thread's debug registers, or NULL. Given by proc. */
struct arch_debug *trap_debug(void);

/*
 * Given by sched. Before a return to user mode, without the kernel lock: gives the CPU away if that
 * is all the work there is. False: there is more, for trap_user_work().
 */
bool trap_yield(struct regs *r);
/*
 * Given by proc, with the kernel lock or without: the thread was off its CPU and wants to know
 * (WORK_AWAY).
 */
void trap_come_back(struct regs *r);

/* Given by sched: a new thread has been given the CPU. Gives back what locks came with that. */
void trap_first_run(void);

/* Given by sched: the timer that arch_timer_arm() set has gone off. Without the kernel lock. */
void trap_timer(const struct regs *regs);

/* Given by drivers: the serial port has input. */
void trap_serial(void);

/*
 * Given by sched: another CPU has something for this one to look at. Without the kernel lock.
 */
void trap_reschedule(void);

/*
 * Given by mm: another CPU has changed page tables that this one may remember. Runs with any locks,
 * or none.
 */
void trap_flush(void);
