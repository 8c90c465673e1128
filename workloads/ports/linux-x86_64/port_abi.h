#pragma once

#include <stdint.h>

/* Linux on x86-64, as arch/x86/entry/syscalls/syscall_64.tbl and the uapi headers have it. */

#define PORT_NAME "linux-x86_64"
#define PORT_ARCH "x86_64"
#define PORT_PAGE_SIZE 4096

#define PORT_O_RDONLY 00
#define PORT_O_WRONLY 01
#define PORT_O_RDWR 02

enum linux_syscall {
	LINUX_READ = 0,
	LINUX_WRITE = 1,
	LINUX_OPEN = 2,
	LINUX_CLOSE = 3,
	LINUX_STAT = 4,
	LINUX_FSTAT = 5,
	LINUX_MMAP = 9,
	LINUX_MUNMAP = 11,
	LINUX_IOCTL = 16,
	LINUX_PIPE = 22,
	LINUX_SCHED_YIELD = 24,
	LINUX_DUP = 32,
	LINUX_NANOSLEEP = 35,
	LINUX_GETPID = 39,
	LINUX_FORK = 57,
	LINUX_EXECVE = 59,
	LINUX_WAIT4 = 61,
	LINUX_MKDIR = 83,
	LINUX_GETPPID = 110,
	LINUX_MKNOD = 133,
	LINUX_SYNC = 162,
	LINUX_MOUNT = 165,
	LINUX_REBOOT = 169,
	LINUX_SCHED_SETAFFINITY = 203,
	LINUX_CLOCK_GETTIME = 228,
	LINUX_EXIT_GROUP = 231,
};

struct linux_timespec {
	int64_t sec;
	int64_t nsec;
};

struct port_stat {
	uint64_t dev;
	uint64_t ino;
	uint64_t nlink;
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint32_t pad;
	uint64_t rdev;
	int64_t size;
	int64_t blksize;
	int64_t blocks;
	struct linux_timespec atime;
	struct linux_timespec mtime;
	struct linux_timespec ctime;
	int64_t unused[3];
};

_Static_assert(sizeof(struct port_stat) == 144, "struct stat of x86-64 Linux");
