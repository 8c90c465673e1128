#pragma once

/* GNU Mach on x86-64: traps by the syscall instruction, kernel calls by message. */

#include <stdint.h>

#define PORT_NAME "mach-x86_64"
#define PORT_ARCH "x86_64"
#define PORT_PAGE_SIZE 4096

/* There are no files and no signals; the numbers are Linux's, so that callers can name them. */
#define PORT_O_RDONLY 00
#define PORT_O_WRONLY 01
#define PORT_O_RDWR 02
#define PORT_O_CREAT 0100
#define PORT_O_EXCL 0200
#define PORT_O_TRUNC 01000

#define PORT_SIGUSR1 10
#define PORT_SIGSEGV 11
#define PORT_SIGKILL 9

struct port_stat {
	uint64_t size;
};

struct port_pollfd {
	int fd;
};

struct port_fd_set {
	int below;
};
