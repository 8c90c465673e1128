/*
 * Upcalls from arch: the functions that other layers implement for exceptions, interrupts and
 * returns to user mode. They run with the kernel lock held unless stated otherwise.
 */
#pragma once

#include "asm/regs.h"
#include "lib/types.h"

#define FAULT_WRITE 1
#define FAULT_EXEC  2
#define FAULT_NOWAIT 4 /* must not sleep */

/*
 * Implemented by mm. Resolves a fault at a user address on behalf of the current thread. Returns 0
 * if the access can be retried, -EPAGING if that needs to sleep, or another negative errno if it is
 * an error. May sleep unless FAULT_NOWAIT. Runs with or without the kernel lock, and takes it if
 * needed.
 */
int trap_page_fault(uint64_t addr, unsigned int access);

/*
 * Implemented by proc: user code caused an exception, to be delivered as `signo` with `code`
 * (si_code), in Linux numbers. May not return.
 */
void trap_user_fault(struct regs *regs, int signo, int code, uint64_t addr);

/*
 * Implemented by syscall: the number of system calls, and the slow path for a thread whose calls
 * are traced (arch_thread_trace_calls). Runs without the kernel lock.
 */
extern const uint64_t syscall_count;
uint64_t syscall_traced(struct regs *regs);

/* Implemented by proc: runs before a return to user mode if the thread's `work` is not zero. */
void trap_user_work(struct regs *regs);

/* Implemented by proc: the running thread's debug registers, or NULL. */
struct arch_debug *trap_debug(void);

/*
 * Implemented by sched. Before a return to user mode, without the kernel lock: yields the CPU if
 * that is all the pending work. Returns false if there is more, for trap_user_work().
 */
bool trap_yield(struct regs *r);
/*
 * Implemented by proc, called with or without the kernel lock: the thread has been off its CPU and
 * asked to be told (WORK_NOTIFY_RESUME).
 */
void trap_notify_resume(struct regs *r);

/* Implemented by sched: a new thread runs for the first time. Releases the locks handed to it. */
void trap_first_run(void);

/* Implemented by sched: the timer set by arch_timer_arm() fired. Without the kernel lock. */
void trap_timer(const struct regs *regs);

/* Implemented by drivers: the serial port has input. */
void trap_serial(void);

/* Implemented by sched: answers arch_cpu_kick(). Without the kernel lock. */
void trap_reschedule(void);

/*
 * Implemented by mm: another CPU changed page tables this one may have cached. Called with any
 * locks held, or none.
 */
void trap_flush(void);
