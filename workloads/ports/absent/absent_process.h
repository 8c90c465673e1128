#pragma once

/* Time, processes, threads, signals and memory of port.h; see absent.h. */

#ifndef port_time_ns
static inline long port_time_ns(uint64_t *ns)
{
	(void)ns;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_sleep_ns
static inline long port_sleep_ns(uint64_t ns)
{
	(void)ns;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_getpid
static inline long port_getpid(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_getppid
static inline long port_getppid(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_yield
static inline long port_yield(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_set_affinity
static inline long port_set_affinity(unsigned int cpu)
{
	(void)cpu;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_fork
static inline long port_fork(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_exec
static inline long port_exec(const char *path, char *const argv[])
{
	(void)path;
	(void)argv;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_wait
static inline long port_wait(long pid, struct port_wait_status *status)
{
	(void)pid;
	*status = (struct port_wait_status){ 0 };
	return -PORT_ENOSYS;
}
#endif

#ifndef port_wait_nohang
static inline long port_wait_nohang(struct port_wait_status *status)
{
	*status = (struct port_wait_status){ 0 };
	return -PORT_ENOSYS;
}
#endif

#ifndef port_exit
_Noreturn static inline void port_exit(int status)
{
	(void)status;
	for (;;)
		;
}
#endif

#ifndef port_thread_create
static inline long port_thread_create(void (*fn)(void *arg), void *arg, void *stack_top,
				      uint32_t *alive)
{
	(void)fn;
	(void)arg;
	(void)stack_top;
	(void)alive;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_signal
static inline long port_signal(int signal, void (*handler)(int signal))
{
	(void)signal;
	(void)handler;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_raise
static inline long port_raise(int signal)
{
	(void)signal;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_breakpoint
static inline long port_breakpoint(void)
{
	return -PORT_ENOSYS;
}
#endif

#ifndef port_kill
static inline long port_kill(long pid, int signal)
{
	(void)pid;
	(void)signal;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_mmap
static inline long port_mmap(size_t len, void **addr)
{
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_mmap_shared
static inline long port_mmap_shared(size_t len, void **addr)
{
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_mmap_file
static inline long port_mmap_file(int fd, size_t len, void **addr)
{
	(void)fd;
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_mmap_file_shared
static inline long port_mmap_file_shared(int fd, size_t len, void **addr)
{
	(void)fd;
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_munmap
static inline long port_munmap(void *addr, size_t len)
{
	(void)addr;
	(void)len;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_mprotect
static inline long port_mprotect(void *addr, size_t len, int writable)
{
	(void)addr;
	(void)len;
	(void)writable;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_brk
static inline long port_brk(void *to)
{
	(void)to;
	return -PORT_ENOSYS;
}
#endif
