/*
 * The system calls, one function each: arguments as the user gave them, not checked; the result
 * or -errno. syscall/table.c gives each its number.
 */
#pragma once

#include "lib/types.h"

long sys_read(uint64_t fd, uint64_t buf, uint64_t len);
long sys_write(uint64_t fd, uint64_t buf, uint64_t len);
long sys_open(uint64_t path, uint64_t flags, uint64_t mode);
long sys_close(uint64_t fd);
long sys_stat(uint64_t path, uint64_t out);
long sys_fstat(uint64_t fd, uint64_t out);
long sys_lstat(uint64_t path, uint64_t out);
long sys_lseek(uint64_t fd, uint64_t offset, uint64_t whence);
long sys_mmap(uint64_t addr, uint64_t len, uint64_t prot, uint64_t flags, uint64_t fd,
	      uint64_t offset);
long sys_mprotect(uint64_t addr, uint64_t len, uint64_t prot);
long sys_munmap(uint64_t addr, uint64_t len);
long sys_brk(uint64_t brk);
long sys_rt_sigaction(uint64_t signo, uint64_t new, uint64_t old, uint64_t mask_size);
long sys_rt_sigprocmask(uint64_t how, uint64_t new, uint64_t old, uint64_t mask_size);
long sys_ioctl(uint64_t fd, uint64_t request, uint64_t arg);
long sys_pread64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos);
long sys_pwrite64(uint64_t fd, uint64_t buf, uint64_t len, uint64_t pos);
long sys_readv(uint64_t fd, uint64_t iov, uint64_t count);
long sys_writev(uint64_t fd, uint64_t iov, uint64_t count);
long sys_access(uint64_t path, uint64_t mode);
long sys_pipe(uint64_t out);
long sys_timer_create(uint64_t clock, uint64_t event, uint64_t id_out);
long sys_timer_settime(uint64_t id, uint64_t flags, uint64_t new, uint64_t old);
long sys_timer_gettime(uint64_t id, uint64_t out);
long sys_timer_getoverrun(uint64_t id);
long sys_timer_delete(uint64_t id);
long sys_timerfd_create(uint64_t clock, uint64_t flags);
long sys_timerfd_settime(uint64_t fd, uint64_t flags, uint64_t new, uint64_t old);
long sys_timerfd_gettime(uint64_t fd, uint64_t out);
long sys_signalfd4(uint64_t fd, uint64_t mask, uint64_t size, uint64_t flags);
long sys_signalfd(uint64_t fd, uint64_t mask, uint64_t size);
long sys_clock_settime(uint64_t clock, uint64_t from);
long sys_settimeofday(uint64_t tv, uint64_t tz);
long sys_adjtimex(uint64_t at);
long sys_clock_adjtime(uint64_t clock, uint64_t at);
long sys_sched_yield(void);
long sys_madvise(uint64_t addr, uint64_t len, uint64_t advice);
long sys_dup(uint64_t fd);
long sys_dup2(uint64_t fd, uint64_t to);
long sys_nanosleep(uint64_t request, uint64_t left_out);
long sys_getpid(void);
long sys_clone(uint64_t flags, uint64_t stack, uint64_t parent_tid, uint64_t child_tid,
	       uint64_t tls);
