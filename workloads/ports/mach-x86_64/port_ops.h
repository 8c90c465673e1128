#pragma once

/* The contract stands in port.h, which includes this file last. */

#include "mach_descriptor.h"
#include "mach_pipe.h"
#include "mach_process.h"
#include "mach_rpc.h"
#include "mach_state.h"
#include "x86_64_machine.h"

#define port_time_ns port_time_ns
static inline long port_time_ns(uint64_t *ns)
{
	struct {
		struct mach_header head;
		struct mach_int result;
		struct mach_type type;
		int64_t seconds, nanoseconds;
	} msg = { 0 };
	int ret = mach_rpc(&msg.head, sizeof(msg.head), sizeof(msg), mach.host,
			   MACH_CALL_HOST_UPTIME);

	*ns = (uint64_t)msg.seconds * 1000000000u + (uint64_t)msg.nanoseconds;
	return mach_errno(ret);
}

/* A receive that nobody will answer; it counts milliseconds. */
#define port_sleep_ns port_sleep_ns
static inline long port_sleep_ns(uint64_t ns)
{
	mach_name port = mach_reply_take();
	uint64_t ms = (ns + 999999) / 1000000;
	int ret = mach_msg(NULL, MACH_RECEIVE | MACH_RECEIVE_TIMEOUT, 0, 0, port, (uint32_t)ms, 0);

	mach_reply_give(port);
	return ret == MACH_RECEIVE_TIMED_OUT ? 0 : mach_errno(ret);
}

#define port_yield port_yield
static inline long port_yield(void)
{
	mach_trap0(MACH_TRAP_SWTCH);
	return 0;
}

/* The customary null call of Mach kernels: returns the name of a right that the task holds. */
#define PORT_NULL_OP "one mach_task_self"
#define port_null port_null
static inline long port_null(void)
{
	return mach_trap0(MACH_TRAP_TASK_SELF);
}

#define port_fork port_fork
static inline long port_fork(void)
{
	return mach_fork();
}

#define port_wait port_wait
static inline long port_wait(long pid, struct port_wait_status *status)
{
	return mach_wait(pid, status);
}

#define port_exit port_exit
_Noreturn static inline void port_exit(int status)
{
	mach_exit(status);
}

#define port_kill port_kill
static inline long port_kill(long pid, int signal)
{
	return mach_kill(pid, signal);
}

#define port_thread_create port_thread_create
static inline long port_thread_create(void (*fn)(void *arg), void *arg, void *stack_top,
				      uint32_t *alive)
{
	return mach_thread(fn, arg, stack_top, alive);
}

static inline struct mach_descriptor *mach_descriptor(int fd)
{
	return fd < 0 || fd >= MACH_DESCRIPTORS ? NULL : &mach.descriptors[fd];
}

#define port_read port_read
static inline long port_read(int fd, void *buf, size_t len)
{
	const struct mach_descriptor *from = mach_descriptor(fd);

	if (!from || from->kind != MACH_PIPE_READ)
		return -MACH_EBADF;
	return mach_pipe_read(&mach.pipes[from->pipe], buf, len);
}

#define port_write port_write
static inline long port_write(int fd, const void *buf, size_t len)
{
	const struct mach_descriptor *to = mach_descriptor(fd);

	if (to && to->kind == MACH_PIPE_WRITE)
		return mach_pipe_write(&mach.pipes[to->pipe], buf, len);
	if (to && to->kind == MACH_CONSOLE)
		return mach_console_write(buf, len);
	return -MACH_EBADF;
}

#define port_close port_close
static inline long port_close(int fd)
{
	return mach_descriptor_close(fd);
}

#define port_dup port_dup
static inline long port_dup(int fd)
{
	return mach_descriptor_copy(fd);
}

/* The kernel waits for the serial port with each byte. */
#define port_drain port_drain
static inline long port_drain(int fd)
{
	(void)fd;
	return 0;
}

#define port_pipe port_pipe
static inline long port_pipe(int fds[2])
{
	return mach_pipe_make(fds);
}

#define port_futex_wait port_futex_wait
static inline long port_futex_wait(uint32_t *word, uint32_t value)
{
	return mach_gsync_wait(word, value);
}

#define port_futex_wake port_futex_wake
static inline long port_futex_wake(uint32_t *word, int count)
{
	return mach_gsync_wake(word, count);
}

#define port_mmap port_mmap
static inline long port_mmap(size_t len, void **addr)
{
	*addr = NULL;
	return mach_errno(
		(int)mach_trap4(MACH_TRAP_VM_ALLOCATE, mach.task, (long)addr, (long)len, 1));
}

#define port_mmap_shared port_mmap_shared
static inline long port_mmap_shared(size_t len, void **addr)
{
	long ret = port_mmap(len, addr);

	return ret < 0 ? ret : mach_errno(mach_vm_inherit_shared(*addr, len));
}

#define port_munmap port_munmap
static inline long port_munmap(void *addr, size_t len)
{
	return mach_errno(
		(int)mach_trap3(MACH_TRAP_VM_DEALLOCATE, mach.task, (long)addr, (long)len));
}

#define port_mprotect port_mprotect
static inline long port_mprotect(void *addr, size_t len, int writable)
{
	/* VM_PROT_READ, VM_PROT_WRITE */
	return mach_errno(mach_vm_protect(addr, len, writable ? 1 | 2 : 1));
}

/*
 * Tasks have no numbers, a program can't put another in its place, and exceptions are messages to a
 * port, not handlers on the stack of the thread: such calls are absent.
 */
#include "absent.h"
