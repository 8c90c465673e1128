#pragma once

/* Linux. Numbers and structs are those of the kernel's own headers for programs. */

#include <stdint.h>

#include <asm/stat.h>
#include <linux/poll.h>
#include <linux/posix_types.h>
#include <linux/signal.h>

#define PORT_PAGE_SIZE 4096

/* As <asm-generic/fcntl.h> has them, which cannot be had beside a program's own open(). */
#define PORT_O_RDONLY 00
#define PORT_O_WRONLY 01
#define PORT_O_RDWR 02
#define PORT_O_CREAT 0100
#define PORT_O_EXCL 0200
#define PORT_O_TRUNC 01000

#define PORT_SIGUSR1 SIGUSR1
#define PORT_SIGSEGV SIGSEGV
#define PORT_SIGTRAP SIGTRAP
#define PORT_SIGKILL SIGKILL
#define PORT_SIGCHLD SIGCHLD

struct port_stat {
	struct stat linux_stat;
};

struct port_pollfd {
	struct pollfd linux_pollfd;
};

struct port_fd_set {
	__kernel_fd_set fds;
	int below; /* all members are below this */
};