long sys_clone3(uint64_t args, uint64_t size);
long sys_fork(void);
long sys_vfork(void);
long sys_execve(uint64_t path, uint64_t argv, uint64_t envp);
long sys_exit(uint64_t code);
long sys_exit_group(uint64_t code);
long sys_wait4(uint64_t pid, uint64_t status_out, uint64_t options, uint64_t usage_out);
long sys_kill(uint64_t pid, uint64_t signo);
long sys_uname(uint64_t out);
long sys_fcntl(uint64_t fd, uint64_t command, uint64_t arg);
long sys_ftruncate(uint64_t fd, uint64_t size);
long sys_getcwd(uint64_t out, uint64_t size);
long sys_chdir(uint64_t path);
long sys_mkdir(uint64_t path, uint64_t mode);
long sys_rmdir(uint64_t path);
long sys_creat(uint64_t path, uint64_t mode);
long sys_link(uint64_t from, uint64_t to);
long sys_unlink(uint64_t path);
long sys_symlink(uint64_t target, uint64_t path);
long sys_readlink(uint64_t path, uint64_t out, uint64_t size);
long sys_umask(uint64_t mask);
long sys_gettimeofday(uint64_t tv_out, uint64_t tz_out);
long sys_getrlimit(uint64_t resource, uint64_t out);
long sys_sysinfo(uint64_t out);
long sys_getid(void);
long sys_setpgid(uint64_t pid, uint64_t pgid);
long sys_getppid(void);
long sys_getpgrp(void);
long sys_setsid(void);
long sys_getpgid(uint64_t pid);
long sys_getsid(uint64_t pid);
long sys_mknod(uint64_t path, uint64_t mode, uint64_t device);
long sys_arch_prctl(uint64_t code, uint64_t addr);
long sys_reboot(uint64_t magic1, uint64_t magic2, uint64_t command);
long sys_gettid(void);
long sys_tkill(uint64_t tid, uint64_t signo);
long sys_time(uint64_t out);
long sys_sched_setaffinity(uint64_t pid, uint64_t size, uint64_t mask);
long sys_sched_getaffinity(uint64_t pid, uint64_t size, uint64_t out);
long sys_getcpu(uint64_t cpu, uint64_t node);
long sys_getdents64(uint64_t fd, uint64_t out, uint64_t size);
long sys_set_tid_address(uint64_t addr);
long sys_clock_gettime(uint64_t clock, uint64_t out);
long sys_clock_getres(uint64_t clock, uint64_t out);
long sys_clock_nanosleep(uint64_t clock, uint64_t flags, uint64_t request, uint64_t left_out);
long sys_tgkill(uint64_t pid, uint64_t tid, uint64_t signo);
long sys_openat(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mode);
long sys_mkdirat(uint64_t dirfd, uint64_t path, uint64_t mode);
long sys_mknodat(uint64_t dirfd, uint64_t path, uint64_t mode, uint64_t device);
long sys_newfstatat(uint64_t dirfd, uint64_t path, uint64_t out, uint64_t flags);
long sys_unlinkat(uint64_t dirfd, uint64_t path, uint64_t flags);
long sys_linkat(uint64_t from_fd, uint64_t from, uint64_t to_fd, uint64_t to, uint64_t flags);
long sys_symlinkat(uint64_t target, uint64_t dirfd, uint64_t path);
long sys_readlinkat(uint64_t dirfd, uint64_t path, uint64_t out, uint64_t size);
long sys_faccessat(uint64_t dirfd, uint64_t path, uint64_t mode);
long sys_dup3(uint64_t fd, uint64_t to, uint64_t flags);
long sys_pipe2(uint64_t out, uint64_t flags);
long sys_prlimit64(uint64_t pid, uint64_t resource, uint64_t new, uint64_t old);
long sys_getrandom(uint64_t out, uint64_t len, uint64_t flags);

long sys_rt_sigreturn(void);
long sys_rt_sigpending(uint64_t out, uint64_t mask_size);
long sys_rt_sigtimedwait(uint64_t mask, uint64_t info_out, uint64_t timeout, uint64_t mask_size);
long sys_rt_sigqueueinfo(uint64_t pid, uint64_t signo, uint64_t from);
long sys_rt_sigsuspend(uint64_t mask, uint64_t mask_size);
long sys_sigaltstack(uint64_t new, uint64_t old);
long sys_pause(void);
long sys_alarm(uint64_t seconds);
long sys_getitimer(uint64_t which, uint64_t out);
long sys_setitimer(uint64_t which, uint64_t new, uint64_t old);
long sys_futex(uint64_t addr, uint64_t op, uint64_t value, uint64_t timeout, uint64_t addr2,
	       uint64_t value3);
long sys_waitid(uint64_t type, uint64_t id, uint64_t info_out, uint64_t options,
		uint64_t usage_out);
long sys_set_robust_list(uint64_t head, uint64_t size);
long sys_poll(uint64_t fds, uint64_t n, uint64_t timeout_ms);
long sys_ppoll(uint64_t fds, uint64_t n, uint64_t timeout, uint64_t mask, uint64_t mask_size);
long sys_select(uint64_t n, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout);
long sys_pselect6(uint64_t n, uint64_t in, uint64_t out, uint64_t except, uint64_t timeout,
		  uint64_t mask);
long sys_epoll_create(uint64_t size);
long sys_epoll_create1(uint64_t flags);
long sys_epoll_ctl(uint64_t set, uint64_t op, uint64_t fd, uint64_t event);
long sys_epoll_wait(uint64_t set, uint64_t events, uint64_t max, uint64_t timeout_ms);
long sys_epoll_pwait(uint64_t set, uint64_t events, uint64_t max, uint64_t timeout_ms,
		     uint64_t mask, uint64_t mask_size);
