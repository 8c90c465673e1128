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

#ifndef port_pin
static inline long port_pin(unsigned int cpu)
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
static inline long port_wait(long pid, struct port_end *end)
{
	(void)pid;
	*end = (struct port_end){ 0 };
	return -PORT_ENOSYS;
}
#endif

#ifndef port_reap
static inline long port_reap(struct port_end *end)
{
	*end = (struct port_end){ 0 };
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

#ifndef port_thread
static inline long port_thread(void (*fn)(void *arg), void *arg, void *stack_top, uint32_t *alive)
{
	(void)fn;
	(void)arg;
	(void)stack_top;
	(void)alive;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_catch
static inline long port_catch(int signal, void (*handler)(int signal))
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

#ifndef port_map
static inline long port_map(size_t len, void **addr)
{
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_map_shared
static inline long port_map_shared(size_t len, void **addr)
{
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_map_file
static inline long port_map_file(int fd, size_t len, void **addr)
{
	(void)fd;
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_map_file_shared
static inline long port_map_file_shared(int fd, size_t len, void **addr)
{
	(void)fd;
	(void)len;
	(void)addr;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_unmap
static inline long port_unmap(void *addr, size_t len)
{
	(void)addr;
	(void)len;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_protect
static inline long port_protect(void *addr, size_t len, int writable)
{
	(void)addr;
	(void)len;
	(void)writable;
	return -PORT_ENOSYS;
}
#endif

#ifndef port_break
static inline long port_break(void *to)
{
	(void)to;
	return -PORT_ENOSYS;
}
#endif
