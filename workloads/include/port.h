#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The port contract: all that workloads and the runner ask of a system. A port is a folder under
 * ports/ with
 *   port_abi.h   PORT_NAME, PORT_ARCH, PORT_PAGE_SIZE, the flags and structs that are not here
 *   port_ops.h   the functions below, inline, so that a loop of calls holds nothing but the calls
 *   crt0.S       _start: calls main(argc, argv) on an aligned stack, then ends the process with
 *                what main returned
 *   entry.S      what the functions below need in assembly, if anything
 *   boot.c       port_boot() and port_shutdown()
 *   port.mk      for the Makefile: compiler, flags, and port_form := mono where the system has no
 *                fork and exec (mono/mono.h)
 *
 * Results are >= 0, or -errno in Linux's numbering, whatever the system's own is. A call means what
 * POSIX says of its namesake; one that the system lacks returns -PORT_ENOSYS
 * (ports/absent/absent.h).
 */

#include "port_abi.h"
#include "port_types.h"

/* The descriptor records go to. */
#define PORT_CONSOLE 1

/*
 * One instruction without effect that is seen from outside the machine: the window of a workload,
 * the runner's first and its last moment. `tag` is a constant.
 */
static inline __attribute__((always_inline)) void port_mark(enum port_mark tag);

/* The finest counter user code can read, ordered against the code around it. */
static inline uint64_t port_ticks(void);
static inline long port_time_ns(uint64_t *ns); /* of a clock that never steps back */
static inline long port_sleep_ns(uint64_t ns);

/* Processes. */
static inline long port_getpid(void);
static inline long port_getppid(void);
static inline long port_yield(void);
static inline long port_set_affinity(unsigned int cpu); /* this process and its later children */
static inline long port_fork(void);
static inline long port_exec(const char *path, char *const argv[]); /* with no environment */
static inline long port_wait(long pid, struct port_wait_status *status);
static inline long port_wait_nohang(
	struct port_wait_status *status); /* any that ended; 0 while none did */
_Noreturn static inline void port_exit(int status);

/*
 * A thread of this process runs fn(arg) on the stack that ends at `stack_top` and ends with it.
 * `*alive` is not 0 until the thread is gone, which port_futex_wait() on it waits for.
 */
static inline long port_thread_create(void (*fn)(void *arg), void *arg, void *stack_top,
				      uint32_t *alive);

/* Files. PORT_O_ flags: RDONLY WRONLY RDWR CREAT EXCL TRUNC. */
static inline long port_open(const char *path, int flags);
static inline long port_close(int fd);
static inline long port_read(int fd, void *buf, size_t len);
static inline long port_write(int fd, const void *buf, size_t len);
static inline long port_pread(int fd, void *buf, size_t len, int64_t at);
static inline long port_pwrite(int fd, const void *buf, size_t len, int64_t at);
static inline long port_lseek(int fd, int64_t to);
static inline long port_dup(int fd);
static inline long port_unlink(const char *path);
static inline long port_stat(const char *path, struct port_stat *st);
static inline long port_fstat(int fd, struct port_stat *st);
static inline uint64_t port_stat_size(const struct port_stat *st);
static inline int port_stat_is_regular(const struct port_stat *st);
static inline uint64_t port_stat_inode(const struct port_stat *st);
/* Takes (waiting for it) or gives back the record lock on one byte of a file. */
static inline long port_record_lock(int fd, int64_t byte);
static inline long port_record_unlock(int fd, int64_t byte);
/* Waits until what was written to `fd` has left the machine. */
static inline long port_drain(int fd);

/* Talking between processes. fds[0] of a pipe reads what fds[1] writes. */
static inline long port_pipe(int fds[2]);
static inline long port_mkfifo(const char *path);
static inline long port_eventfd(void);
static inline long port_socketpair(int fds[2]); /* local, a stream */
static inline long port_socket(enum port_socket_kind kind);
static inline long port_bind(int fd, const struct port_endpoint *at); /* even if lately used */
static inline long port_connect(int fd, const struct port_endpoint *to);
static inline long port_listen(int fd);
static inline long port_accept(int fd);
static inline long port_tcp_nodelay(int fd); /* TCP: no waiting for more to send along */
static inline long port_loopback_up(void);   /* makes the machine's own network usable */
static inline long port_futex_wait(uint32_t *word, uint32_t value);
static inline long port_futex_wake(uint32_t *word, int count);
/* A set of counting semaphores, all 0. `change` is added to one, once that leaves it 0 or more. */
static inline long port_sem_create(int count);
static inline long port_sem_add(long set, int index, int change);
/* Takes 1 off one of the set, which is waited for, and adds 1 to another, at once. */
static inline long port_sem_transfer(long set, int take, int give);
static inline long port_sem_remove(long set);

/* How many of the descriptors can be read now, waiting for none. */
static inline void port_select_add(struct port_fd_set *set, int fd);
static inline long port_select(const struct port_fd_set *set);
static inline void port_pollfd_init(struct port_pollfd *polled, int fd);
static inline long port_poll(struct port_pollfd *polled, size_t count);
static inline long port_epoll_create(void);
static inline long port_epoll_add(int epoll, int fd);
static inline long port_epoll_poll(int epoll);

/* Signals: PORT_SIG USR1, SEGV, TRAP, KILL, CHLD. For kill and wait, any process. */
#define PORT_ALL_PROCESSES -1
static inline long port_signal(int signal, void (*handler)(int signal));
static inline long port_kill(long pid, int signal);
static inline long port_raise(int signal); /* sends it to the calling thread */
static inline long port_breakpoint(void); /* hits one: PORT_SIGTRAP, and on behind it */

/* Memory: zeroed and not yet touched, readable and writable, private or shared with children. */
static inline long port_mmap(size_t len, void **addr);
static inline long port_mmap_shared(size_t len, void **addr);
static inline long port_mmap_file(int fd, size_t len, void **addr); /* private, to read */
static inline long port_mmap_file_shared(int fd, size_t len, void **addr);
static inline long port_munmap(void *addr, size_t len);
static inline long port_mprotect(void *addr, size_t len, int writable);
static inline long port_brk(void *to); /* where the data segment ends now; NULL only asks */

/*
 * For the runner only. port_boot() makes a first process usable: descriptors 0 to 2 on the
 * console, /dev/null and /dev/zero where the system can have them.
 */
long port_boot(void);
_Noreturn void port_shutdown(void);

#include "port_ops.h"

/*
 * The shortest call that enters the kernel and comes back. A port without getppid gives another,
 * as `#define port_null port_null`, and says which in PORT_NULL_OP.
 */
#ifndef port_null
static inline long port_null(void)
{
	return port_getppid();
}
#endif