long sys_eventfd(uint64_t count);
long sys_eventfd2(uint64_t count, uint64_t flags);
long sys_socket(uint64_t family, uint64_t type, uint64_t protocol);
long sys_socketpair(uint64_t family, uint64_t type, uint64_t protocol, uint64_t out);
long sys_bind(uint64_t fd, uint64_t addr, uint64_t len);
long sys_listen(uint64_t fd, uint64_t backlog);
long sys_connect(uint64_t fd, uint64_t addr, uint64_t len);
long sys_accept(uint64_t fd, uint64_t addr, uint64_t len_at);
long sys_accept4(uint64_t fd, uint64_t addr, uint64_t len_at, uint64_t flags);
long sys_sendto(uint64_t fd, uint64_t buf, uint64_t len, uint64_t flags, uint64_t addr,
		uint64_t addr_len);
long sys_recvfrom(uint64_t fd, uint64_t buf, uint64_t len, uint64_t flags, uint64_t addr,
		  uint64_t len_at);
long sys_sendmsg(uint64_t fd, uint64_t message, uint64_t flags);
long sys_recvmsg(uint64_t fd, uint64_t message, uint64_t flags);
long sys_sendmmsg(uint64_t fd, uint64_t messages, uint64_t count, uint64_t flags);
long sys_recvmmsg(uint64_t fd, uint64_t messages, uint64_t count, uint64_t flags, uint64_t timeout);
long sys_shutdown(uint64_t fd, uint64_t how);
long sys_getsockname(uint64_t fd, uint64_t addr, uint64_t len_at);
long sys_getpeername(uint64_t fd, uint64_t addr, uint64_t len_at);
long sys_setsockopt(uint64_t fd, uint64_t level, uint64_t option, uint64_t value, uint64_t len);
long sys_getsockopt(uint64_t fd, uint64_t level, uint64_t option, uint64_t value, uint64_t len_at);
long sys_mremap(uint64_t addr, uint64_t old, uint64_t len, uint64_t flags, uint64_t fixed);
long sys_sendfile(uint64_t out, uint64_t in, uint64_t offset_at, uint64_t count);
long sys_fsync(uint64_t fd);
long sys_sync(void);
long sys_syncfs(uint64_t fd);
long sys_truncate(uint64_t path, uint64_t size);
long sys_fchdir(uint64_t fd);
long sys_rename(uint64_t from, uint64_t to);
long sys_renameat(uint64_t from_fd, uint64_t from, uint64_t to_fd, uint64_t to);
long sys_renameat2(uint64_t from_fd, uint64_t from, uint64_t to_fd, uint64_t to, uint64_t flags);
long sys_chmod(uint64_t path, uint64_t mode);
long sys_fchmod(uint64_t fd, uint64_t mode);
long sys_fchmodat(uint64_t dirfd, uint64_t path, uint64_t mode);
long sys_chown(uint64_t path, uint64_t uid, uint64_t gid);
long sys_fchown(uint64_t fd, uint64_t uid, uint64_t gid);
long sys_lchown(uint64_t path, uint64_t uid, uint64_t gid);
long sys_fchownat(uint64_t dirfd, uint64_t path, uint64_t uid, uint64_t gid, uint64_t flags);
long sys_utimensat(uint64_t dirfd, uint64_t path, uint64_t times, uint64_t flags);
long sys_statfs(uint64_t path, uint64_t out);
long sys_fstatfs(uint64_t fd, uint64_t out);
long sys_statx(uint64_t dirfd, uint64_t path, uint64_t flags, uint64_t mask, uint64_t out);
long sys_mount(uint64_t source, uint64_t target, uint64_t type, uint64_t flags, uint64_t data);
long sys_umount2(uint64_t target, uint64_t flags);
long sys_getrusage(uint64_t who, uint64_t out);
long sys_times(uint64_t out);
long sys_prctl(uint64_t option, uint64_t arg);
long sys_setrlimit(uint64_t resource, uint64_t in);
long sys_setid(uint64_t id);
long sys_setid2(uint64_t real, uint64_t effective);
long sys_setid3(uint64_t real, uint64_t effective, uint64_t saved);
long sys_getresid(uint64_t real, uint64_t effective, uint64_t saved);
long sys_getgroups(uint64_t size, uint64_t out);
long sys_setgroups(uint64_t size, uint64_t in);
long sys_semget(uint64_t key, uint64_t count, uint64_t flags);
long sys_semop(uint64_t id, uint64_t ops, uint64_t n);
long sys_semctl(uint64_t id, uint64_t number, uint64_t command, uint64_t arg);
long sys_flock(uint64_t fd, uint64_t operation);
long sys_chroot(uint64_t path);

/* Reads the battery clock; call once. Seconds since 1970 when the clocks began to count. */
void time_init(void);
uint64_t time_epoch(void);
uint64_t time_epoch_ns(void);
void time_set_epoch_ns(uint64_t ns);
/* Nanoseconds of a user's timespec, held below what a sum could overflow. -EFAULT, -EINVAL. */
int time_get_user(uint64_t from, uint64_t *ns);
