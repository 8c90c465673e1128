#pragma once

/* The contract stands in port.h, which includes this file last. */

#include "absent_events.h"
#include "absent_files.h"
#include "absent_semaphores.h"
#include "absent_sockets.h"
#include "mach_pipe.h"
#include "mach_process.h"
#include "mach_rpc.h"
#include "mach_state.h"

/* A long no-op that no compiler emits: "RS" and the tag stand where its offset would. */
static inline __attribute__((always_inline)) void port_mark(enum port_mark tag)
{
	__asm__ volatile("nopl %c0(%%rax, %%rax)" : : "i"(0x52530000 + tag) : "memory");
}

static inline uint64_t port_ticks(void)
{
	uint32_t low, high;

	/* lfence: a real CPU would otherwise read the counter before or after its place. */
	__asm__ volatile("lfence\n\trdtsc\n\tlfence" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

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
static inline long port_sleep_ns(uint64_t ns)
{
	mach_name port = mach_reply_take();
	uint64_t ms = (ns + 999999) / 1000000;
	int ret = mach_msg(NULL, MACH_RECEIVE | MACH_RECEIVE_TIMEOUT, 0, 0, port, (uint32_t)ms, 0);

	mach_reply_give(port);
	return ret == MACH_RECEIVE_TIMED_OUT ? 0 : mach_errno(ret);
}

static inline long port_yield(void)
{
	mach_trap0(MACH_TRAP_SWTCH);
	return 0;
}

static inline long port_fork(void)
{
	return mach_fork();
}

static inline long port_wait(long pid, struct port_end *end)
{
	return mach_wait(pid, end);
}

_Noreturn static inline void port_exit(int status)
{
	mach_exit(status);
}

static inline long port_kill(long pid, int signal)
{
	return mach_kill(pid, signal);
}

static inline long port_thread(void (*fn)(void *arg), void *arg, void *stack_top, uint32_t *alive)
{
	return mach_thread(fn, arg, stack_top, alive);
}

static inline struct mach_descriptor *mach_descriptor(int fd)
{
	return fd < 0 || fd >= MACH_DESCRIPTORS ? NULL : &mach.descriptors[fd];
}

static inline long port_read(int fd, void *buf, size_t len)
{
	const struct mach_descriptor *from = mach_descriptor(fd);

	if (!from || from->kind != MACH_PIPE_READ)
		return -MACH_EBADF;
	return mach_pipe_read(&mach.pipes[from->pipe], buf, len);
}

static inline long port_write(int fd, const void *buf, size_t len)
{
	const struct mach_descriptor *to = mach_descriptor(fd);

	if (to && to->kind == MACH_PIPE_WRITE)
		return mach_pipe_write(&mach.pipes[to->pipe], buf, len);
	if (to && to->kind == MACH_CONSOLE)
		return mach_console_write(buf, len);
	return -MACH_EBADF;
}

static inline long port_close(int fd)
{
	return mach_descriptor_close(fd);
}

static inline long port_dup(int fd)
{
	return mach_descriptor_copy(fd);
}

/* The kernel waits for the serial port with each byte. */
static inline long port_drain(int fd)
{
	(void)fd;
	return 0;
}

static inline long port_pipe(int fds[2])
{
	return mach_pipe_make(fds);
}

static inline long port_futex_wait(uint32_t *word, uint32_t value)
{
	return mach_gsync_wait(word, value);
}

static inline long port_futex_wake(uint32_t *word, int count)
{
	return mach_gsync_wake(word, count);
}

static inline long port_map(size_t len, void **addr)
{
	*addr = NULL;
	return mach_errno((int)mach_trap4(MACH_TRAP_VM_ALLOCATE, mach.task, (long)addr,
					  (long)len, 1));
}

static inline long port_map_shared(size_t len, void **addr)
{
	long ret = port_map(len, addr);

	return ret < 0 ? ret : mach_errno(mach_vm_inherit_shared(*addr, len));
}

static inline long port_unmap(void *addr, size_t len)
{
	return mach_errno((int)mach_trap3(MACH_TRAP_VM_DEALLOCATE, mach.task, (long)addr,
					  (long)len));
}

static inline long port_protect(void *addr, size_t len, int writable)
{
	/* VM_PROT_READ, VM_PROT_WRITE */
	return mach_errno(mach_vm_protect(addr, len, writable ? 1 | 2 : 1));
}

/* Tasks have no numbers, and a program can't put another one in its own place. */
static inline long port_getpid(void)
{
	return -PORT_ENOSYS;
}

static inline long port_getppid(void)
{
	return -PORT_ENOSYS;
}

static inline long port_exec(const char *path, char *const argv[])
{
	(void)path;
	(void)argv;
	return -PORT_ENOSYS;
}

static inline long port_pin(unsigned int cpu)
{
	(void)cpu;
	return -PORT_ENOSYS;
}

/* Exceptions are messages to a port, not handlers on the thread's own stack. */
static inline long port_catch(int signal, void (*handler)(int signal))
{
	(void)signal;
	(void)handler;
	return -PORT_ENOSYS;
}

static inline long port_break(void *to)
{
	(void)to;
	return -PORT_ENOSYS;
}
