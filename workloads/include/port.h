#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The port contract: all that workloads and the runner ask of a system. A port is a folder under
 * ports/ with
 *   port_abi.h   PORT_NAME, PORT_ARCH, PORT_PAGE_SIZE, the flags below, struct port_stat
 *   port_ops.h   the functions below, inline, so that a loop of calls holds nothing but the calls
 *   crt0.S       _start: calls main(argc, argv) on an aligned stack, then ends the process with
 *                what main returned
 *   boot.c       port_boot() and port_shutdown()
 *
 * Results are >= 0, or -errno in Linux's numbering, whatever the system's own is.
 */

#include "port_abi.h"

#define PORT_EINTR 4
#define PORT_ENOENT 2
#define PORT_ENXIO 6
#define PORT_ENODEV 19
#define PORT_ENOSYS 38
#define PORT_EOPNOTSUPP 95

/* The descriptor records go to. */
#define PORT_CONSOLE 1

/* How a child ended: by exit (signal is 0) or by a signal (status is 0). */
struct port_end {
	int status;
	int signal;
};

/* The finest counter user code can read, ordered against the code around it. */
static inline uint64_t port_ticks(void);

/* Nanoseconds of a clock that never steps back. */
static inline long port_time_ns(uint64_t *ns);
static inline long port_sleep_ns(uint64_t ns);

static inline long port_getpid(void);
static inline long port_getppid(void);
static inline long port_yield(void);

/* Keeps this process and its later children on one CPU. */
static inline long port_pin(unsigned int cpu);

/* Flags are PORT_O_RDONLY, PORT_O_WRONLY, PORT_O_RDWR. */
static inline long port_open(const char *path, int flags);
static inline long port_close(int fd);
static inline long port_read(int fd, void *buf, size_t len);
static inline long port_write(int fd, const void *buf, size_t len);
static inline long port_dup(int fd);
static inline long port_stat(const char *path, struct port_stat *st);
static inline long port_fstat(int fd, struct port_stat *st);
static inline uint64_t port_stat_size(const struct port_stat *st);
static inline int port_stat_is_regular(const struct port_stat *st);
static inline uint64_t port_stat_inode(const struct port_stat *st);

/* fds[0] reads what fds[1] writes. */
static inline long port_pipe(int fds[2]);

/* Waits until what was written to `fd` has left the machine. */
static inline long port_drain(int fd);

/* 0 in the child, its id in the parent. */
static inline long port_fork(void);
/* Returns only on failure; the environment is empty. */
static inline long port_exec(const char *path, char *const argv[]);
static inline long port_wait(long pid, struct port_end *end);
_Noreturn static inline void port_exit(int status);

/* Private anonymous zeroed memory, readable and writable, mapped but not yet touched. */
static inline long port_map(size_t len, void **addr);
static inline long port_unmap(void *addr, size_t len);

/*
 * For the runner only. port_boot() makes a first process usable: descriptors 0 to 2 on the
 * console, /dev/null and /dev/zero where the system can have them.
 */
long port_boot(void);
_Noreturn void port_shutdown(void);

#include "port_ops.h"
